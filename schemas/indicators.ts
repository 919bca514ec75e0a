/**
 * The hot indicators by name and the parameters of each with their defaults (periods in bars).
 * Used where a person or a program names an indicator; the kernels themselves take plain arguments.
 */
import { z } from 'zod';

const period = (fallback: number, minimum = 1) => z.number().int().min(minimum).max(5_000).default(fallback);

export const indicatorParameterSchemas = {
  sma: z.strictObject({ period: period(20) }),
  ema: z.strictObject({ period: period(20) }),
  rsi: z.strictObject({ period: period(14) }),
  macd: z
    .strictObject({ fast: period(12), slow: period(26), signal: period(9) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  adx: z.strictObject({ period: period(14) }),
  atr: z.strictObject({ period: period(14) }),
  trueRange: z.strictObject({}),
  bollinger: z.strictObject({ period: period(20), deviations: z.number().gt(0).max(20).default(2) }),
  obv: z.strictObject({ start: z.enum(['zero', 'firstVolume']).default('zero') }),
  vwap: z.strictObject({ period: period(20).nullable().default(null) }),
  realisedVolatility: z.strictObject({ period: period(20, 2) }),
  volumeRatio: z.strictObject({ period: period(20) }),
  standardDeviation: z
    .strictObject({ period: period(20), kind: z.enum(['population', 'sample']).default('population') })
    .refine((p) => p.kind === 'population' || p.period > 1, { path: ['period'], error: 'at least 2 for a sample' }),
} as const;

/**
 * `price`: quote currency. `percent`: 0 to 100 (Williams %R -100 to 0). `fraction`: 0.02 = 2
 * %. `points`: the indicator's own scale. `ratio`: 1 is even. `trend`: 1 or -1. `seen`: 1 or
 * 0. `volume`, `priceTimesVolume`: as they say.
 */
export type IndicatorUnit =
  | 'price'
  | 'percent'
  | 'fraction'
  | 'points'
  | 'ratio'
  | 'trend'
  | 'seen'
  | 'priceTimesVolume'
  | 'volume';

export const INDICATOR_NAMES = [
  'sma',
  'ema',
  'rsi',
  'macd',
  'adx',
  'atr',
  'trueRange',
  'bollinger',
  'obv',
  'vwap',
  'realisedVolatility',
  'volumeRatio',
  'standardDeviation',
] as const satisfies readonly (keyof typeof indicatorParameterSchemas)[];
export const indicatorNameSchema = z.enum(INDICATOR_NAMES);
export type IndicatorName = z.infer<typeof indicatorNameSchema>;
