/** Half a pair never stands alone: whatever the market and a person do to one leg, the other is on its way out. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openWalk } from '../../domain/backtest/open-walk.ts';
import { walkBar } from '../../domain/backtest/walk-bar.ts';
import type { WalkState } from '../../domain/backtest/walk-state.ts';
import { cancelOrder } from '../../domain/execution/book.ts';
import { type BarRow, type BarSeries, seriesFromRows } from '../../domain/market/bar-series.ts';
import { aContext, barsOf, CASH, NO_COSTS, rowsOf, START_MS } from '../domain/backtest/walk-fixture.ts';
import { normals } from '../domain/signals/pair-prices.ts';

const COUNT = 120;
const SYMBOLS = ['BTC/USDT:A', 'BTC/USDT:B'] as const;

type Case = {
  readonly seed: number;
  /** Bars without volume, bars that fall through every stop, bars that are missing: by symbol. */
  readonly quiet: readonly (readonly [number, 0 | 1])[];
  readonly crashes: readonly (readonly [number, 0 | 1])[];
  readonly missing: readonly (readonly [number, 0 | 1])[];
  /** Bars after which a person cancels one of the entries at work. */
  readonly cancels: readonly number[];
};

const places = (maxLength: number) =>
  fc.array(fc.tuple(fc.integer({ min: 15, max: COUNT - 1 }), fc.constantFrom(0 as const, 1 as const)), { maxLength });
const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  quiet: places(30),
  crashes: places(6),
  missing: places(6),
  cancels: fc.array(fc.integer({ min: 15, max: COUNT - 1 }), { maxLength: 12 }),
});

/** Two venues whose prices part and meet by some 60 bp; thin bars fill orders in parts. */
function seriesOf({ seed, quiet, crashes, missing }: Case): BarSeries[] {
  const normal = normals(seed);
  let price = 100;
  const prices = Array.from({ length: COUNT }, () => {
    price *= 1 + 0.001 * normal();
    return [price, price * (1 + 0.006 * normal())] as const;
  });
  const has = (list: Case['quiet'], index: number, which: number): boolean =>
    list.some(([at, symbol]) => at === index && symbol === which);
  return SYMBOLS.map((symbol, which) => {
    const closes = prices.map((both) => both[which] as number);
    const change = (row: BarRow, index: number): BarRow => ({
      ...row,
      low: has(crashes, index, which) ? row.low * 0.5 : row.low,
      high: has(crashes, index, which) ? row.high * 1.5 : row.high,
      volume: has(quiet, index, which) ? 0 : index % 3 === 0 ? 30 : 1e4,
    });
    const rows = rowsOf(barsOf(closes, { symbol }, change)).filter((_, index) => !has(missing, index, which));
    return seriesFromRows(symbol, 3_600_000, rows);
  });
}

const held = (state: WalkState, symbol: string): boolean =>
  state.book.positions.some((one) => one.symbol === symbol && !one.quantity.isZero());
const atWork = (state: WalkState, symbol: string, leg: string): boolean =>
  state.book.orders.some((one) => one.symbol === symbol && one.leg === leg);

type Seen = { halves: number; pairs: number; unwound: number };

function play(one: Case, seen: Seen): void {
  const series = seriesOf(one);
  const costs = { ...NO_COSTS, volumeFractionMax: 0.3 };
  const context = aContext(series, { type: 'crossVenue', stopAtr: 3 }, { direction: 'longShort', costs });
  let state = openWalk('sim:walk', CASH, START_MS);
  for (let k = 0; k < context.timeline.openTimeMs.length; k += 1) {
    const step = walkBar(state, k, context, true);
    state = step.state;
    seen.unwound += step.decisions.filter(({ intents }) => intents[0]?.exitReason === 'unpaired').length;
    const bothHaveBars = SYMBOLS.every((symbol) => (context.timeline.indexes.get(symbol)?.[k] ?? -1) >= 0);
    if (bothHaveBars) checkHalves(state, seen);
    const entry = state.book.orders.find((order) => order.leg === 'entry');
    if (one.cancels.includes(k) && entry !== undefined) {
      state = { ...state, book: cancelOrder(state.book, entry.clientOrderId, 'CANCELED').book };
    }
  }
}

function checkHalves(state: WalkState, seen: Seen): void {
  const [first, second] = SYMBOLS.map((symbol) => held(state, symbol));
  if (first === true && second === true) seen.pairs += 1;
  if (first === second) {
    const entries = SYMBOLS.map((symbol) => atWork(state, symbol, 'entry'));
    if (first === false) expect(entries[0]).toBe(entries[1]);
    return;
  }
  seen.halves += 1;
  const [own, other] = first === true ? SYMBOLS : [SYMBOLS[1], SYMBOLS[0]];
  expect(atWork(state, own, 'exit') || atWork(state, other, 'entry')).toBe(true);
}

it('a leg alone has its exit at work, or its partner on its way in', () => {
  const seen: Seen = { halves: 0, pairs: 0, unwound: 0 };
  fc.assert(
    fc.property(cases, (one) => play(one, seen)),
    { numRuns: 40, seed: 5 },
  );
  expect(seen.pairs).toBeGreaterThan(400);
  expect(seen.halves).toBeGreaterThan(20);
  expect(seen.unwound).toBeGreaterThan(8);
}, 60_000);
