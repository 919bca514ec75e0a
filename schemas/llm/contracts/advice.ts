/** The advisor's word on one symbol at one bar: what the llm slot of a session votes with. It names no price. */
import { z } from 'zod';
import * as part from './parts.ts';

export const adviceSchema = z.strictObject({
  version: part.versionSchema,
  symbol: part.answerSymbolSchema,
  action: part.adviceActionSchema,
  confidence: part.confidenceSchema,
  rationale: part.textSchema,
  riskLevel: part.riskLevelSchema,
  warnings: part.textsSchema,
});
export type Advice = z.infer<typeof adviceSchema>;
