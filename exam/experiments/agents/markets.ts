/**
 * Markets for agents of which it is known whether there is anything to learn: a walk whose weak and strong stretches are
 * followed by a drift the other way, and the same bars one by one in an order that a seed draws.
 */
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { createRandom } from '../../../domain/market/random.ts';

const HOUR_MS = 3_600_000;
const NOISE = 0.005;
const DRIFT = 0.0025;
const DRIFT_BARS = 6;
const PERIOD = 14;
const [WEAK, STRONG] = [30, 70];

/**
 * A walk of 0.5 % a bar; after each close with RSI(14) below 30 the next six bars drift by + 0.25 % each, after one above
 * 70 by − 0.25 %: it rises as much as it falls, so that holding it earns nothing.
 */
export function plantedBothWays(seed: number, count: number): BarSeries {
  const random = createRandom(`agents:${seed}`);
  const rsi = wilderRsi();
  const rows: BarRow[] = [];
  let close = 100;
  let [left, side] = [0, 0];
  for (let i = 0; i < count; i += 1) {
    const open = close;
    close *= Math.exp((left > 0 ? side * DRIFT : 0) + NOISE * random.normal());
    const strength = rsi(close - open);
    if (strength < WEAK || strength > STRONG) [left, side] = [DRIFT_BARS, strength < WEAK ? 1 : -1];
    else left = Math.max(0, left - 1);
    const reach = 1 + 0.3 * NOISE * random.uniform();
    const [high, low] = [Math.max(open, close) * reach, Math.min(open, close) / reach];
    const volume = 1e6 * (0.5 + random.uniform());
    rows.push({ openTimeMs: i * HOUR_MS, open, high, low, close, volume });
  }
  return seriesFromRows('EDGE/USDT', HOUR_MS, rows);
}

/** The same bars, each moved to where the one before it ends: nothing follows from anything any more. */
export function barsShuffled(bars: BarSeries, seed: number): BarSeries {
  const random = createRandom(`agents-null:${seed}`);
  const order = Array.from({ length: bars.close.length - 1 }, (_, i) => i + 1);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  let close = bars.close[0] as number;
  const rows = order.map((from, place): BarRow => {
    const scale = close / (bars.close[from - 1] as number);
    const price = (column: Float64Array): number => (column[from] as number) * scale;
    const [open, high, low] = [price(bars.open), price(bars.high), price(bars.low)];
    close = price(bars.close);
    const openTimeMs = (bars.openTimeMs[0] as number) + place * bars.intervalMs;
    return { openTimeMs, open, high, low, close, volume: bars.volume[from] as number };
  });
  return seriesFromRows(bars.symbol, bars.intervalMs, rows);
}

/** Wilder's RSI out of one change after the other; 50 until it is known. */
function wilderRsi(): (change: number) => number {
  let [seen, gain, loss] = [0, 0, 0];
  return (change) => {
    seen += 1;
    const weight = 1 / Math.min(seen, PERIOD);
    gain += (Math.max(0, change) - gain) * weight;
    loss += (Math.max(0, -change) - loss) * weight;
    return seen < PERIOD || gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
  };
}
