/**
 * A proposal of a session about which a model is asked what could go wrong with it, and why there was no answer to
 * that. The answer is recorded beside the decision and changes nothing.
 */
import { z } from 'zod';
import { noDecisionSchema } from './outcome.ts';

/** The facts lie in `model_payloads` under `factsRef`; `windowFromMs`: where the session's bars begin. */
export const proposalToAssessSchema = z.strictObject({
  symbol: z.string(),
  asOfMs: z.number().int(),
  decisionId: z.string(),
  factsRef: z.string(),
  windowFromMs: z.number().int(),
});
export type ProposalToAssess = z.infer<typeof proposalToAssessSchema>;

/** That a model was asked, and why it had no answer; null: its answer is in `model_asks`. */
export const assessmentNoteSchema = z.strictObject({ decisionId: z.string(), noDecision: noDecisionSchema.nullable() });
export type AssessmentNote = z.infer<typeof assessmentNoteSchema>;

/** Names the question for ever. */
export const assessmentKey = (decisionId: string): string => `${decisionId}/assessment`;
