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
  standardDeviation: z.strictObject({ period: period(20) }),
} as const;

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
