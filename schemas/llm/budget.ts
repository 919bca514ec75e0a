/** What may be spent on models, in whole micro-USD, and where a reservation has to fit: every scope at once. */
import { z } from 'zod';

export const BUDGET_SCOPES = ['call', 'decision', 'session', 'day', 'month'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

const microUsd = z.number().int().min(0);

/** `call` bounds one question with its repair and its fallbacks. Days and months are UTC. */
export const budgetLimitsSchema = z.strictObject({
  callMicroUsd: microUsd.default(1_000_000),
  decisionMicroUsd: microUsd.default(2_000_000),
  sessionMicroUsd: microUsd.default(5_000_000),
  dayMicroUsd: microUsd.default(5_000_000),
  monthMicroUsd: microUsd.default(100_000_000),
});
export type BudgetLimits = z.infer<typeof budgetLimitsSchema>;

export type ScopeLimit = { readonly scope: BudgetScope; readonly key: string; readonly limitMicroUsd: number };

/** A scope that has no room: what it may hold and what is left of it. */
export type FullScope = ScopeLimit & { readonly leftMicroUsd: number };
