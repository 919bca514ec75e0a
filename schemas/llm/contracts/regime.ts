/** The regime of a market as a model reads it. The three probabilities sum to 1. */
import { z } from 'zod';
import { trendRegimeSchema, volatilityLevelSchema } from '../../features.ts';
import * as part from './parts.ts';

export const regimeAnswerSchema = z.strictObject({
  version: part.versionSchema,
  symbol: part.answerSymbolSchema,
  regime: trendRegimeSchema,
  volatility: volatilityLevelSchema,
  confidence: part.confidenceSchema,
  probabilities: z.strictObject({
    bull: part.confidenceSchema,
    bear: part.confidenceSchema,
    sideways: part.confidenceSchema,
  }),
  rationale: part.textSchema,
});
