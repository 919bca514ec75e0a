/** The contract of `strategyDesign`: a strategy by a model, checked, backtested and kept under an id of its own. */
import { z } from 'zod';
import { barIntervalMsSchema, symbolSchema } from './market.ts';
import type { Problem } from './problem.ts';
import { isTwoLegged, STRATEGY_TYPES, strategyTypeSchema } from './signals.ts';
import { accountIdSchema, type Direction } from './strategy-session.ts';
import { twoLegProblems } from './two-leg-input.ts';

const instantSchema = z.iso.datetime({ offset: true });

export const strategyDesignInputSchema = z.strictObject({
  strategyType: z.enum(STRATEGY_TYPES),
  symbols: z.array(symbolSchema).min(1).max(20),
  /** Wishes: those that are named are kept as they are. */
  parameters: z.record(z.string(), z.number()).default({}),
  accountId: accountIdSchema.nullable().default(null),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  /** @default longOnly; longShort for a strategy of two legs, which can have no other */
  direction: z.enum(['longOnly', 'shortOnly', 'longShort']).optional(),
  /** The bars of the backtest, by their open. */
  from: instantSchema.nullable().default(null),
  to: instantSchema.nullable().default(null),
  masked: z.boolean().default(false),
});
export type StrategyDesignInput = z.infer<typeof strategyDesignInputSchema>;

/** What two legs ask for beyond their parameters. */
export const designProblems = ({ strategyType, symbols, direction }: StrategyDesignInput): Problem[] =>
  twoLegProblems(strategyType, { symbols, direction });

export const directionOf = ({ strategyType, direction }: StrategyDesignInput): Direction =>
  direction ?? (isTwoLegged(strategyType) ? 'longShort' : 'longOnly');

export const strategyDesignResultSchema = z.strictObject({
  /** Under which sessions and backtests find it; null with the reason in `noDecision`. */
  strategyId: z.string().nullable(),
  /** As `strategySession` takes it. */
  strategy: z
    .strictObject({
      type: strategyTypeSchema,
      parameters: z.record(z.string(), z.unknown()),
      entryRules: z.array(z.string()),
      exitRules: z.array(z.string()),
      sizeFraction: z.number(),
      stopAtr: z.number(),
      targetAtr: z.number().nullable(),
      maxHoldBars: z.number().nullable(),
    })
    .nullable(),
  rationale: z.string().nullable(),
  backtest: z
    .strictObject({
      backtestId: z.string(),
      bars: z.number().int(),
      trades: z.number().int(),
      returnFraction: z.number(),
      sharpe: z.number().nullable(),
      drawdownFractionMax: z.number(),
      resultHash: z.string(),
    })
    .nullable(),
  noDecision: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  /** The backtest begins before the model's knowledge ends: it may remember these bars. */
  contaminated: z.boolean(),
  masked: z.boolean(),
  callIds: z.array(z.string()),
  costMicroUsd: z.number().int(),
});
export type StrategyDesignResult = z.infer<typeof strategyDesignResultSchema>;

export type DesignProgress = {
  readonly state: 'asking' | 'backtesting' | 'done';
  readonly strategyId: string | null;
};
