/** What to do with one symbol, with the levels and the size that the model has in mind: suggestions, never orders. */
import { z } from 'zod';
import * as part from './parts.ts';

/** The desk's words, and those that models like to use. */
const actionTypeSchema = z.enum(['buy', 'sell', 'hold', 'enter_long', 'enter_short', 'exit']);

export const recommendationSchema = z.strictObject({
  version: part.versionSchema,
  intent: z.enum(['proposeTrade', 'closePosition', 'noTrade', 'reduceRisk']),
  symbol: part.answerSymbolSchema,
  timeframe: part.timeframeSchema,
  rationale: part.textSchema,
  keyRisks: part.textsSchema,
  action: z.strictObject({
    type: actionTypeSchema,
    confidence: part.confidenceSchema,
    entryPrice: part.suggestedPriceSchema,
    stopLossPrice: part.suggestedPriceSchema,
    takeProfitPrice: part.suggestedPriceSchema,
    sizeFraction: part.suggestedSizeSchema,
    /** |target − entry| / |entry − stop|; worked out again, and refused when it is off by more than 1 %. */
    riskRewardRatio: z.number().min(0).nullable(),
    constraints: z
      .strictObject({
        maxPositionFraction: part.suggestedSizeSchema,
        stopLossFraction: part.suggestedSizeSchema,
        takeProfitFraction: z.number().min(0).nullable(),
      })
      .nullable(),
  }),
});
