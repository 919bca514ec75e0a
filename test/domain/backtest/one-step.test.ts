/** One step, whoever drives it: bar by bar, in batches of any size, or all at once, the walk is the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { type WalkBatch, walkBatch } from '../../../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { aContext, CASH, HOUR_MS, rowsOf, START_MS } from './walk-fixture.ts';

const COUNT = 300;
const whole = (symbol: string) => syntheticSeries({ symbol, intervalMs: HOUR_MS, count: COUNT, seed: 3 });

/** 33 bars are missing, one has no volume. */
function holed(symbol: string) {
  const rows = rowsOf(whole(symbol)).filter((_, index) => index < 150 || index >= 183);
  return seriesFromRows(
    symbol,
    HOUR_MS,
    rows.map((row, index) => (index === 60 ? { ...row, volume: 0 } : row)),
  );
}

const STRATEGY = { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } } as const;
const context = aContext([holed('BTC/USDT'), whole('ETH/USDT')], STRATEGY, { direction: 'longShort' });
const LENGTH = context.timeline.openTimeMs.length;

/** Everything a walk wrote, in order; of each order its last version. */
function written(batches: readonly WalkBatch[]): string {
  const orders = new Map(batches.flatMap((one) => [...one.orders]));
  return canonicalJson({
    decisions: batches.flatMap((one) => one.decisions),
    intents: batches.flatMap((one) => one.intents),
    orders: [...orders.values()].sort((a, b) => (a.clientOrderId < b.clientOrderId ? -1 : 1)),
    fills: batches.flatMap((one) => one.fills),
    entries: batches.flatMap((one) => one.entries),
    trades: batches.flatMap((one) => one.trades),
    equity: batches.flatMap((one) => one.equity),
  });
}

function inBatches(walked: WalkContext, sizes: readonly number[]): WalkBatch[] {
  const batches: WalkBatch[] = [];
  let state = openWalk(walked.accountId, CASH, START_MS);
  for (let from = 0, turn = 0; from < LENGTH; turn += 1) {
    const until = Math.min(LENGTH, from + (sizes[turn % sizes.length] ?? 1));
    const batch = walkBatch(state, walked, { from, until, ordersAsChildren: false });
    batches.push(batch);
    state = batch.state;
    from = batch.cursor;
  }
  return batches;
}

const atOnce = written(inBatches(context, [LENGTH]));

it('walks bar by bar as it walks all at once, over a gap and a bar without volume', () => {
  expect(written(inBatches(context, [1]))).toBe(atOnce);
  expect(JSON.parse(atOnce).trades.length).toBeGreaterThan(5);
});

it('does not care how its batches are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      expect(written(inBatches(context, sizes))).toBe(atOnce);
    }),
    { numRuns: 15, seed: 11 },
  );
});

it('stops after the first instant with something to send when children are to send it', () => {
  const batch = walkBatch(openWalk(context.accountId, CASH, START_MS), context, {
    from: 0,
    until: LENGTH,
    ordersAsChildren: true,
  });
  const [first] = batch.handOver;
  expect(first?.decision.verdict).toEqual({ approved: true, reasons: [] });
  expect(first?.intents.map((one) => one.leg)).toEqual(['entry', 'stop']);
  expect(batch.decisions.at(-1)?.decision.asOfMs).toBe(first?.decision.asOfMs);
  expect(batch).toMatchObject({ intents: [], fills: [] });
  expect(batch.state.book.orders).toEqual([]);
});
