/**
 * Property 11, an honest backtest: what was signalled and filled up to bar t does not change by whatever the bars after
 * t become; fees and slippage never improve a result; without orders the account stays what it was.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { decimalText, toDecimal } from '../../domain/decimal.ts';
import { clientOrderIdOf } from '../../domain/execution/identity.ts';
import { type PaperRun, type PaperRunInput, runPaper } from '../../domain/execution/run-paper.ts';
import { kernels } from '../../domain/features/kernels.ts';
import { type BarRow, type BarSeries, seriesFromRows } from '../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import { parseStrategyParameters, strategyRules } from '../../domain/signals/catalogue.ts';
import type { StrategySignal } from '../../domain/signals/strategy.ts';
import { type Costs, costsSchema, type Order } from '../../schemas/execution.ts';
import { SINGLE_STRATEGY_TYPES, type SingleStrategyType } from '../../schemas/signals.ts';
import { HOUR_MS, rowsOf } from '../domain/backtest/walk-fixture.ts';
import { order } from '../domain/execution/support.ts';
import { itHolds, type Mark } from './property.ts';

const COUNT = 44;
const CASH = '10000';
const SERIES = Array.from({ length: 8 }, (_, seed) =>
  rowsOf(syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: COUNT, seed })),
);
const seriesOf = (rows: readonly BarRow[]): BarSeries => seriesFromRows('BTC/USDT', HOUR_MS, rows);

/** What is asked: the signals of bars t - 2 to t, and the paper account over all bars. */
type Backtest = {
  readonly signals: (type: SingleStrategyType, rows: readonly BarRow[], t: number) => readonly StrategySignal[];
  readonly run: (input: PaperRunInput) => PaperRun;
};

function signals(type: SingleStrategyType, rows: readonly BarRow[], t: number): StrategySignal[] {
  const rules = strategyRules(type);
  const p = parseStrategyParameters(type, {});
  const bars = seriesOf(rows);
  const columns = rules.prepare(bars, p, kernels('talib'));
  return [t - 2, t - 1, t].map((i) => rules.signal({ i, bars, columns, p }));
}
const HONEST: Backtest = { signals, run: runPaper };

type Plan = { readonly bar: number; readonly side: 'buy' | 'sell'; readonly size: number; readonly limit: boolean };
type Case = {
  readonly series: number;
  readonly type: SingleStrategyType;
  readonly t: number;
  readonly change: 'scaled' | 'turned round' | 'cut off';
  readonly factor: number;
  readonly plans: readonly Plan[];
  readonly costs: Costs;
};
type Kind = 'signals' | 'partial fills' | 'fills before t' | 'cut off' | 'no orders';

const plan = fc.record({
  bar: fc.nat(COUNT - 2),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  size: fc.integer({ min: 1, max: 1_500 }),
  limit: fc.boolean(),
});
const cases: fc.Arbitrary<Case> = fc.record({
  series: fc.nat(SERIES.length - 1),
  type: fc.constantFrom(...SINGLE_STRATEGY_TYPES),
  t: fc.integer({ min: 16, max: COUNT - 2 }),
  change: fc.constantFrom('scaled' as const, 'turned round' as const, 'cut off' as const),
  factor: fc.constantFrom(0.2, 0.9, 1.2, 7),
  plans: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: fc.array(plan, { minLength: 1, maxLength: 3, size: 'max' }) },
  ),
  costs: fc
    .constantFrom(1, 5, 40)
    .map((bps) => costsSchema.parse({ commissionBps: bps, slippageBps: bps, volumeFractionMax: 0.01 })),
});

function rewritten(rows: readonly BarRow[], { t, change, factor }: Case): readonly BarRow[] {
  const [known, later] = [rows.slice(0, t + 1), rows.slice(t + 1)];
  if (change === 'cut off') return known;
  if (change === 'scaled') return [...known, ...later.map((row) => scaled(row, factor))];
  return [...known, ...later.map(({ openTimeMs }, index) => ({ ...(later.at(-1 - index) as BarRow), openTimeMs }))];
}

const scaled = (row: BarRow, factor: number): BarRow => ({
  openTimeMs: row.openTimeMs,
  open: row.open * factor,
  high: row.high * factor,
  low: row.low * factor,
  close: row.close * factor,
  volume: row.volume,
});

const orderOf = (rows: readonly BarRow[], { bar, side, size, limit }: Plan, index: number): Order => {
  const at = rows[bar] as BarRow;
  return order({
    decisionId: `d-${index}`,
    clientOrderId: clientOrderIdOf(`d-${index}`, 'entry'),
    side,
    type: limit ? 'limit' : 'market',
    limitPrice: limit ? decimalText(toDecimal(at.close)) : null,
    quantity: String(size),
    sentAtMs: at.openTimeMs + HOUR_MS,
  });
};

const inputOf = (rows: readonly BarRow[], orders: readonly Order[], costs: Costs): PaperRunInput => ({
  accountId: 'sim:test',
  currency: 'USD',
  startingCash: CASH,
  symbol: 'BTC/USDT',
  intervalMs: HOUR_MS,
  costs,
  bars: rows,
  orders,
  nowMs: Number.MAX_SAFE_INTEGER,
});

function isHonest({ signals: signalled, run }: Backtest, one: Case, mark: Mark<Kind>): void {
  const rows = SERIES[one.series] as readonly BarRow[];
  const future = rewritten(rows, one);
  const seen = signalled(one.type, rows, one.t);
  expect(signalled(one.type, future, one.t)).toEqual(seen);

  const orders = one.plans.map((each, index) => orderOf(rows, each, index));
  const lastMs = (rows[one.t] as BarRow).openTimeMs;
  const upTo = (result: PaperRun) => result.fills.filter((fill) => fill.atMs <= lastMs);
  const whole = run(inputOf(rows, orders, one.costs));
  expect(upTo(run(inputOf(future, orders, one.costs)))).toEqual(upTo(whole));

  if (orders.length === 0) expect(whole).toMatchObject({ fills: [], equity: CASH, cash: CASH });
  const free = { ...one.costs, commissionBps: 0, slippageBps: 0 };
  const cheap = run(inputOf(rows, orders, free));
  expect(toDecimal(whole.equity).lte(cheap.equity), `${whole.equity} with costs, ${cheap.equity} without`).toBe(true);

  if (seen.some(({ side }) => side !== 0)) mark('signals');
  if (whole.orders.some((each) => each.state === 'PARTIAL')) mark('partial fills');
  if (upTo(whole).length > 0) mark('fills before t');
  if (one.change === 'cut off') mark('cut off');
  if (orders.length === 0) mark('no orders');
}

const highest = (rows: readonly BarRow[]): number => Math.max(...rows.map((row) => row.high));

itHolds<Backtest, Case, Kind>({
  name: 'property 11, an honest backtest',
  cases,
  holds: isHonest,
  kinds: ['signals', 'partial fills', 'fills before t', 'cut off', 'no orders'],
  subject: HONEST,
  faults: {
    'a signal sees the next bar': { ...HONEST, signals: (type, rows, t) => signals(type, rows.slice(1), t) },
    'prices are scaled by the highest of all bars': {
      ...HONEST,
      signals: (type, rows, t) =>
        signals(
          type,
          rows.map((row) => scaled(row, 1 / highest(rows))),
          t,
        ),
    },
    'a fill takes the better of two bars': {
      ...HONEST,
      run: (input) => {
        const lows = input.bars.map((row, index) => ({
          ...row,
          open: Math.min(row.open, input.bars[index + 1]?.open ?? row.open),
        }));
        return runPaper({ ...input, bars: lows });
      },
    },
    'fees are paid to the account': {
      ...HONEST,
      run: (input) => {
        const result = runPaper(input);
        const twice = result.fills.reduce((sum, fill) => sum.plus(fill.fee).plus(fill.fee), toDecimal(result.equity));
        return { ...result, equity: decimalText(twice) };
      },
    },
    'an idle account earns': {
      ...HONEST,
      run: (input) => (input.orders.length > 0 ? runPaper(input) : { ...runPaper(input), equity: '10000.01' }),
    },
  },
});
