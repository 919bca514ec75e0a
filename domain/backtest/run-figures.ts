/**
 * What fills and wealth tell of a run beyond its return: how long and how much of it was in the market, how much it
 * traded, what that cost, and how sure its Sharpe ratio is. Fractions; doubles, to read and not to book.
 */
import type { Fill } from '../../schemas/execution.ts';
import { type BootstrapInterval, bootstrapInterval } from '../learning/honesty/bootstrap.ts';
import { meanOf, plainSharpe, sampleMoments } from '../learning/honesty/sample-moments.ts';
import { probabilisticSharpe } from '../learning/honesty/sharpe-significance.ts';
import { type ActivityFigures, activityFigures } from './activity-figures.ts';
import { simpleReturns } from './return-statistics.ts';

export type RunRecord = {
  /** Wealth at the start and after each bar. */
  readonly equity: readonly number[];
  /** Value of what was carried into each bar's close over the wealth there: `carriedExposure`. */
  readonly exposure: readonly number[];
  readonly fills: readonly Pick<Fill, 'quantity' | 'price'>[];
  /** Commissions and funding, positive = paid; spread and slippage are in the prices. */
  readonly costs: number;
  readonly periodsPerYear: number;
};

/** Null where it is not defined: no bars, no wealth, no spread of returns, a total loss. */
export type RunFigures = Omit<ActivityFigures, 'costs'> & {
  /** Probability that the true Sharpe ratio is above 0 (PSR); of one run, not corrected for others tried before it. */
  readonly sharpeProbability: number | null;
  /** 95 % by the stationary bootstrap, per year. */
  readonly sharpeInterval: Interval | null;
  readonly annualReturnInterval: Interval | null;
};
type Interval = readonly [low: number, high: number];

export function runFigures({ equity, exposure, fills, costs, periodsPerYear }: RunRecord): RunFigures {
  const tradedValue = fills.reduce((sum, { quantity, price }) => sum + Number(quantity) * Number(price), 0);
  const { costs: _costs, ...activity } = activityFigures({ equity, exposure, tradedValue, costs, periodsPerYear });
  return {
    ...activity,
    exposureFractionMean: finiteOrNull(activity.exposureFractionMean),
    exposureFractionMax: finiteOrNull(activity.exposureFractionMax),
    sharpeProbability: probabilityOf(simpleReturns(equity)),
    ...intervalsOf(equity, periodsPerYear),
  };
}

const finiteOrNull = (value: number | null): number | null => (Number.isFinite(value) ? value : null);

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
