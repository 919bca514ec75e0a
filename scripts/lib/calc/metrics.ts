/** `calc metrics`: performance figures of a run out of its wealth or its returns, and the net results of its trades. */
import { activityFigures, regimeFigures } from '../../../domain/backtest/activity-figures.ts';
import { benchmarkFigures } from '../../../domain/backtest/benchmark-statistics.ts';
import { performanceMetrics, periodsPerYear, tradeFigures } from '../../../domain/backtest/metrics.ts';
import {
  excessReturns,
  type ReturnOptions,
  returnFigures,
  sharpeRatio,
  simpleReturns,
} from '../../../domain/backtest/return-statistics.ts';
import { bootstrapInterval } from '../../../domain/learning/honesty/bootstrap.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { metricsDocument } from '../metrics-document.ts';
import { calculation } from './calculation.ts';
import { type MetricsInput, metricsProblems, metricsSchema } from './metrics-input.ts';

export const metrics = calculation({
  name: 'metrics',
  about: 'return, Sharpe, Sortino, Calmar, drawdown, trades; beside a benchmark, by regime, with an interval',
  schema: metricsSchema,
  example: {
    equity: ['100', '110', '99', '121'],
    tradePnls: ['10', '-11', '22'],
    barIntervalMs: 86_400_000,
  },
  answer: (input) => {
    const problems = metricsProblems(input);
    if (problems.length > 0) throw new InvalidInput(problems);
    const perYear = input.periodsPerYear ?? periodsPerYear(input.barIntervalMs);
    const equity = input.equity?.map(Number);
    const returns = input.returns && known(input.returns);
    if (equity !== undefined) return ofEquity(input, equity, returns, perYear);
    return returns && ofReturns(input, returns, perYear);
  },
});

const known = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN);

function ofEquity(
  input: MetricsInput,
  equity: readonly number[],
  returns: readonly number[] | undefined,
  perYear: number,
) {
  const tradePnls = input.tradePnls?.map(Number) ?? [];
  const own = simpleReturns(equity);
  return {
    ...metricsDocument(performanceMetrics({ equity, tradePnls, periodsPerYear: perYear })),
    ...(returns === undefined ? measured(input, own, perYear) : { returns: figures(input, returns, perYear) }),
    ...extras(input, own, perYear, returns === undefined),
    ...(input.exposure && { activity: activity(input, equity, input.exposure, perYear) }),
    ...(input.regimes && { byRegime: byRegime(input, equity, input.regimes, perYear) }),
  };
}

const ofReturns = (input: MetricsInput, returns: readonly number[], perYear: number) => ({
  ...figures(input, returns, perYear),
  ...(input.tradePnls && metricsDocument(tradeFigures(input.tradePnls.map(Number)))),
  ...extras(input, returns, perYear, true),
});

const level = (value: MetricsInput['riskFree'] = 0) => (typeof value === 'number' ? value : known(value));

const measures = (input: MetricsInput, perYear: number): ReturnOptions => ({
  periodsPerYear: perYear,
  riskFree: level(input.riskFree),
  requiredReturn: level(input.requiredReturn),
  requiredAnnualReturn: input.requiredAnnualReturn ?? 0,
});

const figures = (input: MetricsInput, returns: readonly number[], perYear: number) =>
  returnFigures(returns, measures(input, perYear));

/** What a curve's own returns are against what they are measured against, when something is. */
function measured(input: MetricsInput, returns: readonly number[], perYear: number) {
  const { riskFree, requiredReturn, requiredAnnualReturn } = input;
  if (riskFree === undefined && requiredReturn === undefined && requiredAnnualReturn === undefined) return {};
  const { sharpe, excessSharpe, downsideRiskFraction, sortino, omega } = figures(input, returns, perYear);
  return { sharpe, excessSharpe, downsideRiskFraction, sortino, omega };
}

/** Only what was asked for by its inputs. */
function extras(input: MetricsInput, returns: readonly number[], perYear: number, isMeasured: boolean) {
  const { benchmark, bootstrap } = input;
  const excess = bootstrap && excessReturns(returns, isMeasured ? level(input.riskFree) : 0);
  const sharpe = (sample: Float64Array) => sharpeRatio(Array.from(sample), perYear);
  return {
    ...(benchmark && { benchmark: benchmarkFigures(returns, simpleReturns(benchmark.map(Number)), perYear) }),
    ...(bootstrap && excess && { sharpeInterval: bootstrapInterval(Float64Array.from(excess), sharpe, bootstrap) }),
  };
}

function activity(input: MetricsInput, equity: readonly number[], exposure: readonly number[], perYear: number) {
  const { tradedValue = '0', costs = '0' } = input;
  const paid = { tradedValue: Number(tradedValue), costs: Number(costs) };
  return { ...activityFigures({ equity, exposure, ...paid, periodsPerYear: perYear }), costs };
}

function byRegime(
  { tradePnls = [], tradeRegimes }: MetricsInput,
  equity: readonly number[],
  regimes: readonly (string | null)[],
  perYear: number,
) {
  const trades = tradePnls.map((pnl, k) => ({ pnl: Number(pnl), regime: tradeRegimes?.[k] ?? null }));
  return regimeFigures({ equity, regimes, trades, periodsPerYear: perYear });
}
