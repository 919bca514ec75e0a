/**
 * What a session asks models about a symbol at the close of a bar, and what came of it: kept once in `advice_slots`, so
 * that the decision can be made again without asking. Costs are whole micro-USD, fractions 0 to 1.
 */
import { z } from 'zod';
import { decisionActionSchema } from '../decision.ts';

/** One voice of those that were heard; `noDecision` says why one had nothing to say. */
export const voiceSchema = z.strictObject({
  model: z.string(),
  action: decisionActionSchema.nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  noDecision: z.string().nullable(),
});
export type Voice = z.infer<typeof voiceSchema>;

const asked = {
  voices: z.array(voiceSchema),
  callIds: z.array(z.string()),
  costMicroUsd: z.number().int().min(0),
} as const;

export const adviceOutcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('advice'),
    action: decisionActionSchema,
    confidence: z.number().min(0).max(1),
    /** What disagreement leaves of the size; 1 where nobody disagreed. */
    sizeFactor: z.number().min(0).max(1),
    reasons: z.array(z.string()),
    /** The session's window begins before the knowledge of a model that was asked ends. */
    contaminated: z.boolean(),
    ...asked,
  }),
  z.strictObject({ kind: z.literal('noDecision'), reason: z.string(), detail: z.string(), ...asked }),
]);
export type AdviceOutcome = z.infer<typeof adviceOutcomeSchema>;

/** An advice that a walk waits for. The facts lie in `model_payloads` under `factsRef`. */
export const awaitedAdviceSchema = z.strictObject({
  symbol: z.string(),
  asOfMs: z.number().int(),
  decisionId: z.string(),
  /** False: the model is to propose. */
  isProposed: z.boolean(),
  close: z.number(),
  regime: z.string().nullable(),
  factsRef: z.string(),
  /** Where the session's bars begin: what a model may remember of them. */
  windowFromMs: z.number().int(),
});
export type AwaitedAdvice = z.infer<typeof awaitedAdviceSchema>;

export const adviceAnswerSchema = z.strictObject({
  symbol: z.string(),
  asOfMs: z.number().int(),
  outcome: adviceOutcomeSchema,
});
export type AdviceAnswer = z.infer<typeof adviceAnswerSchema>;

type SessionRun = { readonly workflowId: string; readonly run: number };

/** What the names of all questions of one run of a session begin with. */
export const adviceKeysOf = ({ workflowId, run }: SessionRun): string => `${workflowId}/run:${run}/advice:`;

/** Names a question for ever: asked again, also after a reset, it is answered by what was answered first. */
export const adviceKey = (session: SessionRun, { symbol, asOfMs }: Pick<AwaitedAdvice, 'symbol' | 'asOfMs'>): string =>
  `${adviceKeysOf(session)}${symbol}@${asOfMs}`;
