/**
 * What the Strategy Officer says: strategies and models by what they did, with 90 % intervals. Sharpe is per closed
 * trade (mean over standard deviation of the net return on the entry's notional). Fractions 0 to 1.
 */
import { z } from 'zod';

const intervalSchema = z.strictObject({ estimate: z.number(), lower: z.number(), upper: z.number() }).nullable();

export const rankedStrategySchema = z.strictObject({
  strategyId: z.string(),
  trades: z.int().min(0),
  winRate: z.number().min(0).max(1),
  averageReturn: z.number(),
  /** null: fewer than two trades, or all alike. */
  sharpe: intervalSchema,
  /** Which trades are ranked by: those of the present regime, or all where that has too few. */
  basis: z.enum(['regime', 'all']),
  health: z.enum(['healthy', 'degraded', 'unknown']),
  disabled: z.boolean(),
});
export type RankedStrategy = z.infer<typeof rankedStrategySchema>;

export const rankedModelSchema = z.strictObject({
  model: z.string(),
  answers: z.int().min(1),
  accuracy: z.strictObject({ estimate: z.number(), lower: z.number(), upper: z.number() }),
});

export const strategyStateSchema = z.strictObject({
  asOfMs: z.int(),
  /** null: no session has seen one lately. */
  regime: z.string().nullable(),
  ranking: z.array(rankedStrategySchema),
  models: z.array(rankedModelSchema),
  primary: z.string().nullable(),
  fallbacks: z.array(z.string()),
  disable: z.array(z.strictObject({ strategyId: z.string(), reason: z.string() })),
  /** Of the desk's last closed trades. */
  winRate: z.number().min(0).max(1).nullable(),
  closedTrades: z.int().min(0),
});
export type StrategyState = z.infer<typeof strategyStateSchema>;
