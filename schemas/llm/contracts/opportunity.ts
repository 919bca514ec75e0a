/** Buy, sell or pass on one opportunity, with the entry, exit and size the model would suggest. */
import { z } from 'zod';
import * as part from './parts.ts';

export const opportunityTypeSchema = z.enum(['breakout', 'momentumBreakout', 'meanReversion', 'newsEvent', 'other']);
export type OpportunityType = z.infer<typeof opportunityTypeSchema>;

export const opportunitySchema = z.strictObject({
  version: part.versionSchema,
  symbol: part.answerSymbolSchema,
  opportunityType: opportunityTypeSchema,
  action: z.enum(['buy', 'sell', 'pass']),
  confidence: part.confidenceSchema,
  entryPrice: part.suggestedPriceSchema,
  stopLossPrice: part.suggestedPriceSchema,
  takeProfitPrice: part.suggestedPriceSchema,
  sizeFraction: part.suggestedSizeSchema,
  keyRisks: part.textsSchema,
  rationale: part.textSchema,
});
export type Opportunity = z.infer<typeof opportunitySchema>;
