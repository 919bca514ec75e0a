/** A backtest's report in words. Every number in it must be one of the report's. */
import { z } from 'zod';
import * as part from './parts.ts';

export const backtestExplanationSchema = z.strictObject({
  version: part.versionSchema,
  summary: part.textSchema,
  strengths: part.textsSchema,
  weaknesses: part.textsSchema,
  verdict: z.enum(['promising', 'inconclusive', 'poor']),
});
