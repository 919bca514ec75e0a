/** What the decision stage answers for one symbol at one bar, and why. Confidence, weights, fractions: 0 to 1. */
import { z } from 'zod';

export const componentNameSchema = z.enum(['technical', 'agent', 'evolved', 'online', 'llm']);
export type ComponentName = z.infer<typeof componentNameSchema>;

/** −1 short, 0 none, +1 long. */
export type Side = -1 | 0 | 1;
export const sideSchema = z.union([z.literal(-1), z.literal(0), z.literal(1)]);

/** One component's vote. */
export const contributionSchema = z.strictObject({
  component: componentNameSchema,
  side: sideSchema,
  confidence: z.number().min(0).max(1),
  weight: z.number().min(0).max(1),
  reasons: z.array(z.string()),
});
export type Contribution = z.infer<typeof contributionSchema>;

export const decisionActionSchema = z.enum(['buy', 'sell', 'hold']);
export type DecisionAction = z.infer<typeof decisionActionSchema>;

export const gateReasonSchema = z.strictObject({ rule: z.string(), message: z.string() });
export type GateReason = z.infer<typeof gateReasonSchema>;

export const verdictSchema = z.strictObject({ approved: z.boolean(), reasons: z.array(gateReasonSchema) });
export type Verdict = z.infer<typeof verdictSchema>;

/** `targetFraction` = signed share of equity after the trade; prices are decimal strings. */
export const decisionSchema = z.strictObject({
  decisionId: z.string(),
  sequence: z.number().int().nonnegative(),
  /** Decisions that stand or fall together carry the same: the two legs of a pair that is opened or closed. */
  groupId: z.string().optional(),
  symbol: z.string(),
  asOfMs: z.number().int(),
  action: decisionActionSchema,
  targetFraction: z.number().min(-1).max(1),
  confidence: z.number().min(0).max(1),
  sizeFraction: z.number().min(0).max(1),
  stopPrice: z.string().nullable(),
  targetPrice: z.string().nullable(),
  coverage: z.number().min(0).max(1),
  agreement: z.number().min(0).max(1),
  contributions: z.array(contributionSchema),
  noDecision: z.string().nullable(),
  verdict: verdictSchema.nullable(),
  policyVersion: z.number().int().nonnegative(),
  orderHash: z.string().nullable(),
  repeated: z.boolean(),
});
export type Decision = z.infer<typeof decisionSchema>;
