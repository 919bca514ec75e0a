/** `calc psr`, `calc dsr`: how likely a Sharpe ratio is more than luck, for one trial and for the best of many. */
import { z } from 'zod';
import { sampleMoments } from '../../../domain/learning/honesty/sample-moments.ts';
import {
  deflatedSharpe,
  effectiveTrials,
  expectedMaximum,
  type MeasuredSharpe,
  minimumBacktestYears,
  minimumBacktestYearsBound,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeStandardError,
} from '../../../domain/learning/honesty/sharpe-significance.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { calculation } from './calculation.ts';

const RETURNS_MAX = 2_000_000;

/** Either the returns, or the four numbers; Sharpe per observation, kurtosis 3 for a normal distribution. */
const measuredFields = {
  returns: z.array(z.number()).min(2).max(RETURNS_MAX).optional(),
  sharpe: z.number().optional(),
  count: z.number().int().min(2).optional(),
  skewness: z.number().default(0),
  kurtosis: z.number().min(1).default(3),
};
type Measured = {
  readonly returns?: readonly number[] | undefined;
  readonly sharpe?: number | undefined;
  readonly count?: number | undefined;
  readonly skewness: number;
  readonly kurtosis: number;
};

export const psr = calculation({
  name: 'psr',
  about: 'probabilistic Sharpe ratio and the length of record it takes (Sharpe per observation)',
  schema: z.strictObject({
    ...measuredFields,
    benchmarkSharpe: z.number().default(0),
    probability: z.number().gt(0).lt(1).default(0.95),
  }),
  example: { sharpe: 0.458, count: 24, skewness: -2.448, kurtosis: 10.164, benchmarkSharpe: 0, probability: 0.95 },
  answer: ({ benchmarkSharpe, probability, ...input }) => {
    const measured = measuredSharpe(input);
    return {
      ...measured,
      psr: probabilisticSharpe(measured, benchmarkSharpe),
      standardError: sharpeStandardError(measured),
      minimumTrackRecord: minimumTrackRecord(measured, benchmarkSharpe, probability),
    };
  },
});

export const dsr = calculation({
  name: 'dsr',
  about: 'deflated Sharpe ratio of the best of `trials`, what luck reaches, and years of data it takes',
  schema: z.strictObject({
    ...measuredFields,
    trials: z.number().int().min(1),
    /** Of the trials' Sharpe ratios, per observation. */
    trialSharpeVariance: z.number().min(0),
    /** Mean correlation of the trials' returns: 0 counts each as independent. */
    meanCorrelation: z.number().min(0).max(1).default(0),
    periodsPerYear: z.number().gt(0).default(365),
  }),
  example: {
    sharpe: 0.15811388300841897,
    count: 1_250,
    skewness: -3,
    kurtosis: 10,
    trials: 100,
    trialSharpeVariance: 0.002,
    meanCorrelation: 0,
    periodsPerYear: 250,
  },
  answer: ({ trials, trialSharpeVariance, meanCorrelation, periodsPerYear, ...input }) => {
    const measured = measuredSharpe(input);
    const independent = effectiveTrials(trials, meanCorrelation);
    const { luckySharpe, probability } = deflatedSharpe(measured, independent, trialSharpeVariance);
    const yearly = measured.sharpe * Math.sqrt(periodsPerYear);
    return {
      ...measured,
      dsr: probability,
      luckySharpe,
      effectiveTrials: independent,
      expectedMaximum: expectedMaximum(independent),
      minimumBacktestYears: yearly > 0 ? minimumBacktestYears(independent, yearly) : null,
      minimumBacktestYearsBound: yearly > 0 ? minimumBacktestYearsBound(independent, yearly) : null,
    };
  },
});

/** @throws InvalidInput unless there are returns with some spread, or a Sharpe ratio and its count */
function measuredSharpe({ returns, sharpe, count, skewness, kurtosis }: Measured): MeasuredSharpe {
  if (returns === undefined) {
    if (sharpe !== undefined && count !== undefined) return { sharpe, count, skewness, kurtosis };
    throw new InvalidInput([problem('INPUT_REQUIRED', 'returns', undefined, 'returns, or sharpe and count')]);
  }
  const moments = sampleMoments(returns);
  if (moments === null || moments.deviation === 0)
    throw new RangeError('returns that are all equal have no Sharpe ratio');
  return {
    sharpe: moments.mean / moments.deviation,
    count: moments.count,
    skewness: moments.skewness,
    kurtosis: moments.kurtosis,
  };
}
