/** Capital across strategies: what the review has planned, and why. Fractions of the capital, 0 to 1. */
import { z } from 'zod';

export const allocationReviewInputSchema = z.strictObject({});

const scorePartsSchema = z.strictObject({
  sharpe: z.number(),
  winRateBonus: z.number(),
  profitFactorBonus: z.number(),
  drawdown: z.number(),
  regime: z.number(),
  healthFactor: z.number(),
});

const plannedStrategySchema = z.strictObject({
  strategyId: z.string(),
  health: z.enum(['healthy', 'degraded', 'unknown', 'disabled']),
  score: z.number(),
  parts: scorePartsSchema,
  /** What sessions size by. */
  weight: z.number().min(0).max(1),
  targetWeight: z.number().min(0).max(1),
  /** On the way from the last plan to the target; before the risk budget. */
  dampedWeight: z.number().min(0).max(1),
  /** Daily, 95 %, of the strategy's own capital. */
  valueAtRiskFraction: z.number().min(0),
  reason: z.string(),
});
export type PlannedStrategy = z.infer<typeof plannedStrategySchema>;

export const allocationPlanSchema = z.strictObject({
  regime: z.string().nullable(),
  strategies: z.array(plannedStrategySchema),
  cashFraction: z.number().min(0).max(1),
  /** null: nothing is invested. */
  herfindahlIndex: z.number().nullable(),
  diversification: z.number().nullable(),
  /** Daily value at risk of all together, after scaling. */
  jointRiskFraction: z.number().min(0),
  riskScale: z.number().min(0).max(1),
  /** In the order of the strategies that are not disabled. */
  correlation: z.array(z.array(z.number())),
});
export type AllocationPlan = z.infer<typeof allocationPlanSchema>;

/** A plan that is in force: weights by strategy from here on. */
export type StoredAllocation = { readonly allocationId: string; readonly atMs: number; readonly plan: AllocationPlan };
