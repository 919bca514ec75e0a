/** Words about a decision of an officer: which event they speak of, and what came of asking for them. */
import { z } from 'zod';

export const officerCommentaryInputSchema = z.strictObject({
  /** Of the event; the workflow's id tells it too. */
  sequence: z.number().int().min(1).optional(),
});

/** What a model is shown of an event. `figures`: every number that its words may contain. */
export type CommentaryFacts = {
  readonly event: string;
  readonly sentence: string;
  readonly reasons: readonly string[];
  readonly figures: readonly number[];
};
/** An event to speak of; `facts` null: there is nothing to say about one of its type. `atMs`: when it was written. */
export type CommentarySubject = { readonly facts: CommentaryFacts | null; readonly atMs: number };

export type Commentary = { readonly sequence: number; readonly text: string; readonly callId: string };

/** `told` false: nothing was written, and why. */
export type OfficerCommentaryResult = {
  readonly sequence: number;
  readonly told: boolean;
  readonly noDecision: string | null;
  readonly callIds: readonly string[];
};
