/**
 * What a question to the gateway comes to: an answer that passed its contract, or no decision with the reason. Never an
 * exception: a model that fails is no opinion. Costs are whole micro-USD. Small enough for a workflow's history.
 */
import { z } from 'zod';

const costMicroUsd = z.number().int().min(0);
const callIds = z.array(z.string());

export const noDecisionSchema = z.strictObject({
  kind: z.literal('noDecision'),
  /** A code such as LLM_REFUSED, BUDGET_EXHAUSTED or PROVIDER_DOWN. */
  reason: z.string(),
  detail: z.string(),
  /** The calls that were made before it came to this. */
  callIds,
  costMicroUsd,
  /** As of an answer, of the models that were called; absent: no. */
  contaminated: z.boolean().exactOptional(),
});
export type NoModelDecision = z.infer<typeof noDecisionSchema>;

const answerShape = {
  kind: z.literal('answer'),
  callIds,
  costMicroUsd,
  provider: z.string(),
  model: z.string(),
  promptId: z.string(),
  promptVersion: z.number().int().min(1),
  /** Answered from the response cache. */
  cached: z.boolean(),
  /** The window asked about begins before the model's knowledge ends: it may remember the outcome. */
  contaminated: z.boolean(),
  /** Asked by name though demoted: it is written down and scored, and has no say. */
  shadow: z.literal(true).exactOptional(),
} as const;

export type ModelAnswer<T> = z.infer<z.ZodObject<typeof answerShape>> & { readonly value: T };
export type ModelOutcome<T> = ModelAnswer<T> | NoModelDecision;
