/**
 * The wider indicators by name, for analysis only, and the parameters of each with defaults and ranges (periods in
 * bars). What they compute, in which unit and from which bar on stands in adapters/indicators/.
 */
import { z } from 'zod';

const PERIOD_MAX = 5_000;
const period = (fallback: number, minimum = 1) => z.number().int().min(minimum).max(PERIOD_MAX).default(fallback);
const multiplier = (fallback: number) => z.number().gt(0).max(20).default(fallback);
/** Volatilities are per bar times sqrt(barsPerYear): 1 leaves them per bar, 252 makes daily bars annual. */
const volatility = (minimum: number) =>
  z.strictObject({ period: period(20, minimum), barsPerYear: z.number().gt(0).max(1e6).default(1) });

export const CANDLESTICK_PATTERNS = [
  'doji',
  'dragonflyDoji',
  'gravestoneDoji',
  'bullishMarubozu',
  'bearishMarubozu',
  'bullishEngulfing',
  'bearishEngulfing',
  'bullishHarami',
  'bearishHarami',
  'bullishHaramiCross',
  'bearishHaramiCross',
  'piercingLine',
  'darkCloudCover',
  'morningStar',
  'eveningStar',
  'morningDojiStar',
  'eveningDojiStar',
  'abandonedBaby',
  'threeWhiteSoldiers',
  'threeBlackCrows',
  'hammer',
  'hangingMan',
  'shootingStar',
  'tweezerBottom',
  'tweezerTop',
] as const;
export const candlestickPatternSchema = z.enum(CANDLESTICK_PATTERNS);
export type CandlestickPattern = z.infer<typeof candlestickPatternSchema>;

export const wideIndicatorParameterSchemas = {
  wma: z.strictObject({ period: period(20) }),
  dema: z.strictObject({ period: period(20) }),
  tema: z.strictObject({ period: period(20) }),
  hma: z.strictObject({ period: period(20, 2) }),
  kama: z
    .strictObject({ period: period(10), fast: period(2), slow: period(30) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  stochastic: z.strictObject({ period: period(14), smoothing: period(3), signal: period(3) }),
  stochasticRsi: z.strictObject({ rsiPeriod: period(14), period: period(14), smoothing: period(1), signal: period(3) }),
  williamsR: z.strictObject({ period: period(14) }),
  cci: z.strictObject({ period: period(20) }),
  roc: z.strictObject({ period: period(10) }),
  trix: z.strictObject({ period: period(15), signal: period(9) }),
  kst: z.strictObject({
    changes: z.array(period(10)).length(4).default([10, 15, 20, 30]),
    means: z.array(period(10)).length(4).default([10, 10, 10, 15]),
    signal: period(9),
  }),
  awesomeOscillator: z
    .strictObject({ fast: period(5), slow: period(34) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  ultimateOscillator: z
    .strictObject({ fast: period(7), middle: period(14), slow: period(28) })
    .refine((p) => p.fast < p.middle, { path: ['fast'], error: 'fast must be below middle' })
    .refine((p) => p.middle < p.slow, { path: ['middle'], error: 'middle must be below slow' }),
  aroon: z.strictObject({ period: period(25), partialFirst: z.boolean().default(false) }),
  vortex: z.strictObject({ period: period(14) }),
  /** `initialGap` (price units) belongs to rule `ttr`: it starts so far below the first low. */
  parabolicSar: z
    .strictObject({
      step: z.number().gt(0).max(1).default(0.02),
      max: z.number().gt(0).max(1).default(0.2),
      rule: z.enum(['wilder', 'ttr']).default('wilder'),
      initialGap: z.number().min(0).max(1e12).default(0),
    })
    .refine((p) => p.step <= p.max, { path: ['step'], error: 'step must not be above max' })
    .refine((p) => p.rule === 'ttr' || p.initialGap === 0, { path: ['initialGap'], error: '0 unless rule is ttr' }),
  ichimoku: z.strictObject({ conversion: period(9), base: period(26), span: period(52), displacement: period(26) }),
  superTrend: z.strictObject({ period: period(10), multiplier: multiplier(3) }),
  heikinAshi: z.strictObject({}),
  keltner: z.strictObject({ period: period(20), atrPeriod: period(10), multiplier: multiplier(2) }),
  donchian: z.strictObject({ period: period(20), excludeCurrent: z.boolean().default(false) }),
  chandelierExit: z.strictObject({ period: period(22), multiplier: multiplier(3) }),
  parkinsonVolatility: volatility(1),
  garmanKlassVolatility: volatility(1),
  rogersSatchellVolatility: volatility(1),
  yangZhangVolatility: volatility(2),
  mfi: z.strictObject({ period: period(14) }),
  cmf: z.strictObject({ period: period(20) }),
  adl: z.strictObject({}),
  chaikinOscillator: z
    .strictObject({ fast: period(3), slow: period(10) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  forceIndex: z.strictObject({ period: period(13) }),
  candlestickPatterns: z.strictObject({
    patterns: z
      .array(candlestickPatternSchema)
      .min(1)
      .max(100)
      .default([...CANDLESTICK_PATTERNS]),
  }),
} as const;

export const WIDE_INDICATOR_NAMES = [
  'wma',
  'dema',
  'tema',
  'hma',
  'kama',
  'stochastic',
  'stochasticRsi',
  'williamsR',
  'cci',
  'roc',
  'trix',
  'kst',
  'awesomeOscillator',
  'ultimateOscillator',
  'aroon',
  'vortex',
  'parabolicSar',
  'ichimoku',
  'superTrend',
  'heikinAshi',
  'keltner',
  'donchian',
  'chandelierExit',
  'parkinsonVolatility',
  'garmanKlassVolatility',
  'rogersSatchellVolatility',
  'yangZhangVolatility',
  'mfi',
  'cmf',
  'adl',
  'chaikinOscillator',
  'forceIndex',
  'candlestickPatterns',
] as const satisfies readonly (keyof typeof wideIndicatorParameterSchemas)[];
export const wideIndicatorNameSchema = z.enum(WIDE_INDICATOR_NAMES);
export type WideIndicatorName = z.infer<typeof wideIndicatorNameSchema>;
