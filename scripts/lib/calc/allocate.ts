/** `calc allocate`: capital across strategies, by score, by covariance, or as the daily review plans it. */
import { z } from 'zod';
import { allocate as allocateScores, diversification, herfindahlIndex } from '../../../domain/learning/allocate.ts';
import { covarianceOf, requireCorrelation, requireCovariance } from '../../../domain/learning/allocation/covariance.ts';
import { equalRiskContribution } from '../../../domain/learning/allocation/equal-risk-contribution.ts';
import { hierarchicalRiskParity } from '../../../domain/learning/allocation/hierarchical-risk-parity.ts';
import { inverseVariance, inverseVolatility } from '../../../domain/learning/allocation/inverse-volatility.ts';
import { minimumVariance } from '../../../domain/learning/allocation/minimum-variance.ts';
import { planAllocation } from '../../../domain/learning/allocation/plan-allocation.ts';
import { calculation } from './calculation.ts';

const fraction = z.number().min(0).max(1);
const matrix = z.array(z.array(z.number()).min(1).max(200)).min(1).max(5_000);

const METHODS = ['inverseVolatility', 'inverseVariance', 'hrp', 'minimumVariance', 'equalRiskContribution'] as const;

const strategySchema = z.strictObject({
  strategyId: z.string().min(1).max(200),
  /** By UTC day, on the strategy's own capital, oldest first. */
  dailyReturns: z.array(z.number().gt(-1).max(1e6)).max(5_000).default([]),
  trades: z
    .array(
      z.strictObject({ returnFraction: z.number().min(-1e6).max(1e6), regime: z.string().nullable().default(null) }),
    )
    .max(20_000)
    .default([]),
  health: z.enum(['healthy', 'degraded', 'unknown', 'disabled']).default('unknown'),
});

const schema = z
  .strictObject({
    /** Projected onto the bounds as they are. */
    scores: z.array(z.number()).max(1_000).optional(),
    minFraction: fraction.default(0.05),
    maxFraction: fraction.default(0.4),
    cashAllowed: z.boolean().default(true),
    /** Weights by covariance; `minimumVariance` keeps within the bounds, the others know none. */
    method: z.enum(METHODS).optional(),
    covariance: matrix.max(200).optional(),
    /** Rows are days; instead of a covariance. */
    returns: matrix.optional(),
    /** hrp only; absent: that of the covariance. */
    correlation: matrix.max(200).optional(),
    /** The whole review: scores, damped turnover, risk budget, reasons. */
    strategies: z
      .array(strategySchema)
      .max(1_000)
      .refine((all) => new Set(all.map(({ strategyId }) => strategyId)).size === all.length, 'each strategy once')
      .optional(),
    regime: z.string().nullable().default(null),
    /** Weights of the last plan by strategy. */
    previous: z.record(z.string(), fraction).nullable().default(null),
  })
  .superRefine(({ scores, method, strategies, covariance, returns, correlation }, issues) => {
    if (correlation !== undefined && method !== 'hrp')
      issues.addIssue({ code: 'custom', path: ['correlation'], message: 'none but with method hrp' });
    const asked = [scores, method, strategies].filter((one) => one !== undefined).length;
    if (asked !== 1)
      issues.addIssue({ code: 'custom', path: ['scores'], message: 'one of scores, method or strategies' });
    const given = [covariance, returns].filter((one) => one !== undefined).length;
    if (method === undefined ? given === 0 : given === 1) return;
    issues.addIssue({ code: 'custom', path: ['covariance'], message: 'with a method either covariance or returns' });
  });

type Input = z.output<typeof schema>;

export const allocate = calculation({
  name: 'allocate',
  about: 'weights by score or covariance, cash, concentration (HHI) and diversification; or the whole review',
  schema,
  example: { scores: [0.7, 0.2, 0.1], minFraction: 0.05, maxFraction: 0.4, cashAllowed: true },
  answer: (input) => {
    const { strategies, regime, previous } = input;
    if (strategies !== undefined) return planAllocation({ strategies, regime, previous });
    const { weights, cashFraction } = weightsOf(input);
    const spread = { herfindahlIndex: herfindahlIndex(weights), diversification: diversification(weights) };
    return { weights, cashFraction, ...spread };
  },
});

function weightsOf({ scores, method, ...input }: Input): { weights: readonly number[]; cashFraction: number } {
  if (method === undefined) return allocateScores(scores ?? [], input);
  return { weights: byCovariance(method, input), cashFraction: 0 };
}

function byCovariance(method: (typeof METHODS)[number], input: Omit<Input, 'scores' | 'method'>): number[] {
  const { correlation, minFraction, maxFraction } = input;
  const covariance = input.covariance ?? covarianceOf(input.returns ?? []);
  requireCovariance(covariance);
  if (correlation !== undefined) requireCorrelation(correlation, covariance.length);
  switch (method) {
    case 'inverseVolatility':
      return inverseVolatility(covariance);
    case 'inverseVariance':
      return inverseVariance(covariance);
    case 'hrp':
      return hierarchicalRiskParity(covariance, correlation);
    case 'minimumVariance':
      return minimumVariance(covariance, minFraction, maxFraction);
    case 'equalRiskContribution':
      return equalRiskContribution(covariance);
  }
}
