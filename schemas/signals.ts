/** Strategies by name, their parameters with defaults, and the object a session and a designer exchange. */
import { z } from 'zod';
import { chromosomeSchema } from './chromosome.ts';

const period = (fallback: number) => z.number().int().min(1).max(5_000).default(fallback);

/** Parameters of each built-in strategy; the defaults are those of the public face. */
export const strategyParameterSchemas = {
  momentum: z.strictObject({ lookback: period(20), threshold: z.number().gt(0).max(1).default(0.02) }),
  meanReversion: z.strictObject({
    lookback: z.number().int().min(2).max(5_000).default(20),
    entryZ: z.number().gt(0).max(20).default(2),
    exitZ: z.number().min(0).max(20).default(0.5),
  }),
  smaCross: z
    .strictObject({ fast: period(10), slow: period(30) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  emaCross: z
    .strictObject({ fast: period(12), slow: period(26) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  macdCross: z
    .strictObject({ fast: period(12), slow: period(26), signal: period(9) })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'fast must be below slow' }),
  rsiReversal: z
    .strictObject({
      period: period(14),
      low: z.number().gt(0).lt(100).default(30),
      high: z.number().gt(0).lt(100).default(70),
    })
    .refine((p) => p.low < p.high, { path: ['low'], error: 'low must be below high' }),
  buyAndHold: z.strictObject({}),
  hybrid: z.strictObject({}),
  aiDiscretionary: z.strictObject({}),
  pairsTrading: z
    .strictObject({
      lookback: z.number().int().min(20).max(5_000).default(250),
      entryZ: z.number().gt(0).max(20).default(2),
      exitZ: z.number().min(0).max(20).default(0.5),
      stopZ: z.number().gt(0).max(100).default(4),
    })
    .refine((p) => p.exitZ < p.entryZ, { path: ['exitZ'], error: 'exitZ must be below entryZ' })
    .refine((p) => p.entryZ < p.stopZ, { path: ['stopZ'], error: 'stopZ must be above entryZ' }),
  crossVenue: z.strictObject({ minEdgeBps: z.number().min(0).max(10_000).default(5) }),
} as const;

type Known = keyof typeof strategyParameterSchemas;

/** Strategies that trade each symbol for itself. */
export const SINGLE_STRATEGY_TYPES = [
  'momentum',
  'meanReversion',
  'smaCross',
  'emaCross',
  'macdCross',
  'rsiReversal',
  'buyAndHold',
  'hybrid',
] as const satisfies readonly Known[];
export type SingleStrategyType = (typeof SINGLE_STRATEGY_TYPES)[number];

/** Strategies that trade two symbols together: one leg long, one short, both or none. */
const TWO_LEG_STRATEGY_TYPES = ['pairsTrading', 'crossVenue'] as const satisfies readonly Known[];
export type TwoLegStrategyType = (typeof TWO_LEG_STRATEGY_TYPES)[number];

/** Strategies whose rules alone decide: what can be searched, and run by the loop and by the engine. */
export const STRATEGY_TYPES = [...SINGLE_STRATEGY_TYPES, ...TWO_LEG_STRATEGY_TYPES] as const;
export type StrategyType = (typeof STRATEGY_TYPES)[number];

/**
 * The model proposes, gate and mandate dispose: for sessions only. Its exits are those of the generic technical rule.
 */
export const MODEL_STRATEGY_TYPE = 'aiDiscretionary';
export const SESSION_STRATEGY_TYPES = [...STRATEGY_TYPES, MODEL_STRATEGY_TYPE] as const;
export type SessionStrategyType = (typeof SESSION_STRATEGY_TYPES)[number];

/** A strategy that was bred: its rules stand in its parameters. It trades one symbol and is found by its id. */
const EVOLVED = 'evolved';
export const strategyTypeSchema = z.enum([...SESSION_STRATEGY_TYPES, EVOLVED]);
export const evolvedParametersSchema = z.strictObject({ chromosome: chromosomeSchema });

export const isTwoLegged = (type: unknown): type is TwoLegStrategyType =>
  TWO_LEG_STRATEGY_TYPES.some((one) => one === type);

/**
 * How far a protective stop lies by default, in ATR14. Two legs carry each other's moves, and a stop that is hit ends
 * both: theirs is for disasters only.
 */
const STOP_ATR = 2;
const TWO_LEG_STOP_ATR = 10;

/** A strategy as data: `stopAtr`, `targetAtr` in ATR14 multiples, `maxHoldBars` in bars, `leverage` 1 = none. */
export const strategySchema = z
  .strictObject({
    type: strategyTypeSchema,
    parameters: z.record(z.string(), z.unknown()).default({}),
    sizeFraction: z.number().gt(0).max(0.1).default(0.1),
    stopAtr: z.number().gt(0).max(100).optional(),
    targetAtr: z.number().gt(0).max(100).nullable().default(null),
    maxHoldBars: z.number().int().min(1).max(1_000_000).nullable().default(null),
    leverage: z.number().int().min(1).max(10).default(1),
    /** A designer's rules in words, for readers: nothing trades by them. */
    entryRules: z.array(z.string().min(1).max(4_000)).max(10).optional(),
    exitRules: z.array(z.string().min(1).max(4_000)).max(10).optional(),
  })
  .superRefine(({ type, parameters }, context) => {
    if (type !== EVOLVED) return;
    const issues = evolvedParametersSchema.safeParse(parameters, { reportInput: true }).error?.issues ?? [];
    for (const { path, message, input } of issues) {
      context.addIssue({ code: 'custom', path: ['parameters', ...path], message, input });
    }
  })
  .transform((strategy) => ({
    ...strategy,
    stopAtr: strategy.stopAtr ?? (isTwoLegged(strategy.type) ? TWO_LEG_STOP_ATR : STOP_ATR),
  }));
export type Strategy = z.infer<typeof strategySchema>;
