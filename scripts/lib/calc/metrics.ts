/** `calc metrics`: performance figures of a run out of its equity curve and the net results of its trades. */
import { z } from 'zod';
import { activityFigures, regimeFigures } from '../../../domain/backtest/activity-figures.ts';
import { benchmarkFigures } from '../../../domain/backtest/benchmark-statistics.ts';
import { performanceMetrics, periodsPerYear } from '../../../domain/backtest/metrics.ts';
import {
  type ReturnOptions,
  returnFigures,
  sharpeRatio,
  simpleReturns,
} from '../../../domain/backtest/return-statistics.ts';
import { type BootstrapInterval, bootstrapInterval } from '../../../domain/learning/honesty/bootstrap.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { barIntervalMsSchema } from '../../../schemas/market.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { metricsDocument } from '../metrics-document.ts';
import { calculation } from './calculation.ts';

const POINTS_MAX = 2_000_000;
const BOOTSTRAP_DRAWS_MAX = 50_000_000;

const decimals = z.array(decimalSchema).max(POINTS_MAX);

const bootstrapSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  samples: z.number().int().min(10).max(100_000).default(1_000),
  confidence: z.number().gt(0).lt(1).default(0.95),
  /** Mean length of a block in bars; absent: the root of their number. */
  meanBlock: z.number().min(1).optional(),
});

/** One number, or one a period. */
const levelSchema = z.union([z.number(), z.array(z.number().nullable()).max(POINTS_MAX)]);

const schema = z.strictObject({
  /** Wealth at the start, then after each bar. Instead of it: `returns`. */
  equity: z.array(decimalSchema).min(1).max(POINTS_MAX).optional(),
  /**
   * Simple returns, null where one is missing; with what they are measured against, a period (or a year, for omega).
   */
  returns: z.array(z.number().nullable()).max(POINTS_MAX).optional(),
  riskFree: levelSchema.default(0),
  requiredReturn: levelSchema.default(0),
  requiredAnnualReturn: z.number().gt(-1).default(0),
  /** Net of fees and funding, one per closed trade. */
  tradePnls: decimals.default([]),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  /** Absent: 365 days / barIntervalMs. */
  periodsPerYear: z.number().gt(0).optional(),
  /** Prices or wealth of a benchmark, one beside each value of `equity`. */
  benchmark: decimals.optional(),
  /** Signed value of the position over wealth, one a bar; with it what was traded and paid. */
  exposure: z.array(z.number()).max(POINTS_MAX).optional(),
  tradedValue: decimalSchema.default('0'),
  costs: decimalSchema.default('0'),
  /** One a bar, null where it is not known; and the regime at the entry of each trade. */
  regimes: z.array(z.string().nullable()).max(POINTS_MAX).optional(),
  tradeRegimes: z.array(z.string().nullable()).max(POINTS_MAX).default([]),
  /** Interval of the yearly Sharpe. */
  bootstrap: bootstrapSchema.optional(),
});
type Input = z.output<typeof schema>;

export const metrics = calculation({
  name: 'metrics',
  about: 'return, Sharpe, Sortino, Calmar, drawdown, trades; beside a benchmark, by regime, with an interval',
  schema,
  example: {
    equity: ['100', '110', '99', '121'],
    tradePnls: ['10', '-11', '22'],
    barIntervalMs: 86_400_000,
  },
  answer: (input) => {
    const perYear = input.periodsPerYear ?? periodsPerYear(input.barIntervalMs);
    const figures = input.returns && { ...returnFigures(known(input.returns), measures(input, perYear)) };
    if (input.equity === undefined) {
      if (figures !== undefined) return figures;
      throw new InvalidInput([problem('INPUT_REQUIRED', 'equity', undefined, 'equity, or returns')]);
    }
    const equity = input.equity.map(Number);
    const tradePnls = input.tradePnls.map(Number);
    return {
      ...metricsDocument(performanceMetrics({ equity, tradePnls, periodsPerYear: perYear })),
      ...(figures && { returns: figures }),
      ...extras(input, equity, perYear),
    };
  },
});

const known = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN);

function measures({ riskFree, requiredReturn, requiredAnnualReturn }: Input, perYear: number): ReturnOptions {
  const level = (value: Input['riskFree']) => (typeof value === 'number' ? value : known(value));
  return {
    periodsPerYear: perYear,
    riskFree: level(riskFree),
    requiredReturn: level(requiredReturn),
    requiredAnnualReturn,
  };
}

/** Only what was asked for by its inputs. */
function extras(input: Input, equity: readonly number[], perYear: number) {
  const { benchmark, exposure, regimes, bootstrap } = input;
  return {
    ...(benchmark && { benchmark: beside(equity, benchmark.map(Number), perYear) }),
    ...(exposure && { activity: activity(input, equity, exposure, perYear) }),
    ...(regimes && { byRegime: byRegime(input, equity, regimes, perYear) }),
    ...(bootstrap && { sharpeInterval: sharpeInterval(equity, bootstrap, perYear) }),
  };
}

const beside = (equity: readonly number[], benchmark: readonly number[], perYear: number) =>
  benchmarkFigures(simpleReturns(equity), simpleReturns(benchmark), perYear);

function activity(input: Input, equity: readonly number[], exposure: readonly number[], perYear: number) {
  const [tradedValue, costs] = [Number(input.tradedValue), Number(input.costs)];
  return { ...activityFigures({ equity, exposure, tradedValue, costs, periodsPerYear: perYear }), costs: input.costs };
}

function byRegime(input: Input, equity: readonly number[], regimes: readonly (string | null)[], perYear: number) {
  const trades = input.tradePnls.map((pnl, k) => ({ pnl: Number(pnl), regime: input.tradeRegimes[k] ?? null }));
  return regimeFigures({ equity, regimes, trades, periodsPerYear: perYear });
}

function sharpeInterval(
  equity: readonly number[],
  options: z.output<typeof bootstrapSchema>,
  perYear: number,
): BootstrapInterval | null {
  const returns = Float64Array.from(simpleReturns(equity)).filter((value) => !Number.isNaN(value));
  if (returns.length * options.samples > BOOTSTRAP_DRAWS_MAX) {
    throw new RangeError(
      `${options.samples} samples of ${returns.length} returns: at most ${BOOTSTRAP_DRAWS_MAX} draws`,
    );
  }
  return bootstrapInterval(returns, (sample) => sharpeRatio(Array.from(sample), perYear), options);
}
