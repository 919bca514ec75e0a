/**
 * Which symbols move together: Pearson correlation of daily log returns over the last 60 days with closes of both.
 * Days are UTC. Strictly causal: only bars closed by `asOfMs` count. Fewer than 20 common days say nothing.
 */
import type { BarSeries } from './bar-series.ts';

const DAY_MS = 86_400_000;
const DAYS = 60;
const DAYS_MIN = 20;
/** |rho| from which two symbols are one group (design page, 3.4). */
export const GROUP_CORRELATION = 0.8;

/** The symbols of `all` whose |rho| with `symbol` is at least 0.8; `symbol` itself always. */
export function correlationGroup(symbol: string, all: readonly BarSeries[], asOfMs: number): string[] {
  const own = all.find((bars) => bars.symbol === symbol);
  if (own === undefined) return [symbol];
  const closes = dailyCloses(own, asOfMs);
  const together = all.filter((bars) => {
    if (bars.symbol === symbol) return false;
    const rho = correlation(closes, dailyCloses(bars, asOfMs));
    return rho !== null && Math.abs(rho) >= GROUP_CORRELATION;
  });
  return [symbol, ...together.map((bars) => bars.symbol)];
}

/** The last close of each of the last 61 UTC days, by day number. */
export function dailyCloses(bars: BarSeries, asOfMs: number): ReadonlyMap<number, number> {
  const closes = new Map<number, number>();
  for (let i = bars.openTimeMs.length - 1; i >= 0; i -= 1) {
    const closedAtMs = (bars.openTimeMs[i] as number) + bars.intervalMs;
    if (closedAtMs > asOfMs) continue;
    const day = Math.floor((closedAtMs - 1) / DAY_MS);
    if (!closes.has(day)) {
      if (closes.size > DAYS) break;
      closes.set(day, bars.close[i] as number);
    }
  }
  return closes;
}

/** Correlation of the log returns between days that both have; null when there are too few or one never moves. */
export function correlation(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number | null {
  const days = [...a.keys()].filter((day) => b.has(day)).sort((x, y) => x - y);
  if (days.length < DAYS_MIN + 1) return null;
  const returns = (closes: ReadonlyMap<number, number>) =>
    days.slice(1).map((day, i) => Math.log((closes.get(day) ?? 1) / (closes.get(days[i] as number) ?? 1)));
  return pearson(returns(a), returns(b));
}

/** Of two series of equal length; null where one never moves. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const [dx, dy] = [(x[i] as number) - meanX, (y[i] as number) - meanY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
