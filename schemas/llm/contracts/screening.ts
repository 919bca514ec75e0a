/** Many symbols in one answer: which are worth an analysis. One row for each symbol that was shown. */
import { z } from 'zod';
import * as part from './parts.ts';

const SCREENED_MAX = 20;

export const screeningSchema = z.strictObject({
  version: part.versionSchema,
  rows: z
    .array(
      z.strictObject({
        symbol: part.answerSymbolSchema,
        keep: z.boolean(),
        confidence: part.confidenceSchema,
        rationale: part.textSchema,
      }),
    )
    .max(SCREENED_MAX),
});
