/** How one symbol stands: what `marketAnalysis` reports of it. */
import { z } from 'zod';
import { trendRegimeSchema } from '../../features.ts';
import * as part from './parts.ts';

export const analysisSchema = z.strictObject({
  version: part.versionSchema,
  symbol: part.answerSymbolSchema,
  summary: part.textSchema,
  regime: trendRegimeSchema,
  /** Out of the features that were shown. */
  levels: z.array(z.strictObject({ kind: z.enum(['support', 'resistance']), price: z.number().positive() })).max(6),
  /** `score` from −1 (bad news only) to 1. */
  sentiment: z.strictObject({
    label: z.enum(['positive', 'neutral', 'negative']),
    score: z.number().min(-1).max(1),
  }),
  risks: part.textsSchema,
  recommendations: z
    .array(
      z.strictObject({
        action: part.adviceActionSchema,
        confidence: part.confidenceSchema,
        rationale: part.textSchema,
      }),
    )
    .max(5),
});
export type Analysis = z.infer<typeof analysisSchema>;
