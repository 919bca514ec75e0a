/**
 * How much of the wealth was at stake at each close: gross exposure, the value of all positions without sign over the
 * wealth there (pyfolio's gross leverage). Doubles, to read and not to book.
 */
import type { Fill } from '../../schemas/execution.ts';
import { type Decimal, ZERO } from '../decimal.ts';
import type { BarSeries } from '../market/bar-series.ts';

export type CarriedFill = Pick<Fill, 'symbol' | 'side' | 'quantity' | 'atMs'>;

export type CarriedInput = {
  /** Wealth at the start and after each bar. */
  readonly equity: readonly number[];
  /** Epoch ms of each close, rising. */
  readonly closesMs: readonly number[];
  readonly fills: readonly CarriedFill[];
  readonly series: readonly BarSeries[];
};

/**
 * One value a close; positions count at their symbol's last close. A fill at a close begins with the next bar, as one at
 * the next open does. Infinity where something was held without wealth.
 */
export function carriedExposure({ equity, closesMs, fills, series }: CarriedInput): number[] {
  const waiting = [...fills].sort((a, b) => a.atMs - b.atMs);
  const lanes = new Map(series.map((bars) => [bars.symbol, newLane(bars)]));
  let next = 0;
  return closesMs.map((closeMs, k) => {
    for (let fill = waiting[next]; fill !== undefined && fill.atMs < closeMs; fill = waiting[next]) {
      take(laneOf(lanes, fill.symbol), fill);
      next += 1;
    }
    const value = valueAt(lanes, closeMs);
    return value === 0 ? 0 : value / Math.max(0, equity[k + 1] ?? 0);
  });
}

/** `place`: the last bar that has closed; −1 before the first. */
type Lane = { readonly bars: BarSeries; held: Decimal; size: number; place: number };

const newLane = (bars: BarSeries): Lane => ({ bars, held: ZERO, size: 0, place: -1 });

/** @throws RangeError for a fill of a symbol whose bars are not there */
function laneOf(lanes: ReadonlyMap<string, Lane>, symbol: string): Lane {
  const lane = lanes.get(symbol);
  if (lane === undefined) throw new RangeError(`a fill of ${symbol}, whose bars are not there`);
  return lane;
}

function take(lane: Lane, { side, quantity }: CarriedFill): void {
  lane.held = side === 'buy' ? lane.held.plus(quantity) : lane.held.minus(quantity);
  lane.size = lane.held.abs().toNumber();
}

function valueAt(lanes: ReadonlyMap<string, Lane>, closeMs: number): number {
  let value = 0;
  for (const lane of lanes.values()) {
    const { openTimeMs, intervalMs, close } = lane.bars;
    while ((openTimeMs[lane.place + 1] ?? Number.POSITIVE_INFINITY) + intervalMs <= closeMs) lane.place += 1;
    if (lane.size !== 0) value += lane.size * (close[lane.place] ?? 0);
  }
  return value;
}
