/** What to do with a position that is held. Its stop is the desk's: a level in here never moves it away. */
import { z } from 'zod';
import * as part from './parts.ts';

export const exitPlanSchema = z.strictObject({
  version: part.versionSchema,
  symbol: part.answerSymbolSchema,
  action: z.enum(['hold', 'reduce', 'close']),
  confidence: part.confidenceSchema,
  /** Share of the position that is to be closed by `reduce`. */
  reduceFraction: part.suggestedSizeSchema,
  stopLossPrice: part.suggestedPriceSchema,
  takeProfitPrice: part.suggestedPriceSchema,
  rationale: part.textSchema,
});
