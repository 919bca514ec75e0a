/** Under the desk's rules the engine trades as the one step of sessions does: same instants, sides, prices, reasons. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadGovernance } from '../../../config/policy-files.ts';
import type { WalkBatch } from '../../../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import { GATE_RULES } from '../../../domain/engine/desk-gate.ts';
import { builtInVoice, deskPlan } from '../../../domain/engine/desk-plan.ts';
import { engineMarket } from '../../../domain/engine/market.ts';
import { equityTexts } from '../../../domain/engine/money-text.ts';
import { fillsOf, tradesOf } from '../../../domain/engine/outcome.ts';
import { type EngineRun, runReport } from '../../../domain/engine/run-report.ts';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import type { ClosedTrade } from '../../../schemas/execution.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import { SINGLE_STRATEGY_TYPES } from '../../../schemas/signals.ts';
import { aContext, CASH, rowsOf, type StrategyText, walk } from '../backtest/walk-fixture.ts';

const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
const INTERVALS = [60_000, 900_000, 3_600_000, 86_400_000];

function engineRun(
  series: readonly BarSeries[],
  context: WalkContext,
  change: Partial<ReturnType<typeof deskPlan>> = {},
): EngineRun {
  const { strategy, costs, direction, limits, desk, compliance, policy } = context;
  const rules = { mode: policy.mode, profile: policy.profile, limits, desk, compliance };
  const plan = deskPlan({ strategy, costs, direction, cash: Number(CASH), rules });
  const lanes = series.map((bars) => {
    const market = engineMarket(bars);
    return { market, voice: builtInVoice(strategy, market) };
  });
  return runReport({ ...plan, ...change }, lanes);
}

/** What must be equal to the letter; prices and quantities are compared as numbers beside it. */
const shape = ({ symbol, side, entryAtMs, exitAtMs, exitReason }: ClosedTrade) => ({
  symbol,
  side,
  entryAtMs,
  exitAtMs,
  exitReason,
});

/** Equal to a digit of the books' last decimal, or of the quantity step where equity differs in its last bits. */
function expectEqualFigures(trade: ClosedTrade | undefined, expected: ClosedTrade): void {
  for (const field of ['entryPrice', 'exitPrice', 'quantity'] as const) {
    expect(Math.abs(Number(trade?.[field]) - Number(expected[field]))).toBeLessThan(1.5e-8);
  }
}

const refusalsOf = (walked: WalkBatch): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { decision } of walked.decisions) {
    for (const { rule } of decision.verdict?.reasons ?? []) counts[rule] = (counts[rule] ?? 0) + 1;
  }
  return counts;
};

const engineRefusals = ({ tally }: EngineRun): Record<string, number> =>
  Object.fromEntries(
    GATE_RULES.map((rule, index) => [rule, tally.refusals[index] ?? 0] as const).filter(([, count]) => count > 0),
  );

function compare(series: readonly BarSeries[], text: StrategyText, change: Partial<WalkContext>): number {
  const walked = walk(series, text, change);
  const run = engineRun(series, aContext(series, text, change));
  const byExit = (a: ClosedTrade, b: ClosedTrade) =>
    a.exitAtMs - b.exitAtMs || (a.symbol < b.symbol ? -1 : 1) || a.entryAtMs - b.entryAtMs;
  const expected = walked.trades.map(({ trade }) => trade).sort(byExit);
  const trades = tradesOf(run, text.type).sort(byExit);
  expect(trades.map(shape)).toEqual(expected.map(shape));
  for (const [index, trade] of expected.entries()) expectEqualFigures(trades[index], trade);
  expect(fillsOf(run, text.type).length).toBe(walked.fills.length);
  expect(engineRefusals(run)).toEqual(refusalsOf(walked));
  const equity = equityTexts(run);
  expect(equity.map(([at]) => at)).toEqual(walked.equity.map(({ atMs }) => atMs));
  for (const [k, point] of walked.equity.entries()) {
    expect(Math.abs(Number(equity[k]?.[1]) - Number(point.equity))).toBeLessThan(1e-3);
  }
  return expected.length;
}

/** Takes out runs of bars, silences some, and rounds prices to ticks. */
function disturbed(series: BarSeries, holes: readonly number[], silent: readonly number[], tick: number): BarSeries {
  const cut = (price: number) => Math.max(tick, Math.round(price / tick) * tick);
  const rows = rowsOf(series)
    .map((row, i) => ({
      ...row,
      open: Number(cut(row.open).toFixed(8)),
      high: Number(cut(row.high).toFixed(8)),
      low: Number(cut(row.low).toFixed(8)),
      close: Number(cut(row.close).toFixed(8)),
      volume: silent.includes(i) ? 0 : row.volume,
    }))
    .filter((_, i) => !holes.some((hole) => i >= hole && i < hole + 7));
  return seriesFromRows(series.symbol, series.intervalMs, rows);
}

const strategies = fc.record({
  type: fc.constantFrom(...SINGLE_STRATEGY_TYPES),
  stopAtr: fc.constantFrom(0.5, 1, 2, 3.3),
  targetAtr: fc.constantFrom(null, 0.7, 2),
  maxHoldBars: fc.constantFrom(null, 1, 5, 30),
  leverage: fc.constantFrom(1, 1, 3),
  sizeFraction: fc.constantFrom(0.1, 0.05, 0.013),
});

const markets = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  intervalMs: fc.constantFrom(...INTERVALS),
  symbols: fc.constantFrom(1, 1, 2, 3),
  direction: fc.constantFrom('longOnly', 'shortOnly', 'longShort'),
  holes: fc.array(fc.integer({ min: 60, max: 280 }), { maxLength: 2 }),
  silent: fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 20 }),
  tick: fc.constantFrom(1e-8, 0.01, 0.00005),
  costs: fc.record({
    commissionBps: fc.constantFrom(0, 5, 12.5),
    slippageBps: fc.constantFrom(0, 2, 25),
    volumeFractionMax: fc.constantFrom(0.025, 0.0001, 0.00002),
    quantityStep: fc.constantFrom('0.00000001', '0.001', '0.25'),
    fundingRate: fc.constantFrom(0, 0.0001, -0.003),
  }),
});

describe('the engine under the desk’s rules', () => {
  it('makes the trades of the plain loop on many series, strategies, costs and limits', () => {
    let trades = 0;
    const property = fc.property(strategies, markets, (strategy, market) => {
      const { seed, intervalMs, symbols, direction, holes, silent, tick, costs } = market;
      const series = SYMBOLS.slice(0, symbols).map((symbol, place) => {
        const made = syntheticSeries({ symbol, intervalMs, count: 300, seed: seed + place });
        return disturbed(made, place === 0 ? holes : [], silent, tick);
      });
      trades += compare(series, strategy, { direction, costs: costsSchema.parse(costs) });
    });
    fc.assert(property, { numRuns: 40, seed: 6 });
    expect(trades).toBeGreaterThan(200);
  }, 120_000);

  it.each(['defensive', 'emergency'] as const)('refuses what the plain loop refuses in mode %s', (mode) => {
    const { profiles } = loadGovernance('config');
    const series = SYMBOLS.map((symbol, seed) => syntheticSeries({ symbol, intervalMs: 3_600_000, count: 300, seed }));
    const policy = { version: 7, mode, profile: profiles[mode] };
    const text = { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } } as const;
    compare(series, text, { policy });
    const refused = refusalsOf(walk(series, text, { policy }));
    expect(refused.operatingMode).toBeGreaterThan(10);
  });

  it.each(['decision', 'fill'] as const)('refuses sizes beyond the limits that are made at the %s', (at) => {
    const series = SYMBOLS.map((symbol, seed) => syntheticSeries({ symbol, intervalMs: 3_600_000, count: 300, seed }));
    const context = aContext(series, { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } }, {});
    const sized = (fraction: number) =>
      engineRun(series, context, { size: { kind: 'fraction', fraction, at, riskFraction: null } });
    const [small, large] = [sized(0.05), sized(0.9)];
    expect(small.account.fills.count).toBeGreaterThan(5);
    expect([large.account.fills.count, engineRefusals(large).positionSize]).toEqual([0, large.tally.refused]);
    expect(large.tally.refused).toBeGreaterThan(5);
  });
});
