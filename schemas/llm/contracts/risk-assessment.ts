/** What could go wrong with a proposal. Recorded; it can tighten and never loosens a limit. */
import { z } from 'zod';
import * as part from './parts.ts';

export const riskAssessmentSchema = z.strictObject({
  version: part.versionSchema,
  symbol: part.answerSymbolSchema,
  riskLevel: part.riskLevelSchema,
  recommendation: z.enum(['proceed', 'reduce', 'avoid']),
  confidence: part.confidenceSchema,
  concerns: part.textsSchema,
  /** Largest share of equity that the model would hold, a suggestion; the gate's limit is never raised by it. */
  maxPositionFraction: part.suggestedSizeSchema,
  rationale: part.textSchema,
});
