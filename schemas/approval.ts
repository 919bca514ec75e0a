/** A person's word on one exact order of a session: what is asked, what is answered, what came of it. */
import { z } from 'zod';
import { approvalModeSchema } from './governance.ts';

/** `expiresAfterMs`: silence is a denial from then on. Absent: the desk's own. */
export const approvalSettingsSchema = z.strictObject({
  entries: approvalModeSchema,
  expiresAfterMs: z.number().int().min(1_000).max(86_400_000).optional(),
});

/** Which rule of the policy asks for a person, for which order, until when. Instants are wall time. */
export const approvalRequestSchema = z.strictObject({
  orderHash: z.string(),
  rule: z.string(),
  message: z.string(),
  askedAtMs: z.number().int(),
  expiresAtMs: z.number().int(),
});
export type ApprovalRequest = z.infer<typeof approvalRequestSchema>;

/** An order that waits, as the status of its session shows it. */
export const waitingOrderSchema = approvalRequestSchema.extend({
  decisionId: z.string(),
  symbol: z.string(),
  summary: z.string(),
  /** It has its approval and waits for that of its partner. */
  approvedBy: z.string().nullable(),
});
export type WaitingOrder = z.infer<typeof waitingOrderSchema>;

export const approvalAnswerSchema = z.strictObject({
  decisionId: z.string().min(1).max(100),
  orderHash: z.string().min(1).max(100),
  approve: z.boolean(),
  by: z.string().trim().min(1).max(200),
});
export type ApprovalAnswer = z.infer<typeof approvalAnswerSchema>;

/**
 * `sent` false: the gate, asked again, refused what was approved; null:
 * nothing was to be sent, or it waits for its partner.
 */
export const approvalOutcomeSchema = z.strictObject({
  decisionId: z.string(),
  orderHash: z.string(),
  approved: z.boolean(),
  by: z.string(),
  sent: z.boolean().nullable(),
});
export type ApprovalOutcome = z.infer<typeof approvalOutcomeSchema>;
