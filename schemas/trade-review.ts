/** The contract of `tradeReview`: what became of the model calls that fed one closed trade. */
import { z } from 'zod';

export const tradeReviewInputSchema = z.strictObject({ tradeId: z.string().min(1).max(200).optional() });

export const tradeReviewResultSchema = z.strictObject({
  tradeId: z.string(),
  symbol: z.string(),
  side: z.string(),
  regime: z.string().nullable(),
  /** Net of fees and of what the models cost, in the account's currency. */
  pnlNet: z.string(),
  holdMs: z.number().int(),
  modelCostMicroUsd: z.number().int(),
  scored: z.array(
    z.strictObject({
      callId: z.string(),
      model: z.string(),
      promptId: z.string(),
      promptVersion: z.number().int(),
      action: z.string(),
      confidence: z.number(),
      correct: z.boolean(),
      /** (confidence − outcome)². */
      brier: z.number(),
    }),
  ),
});
export type TradeReviewResult = z.infer<typeof tradeReviewResultSchema>;
