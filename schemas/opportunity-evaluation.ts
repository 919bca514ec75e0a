/** The contract of `opportunityEvaluation`: one chance in one symbol, judged. Levels and size are suggestions. */
import { z } from 'zod';
import { regimeSchema } from './features.ts';
import { opportunitySchema, opportunityTypeSchema } from './llm/contracts/opportunity.ts';
import { barIntervalMsSchema, symbolSchema } from './market.ts';
import { accountIdSchema } from './strategy-session.ts';

export const opportunityEvaluationInputSchema = z.strictObject({
  symbol: symbolSchema,
  opportunityType: opportunityTypeSchema,
  /** What somebody noticed: data, not instructions. The facts are read again by code. */
  context: z
    .record(z.string(), z.json())
    .refine((context) => JSON.stringify(context).length <= 16_384, 'at most 16384 characters as JSON')
    .default({}),
  asOf: z.iso.datetime({ offset: true }).nullable().default(null),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  accountId: accountIdSchema.nullable().default(null),
  masked: z.boolean().default(false),
});
export type OpportunityEvaluationInput = z.infer<typeof opportunityEvaluationInputSchema>;

const { action, confidence, entryPrice, stopLossPrice, takeProfitPrice, sizeFraction, keyRisks, rationale } =
  opportunitySchema.shape;

export const opportunityEvaluationResultSchema = z.strictObject({
  symbol: symbolSchema,
  opportunityType: opportunityTypeSchema,
  asOfMs: z.number().int(),
  regime: regimeSchema.nullable(),
  /** null with the reason in `noDecision`. */
  evaluation: z
    .strictObject({ action, confidence, entryPrice, stopLossPrice, takeProfitPrice, sizeFraction, keyRisks, rationale })
    .nullable(),
  noDecision: z.string().nullable(),
  /** It was large, so the reasoning tier was asked too, and its word counts. */
  escalated: z.boolean(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  contaminated: z.boolean(),
  masked: z.boolean(),
  callIds: z.array(z.string()),
  costMicroUsd: z.number().int(),
});
export type OpportunityEvaluationResult = z.infer<typeof opportunityEvaluationResultSchema>;
