/** What the features stage says of one bar. Fractions are fractions, prices are plain numbers (indicators only). */
import { z } from 'zod';

export const indicatorSeedSchema = z.enum(['talib', 'stockcharts']);
export type IndicatorSeed = z.infer<typeof indicatorSeedSchema>;

export const trendRegimeSchema = z.enum(['bull', 'bear', 'sideways']);
export type TrendRegime = z.infer<typeof trendRegimeSchema>;

export const volatilityLevelSchema = z.enum(['low', 'normal', 'high']);
export type VolatilityLevel = z.infer<typeof volatilityLevelSchema>;

/** The market's regime at one bar. `null` labels mean: not warmed up yet. */
export const regimeSchema = z.strictObject({
  label: trendRegimeSchema.nullable(),
  confidence: z.number().min(0).max(1),
  volatility: volatilityLevelSchema.nullable(),
  byTimeframe: z.strictObject({
    x1: trendRegimeSchema.nullable(),
    x4: trendRegimeSchema.nullable(),
    x24: trendRegimeSchema.nullable(),
  }),
});
export type Regime = z.infer<typeof regimeSchema>;

/** A confirmed support or resistance level. */
export const levelSchema = z.strictObject({
  kind: z.enum(['support', 'resistance']),
  price: z.number(),
  touchCount: z.number().int().positive(),
  firstTouchMs: z.number().int(),
  lastTouchMs: z.number().int(),
});
export type Level = z.infer<typeof levelSchema>;
