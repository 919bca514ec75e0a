/**
 * What fills and wealth tell of a run beyond its return: how long it was in the market, how much it traded, what that
 * cost, and how sure its Sharpe ratio is. Fractions; doubles, to read and not to book.
 */
import type { Fill } from '../../schemas/execution.ts';
import { type Decimal, toDecimal, ZERO } from '../decimal.ts';
import { type BootstrapInterval, bootstrapInterval } from '../learning/honesty/bootstrap.ts';
import { meanOf, plainSharpe, sampleMoments } from '../learning/honesty/sample-moments.ts';
import { probabilisticSharpe } from '../learning/honesty/sharpe-significance.ts';
import { simpleReturns } from './return-statistics.ts';

export type RunRecord = {
  /** Wealth at the start and after each bar. */
  readonly equity: readonly number[];
  /** Epoch ms of each bar's close, rising. */
  readonly closesMs: readonly number[];
  readonly fills: readonly RecordedFill[];
  /** Commissions and funding, positive = paid; spread and slippage are in the prices. */
  readonly costs: number;
  readonly periodsPerYear: number;
};
type RecordedFill = Pick<Fill, 'symbol' | 'side' | 'quantity' | 'price' | 'atMs'>;

/** Null where it is not defined: no bars, no wealth, no spread of returns, a total loss. */
export type RunFigures = {
  /** Share of bars into whose close a position was carried. */
  readonly timeInMarketFraction: number | null;
  /** Value of all fills a year over mean wealth. */
  readonly turnoverPerYear: number | null;
  /** Costs over mean wealth. */
  readonly costFraction: number | null;
  /** Probability that the true Sharpe ratio is above 0 (PSR); of one run, not corrected for others tried before it. */
  readonly sharpeProbability: number | null;
  /** 95 % by the stationary bootstrap, per year. */
  readonly sharpeInterval: Interval | null;
  readonly annualReturnInterval: Interval | null;
};
type Interval = readonly [low: number, high: number];

export function runFigures(record: RunRecord): RunFigures {
  const { equity, closesMs, fills, costs, periodsPerYear } = record;
  const bars = closesMs.length;
  const wealth = equity.reduce((sum, value) => sum + value, 0) / equity.length;
  const perWealth = (amount: number): number | null => (bars === 0 || !(wealth > 0) ? null : amount / wealth);
  const traded = fills.reduce((sum, { quantity, price }) => sum + Number(quantity) * Number(price), 0);
  return {
    timeInMarketFraction: bars === 0 ? null : barsHeld(fills, closesMs) / bars,
    turnoverPerYear: perWealth((traded * periodsPerYear) / bars),
    costFraction: perWealth(costs),
    sharpeProbability: probabilityOf(simpleReturns(equity)),
    ...intervalsOf(equity, periodsPerYear),
  };
}

/** A fill at a close begins with the next bar, as one at the next open does. */
function barsHeld(fills: readonly RecordedFill[], closesMs: readonly number[]): number {
  const waiting = [...fills].sort((a, b) => a.atMs - b.atMs);
  const held = new Map<string, Decimal>();
  let next = 0;
  let count = 0;
  for (const closeMs of closesMs) {
    for (let fill = waiting[next]; fill !== undefined && fill.atMs < closeMs; fill = waiting[next]) {
      const change = fill.side === 'buy' ? toDecimal(fill.quantity) : toDecimal(fill.quantity).neg();
      const after = (held.get(fill.symbol) ?? ZERO).plus(change);
      if (after.isZero()) held.delete(fill.symbol);
      else held.set(fill.symbol, after);
      next += 1;
    }
    if (held.size > 0) count += 1;
  }
  return count;
}

function probabilityOf(returns: readonly number[]): number | null {
  const moments = returns.some(Number.isNaN) ? null : sampleMoments(returns);
  if (moments === null || moments.deviation === 0) return null;
  return probabilisticSharpe({ ...moments, sharpe: moments.mean / moments.deviation });
}

const STEPS_MAX = 500;
const DRAWING = { seed: 1, samples: 500, confidence: 0.95 } as const;

/** Of long runs every k-th wealth is taken: a million bars cost as much as five hundred. */
function intervalsOf(
  equity: readonly number[],
  periodsPerYear: number,
): Pick<RunFigures, 'sharpeInterval' | 'annualReturnInterval'> {
  const each = Math.max(1, Math.ceil((equity.length - 1) / STEPS_MAX));
  const returns = Float64Array.from(simpleReturns(equity.filter((_value, index) => index % each === 0)));
  const growth = returns.map(Math.log1p);
  const perYear = periodsPerYear / each;
  if (!growth.every(Number.isFinite) || !((sampleMoments(returns)?.deviation ?? 0) > 0)) {
    return { sharpeInterval: null, annualReturnInterval: null };
  }
  return {
    sharpeInterval: ends(bootstrapInterval(returns, (sample) => plainSharpe(sample) * Math.sqrt(perYear), DRAWING)),
    annualReturnInterval: ends(bootstrapInterval(growth, (sample) => Math.expm1(meanOf(sample) * perYear), DRAWING)),
  };
}

const ends = (interval: BootstrapInterval | null): Interval | null =>
  interval === null ? null : [interval.low, interval.high];
