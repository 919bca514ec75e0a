/**
 * The arming of a live account: what a strategy has shown on paper, and which strategies a person let loose for how
 * long. An arming that names no strategy is for those with a record, unless a person overrode that.
 */
import { z } from 'zod';

/** What live trading asks of a strategy: so many closed trades on paper, or so many days of paper sessions. */
export const PAPER_TRADES_NEEDED = 20;
export const PAPER_DAYS_NEEDED = 7;

/** Accounts that can be armed, and traded live: those of venues with real money. */
export const LIVE_ACCOUNT_IDS = ['alpaca-live'] as const;
export const isLiveAccount = (accountId: unknown): boolean => LIVE_ACCOUNT_IDS.some((id) => id === accountId);

/** Longest life of an arming. */
export const ARMED_MINUTES_MAX = 1_440;

/** `paperDays`: time in which a paper session of the strategy was open, two decimals. `isEnough`: either is reached. */
export const paperRecordSchema = z.strictObject({
  strategyId: z.string(),
  closedTrades: z.number().int().nonnegative(),
  paperDays: z.number().nonnegative(),
  isEnough: z.boolean(),
});
export type PaperRecord = z.infer<typeof paperRecordSchema>;

/** What is armed. `everyStrategy`: an override that named none; then `strategies` is what was shown, not a limit. */
export const armedScopeSchema = z.strictObject({
  everyStrategy: z.boolean(),
  strategies: z.array(paperRecordSchema),
});
export type ArmedScope = z.infer<typeof armedScopeSchema>;
