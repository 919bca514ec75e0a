/** No decision knows the future: whatever the bars after t become, every decision up to t stays byte for byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { STRATEGY_TYPES } from '../../../schemas/signals.ts';
import { HOUR_MS, rowsOf, type StrategyText, walk } from './walk-fixture.ts';

const COUNT = 320;
const SYMBOLS = ['BTC/USDT', 'ETH/USDT'];
const series = SYMBOLS.map((symbol) => syntheticSeries({ symbol, intervalMs: HOUR_MS, count: COUNT, seed: 5 }));

type Rewrite = (rows: readonly BarRow[], t: number) => BarRow[];

/** The bars after t in another order, under the stamps that were there. */
const shuffled =
  (order: readonly number[]): Rewrite =>
  (rows, t) => {
    const later = rows.slice(t + 1);
    const moved = later.map((row, index) => ({ row, key: order[index % order.length] ?? 0 }));
    moved.sort((one, other) => one.key - other.key);
    return [...rows.slice(0, t + 1), ...later.map((at, index) => withStamp(moved[index]?.row ?? at, at.openTimeMs))];
  };

const withStamp = (row: BarRow, openTimeMs: number): BarRow => ({ ...row, openTimeMs });

/** Every number after t times a factor. */
const scaled =
  (factor: number): Rewrite =>
  (rows, t) =>
    rows.map((row, index) => (index <= t ? row : times(row, factor)));

const times = ({ openTimeMs, ...numbers }: BarRow, factor: number): BarRow => ({
  openTimeMs,
  open: numbers.open * factor,
  high: numbers.high * factor,
  low: numbers.low * factor,
  close: numbers.close * factor,
  volume: numbers.volume * factor,
});

const ended: Rewrite = (rows, t) => rows.slice(0, t + 1);

const rewrites = fc.oneof(
  fc.array(fc.integer(), { minLength: 7, maxLength: 31 }).map(shuffled),
  fc.constantFrom(0.1, 0.7, 1.3, 9).map(scaled),
  fc.constant(ended),
);

const rewritten = (bars: BarSeries, rewrite: Rewrite, t: number): BarSeries =>
  seriesFromRows(bars.symbol, bars.intervalMs, rewrite(rowsOf(bars), t));

/** Decisions up to the close of bar t with all they were made from, and the orders they sent. */
function known(all: readonly BarSeries[], strategy: StrategyText, t: number): string {
  const lastMs = ((series[0] as BarSeries).openTimeMs[t] as number) + HOUR_MS;
  const walked = walk(all, strategy, { direction: 'longShort' });
  const { decisions } = walked;
  return canonicalJson(decisions.filter(({ decision }) => decision.asOfMs <= lastMs));
}

describe.each(STRATEGY_TYPES)('%s', (type) => {
  it('decides the same before t whatever comes after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: COUNT - 2 }), rewrites, (t, rewrite) => {
        const future = series.map((bars) => rewritten(bars, rewrite, t));
        expect(known(future, { type }, t)).toBe(known(series, { type }, t));
      }),
      { numRuns: 12, seed: 7 },
    );
  });
});

it('would notice: the decision at t itself changes with the bar at t', () => {
  const at = 100;
  const changed = series.map((bars) => rewritten(bars, scaled(1.3), at - 1));
  expect(known(changed, { type: 'momentum' }, at)).not.toBe(known(series, { type: 'momentum' }, at));
});
