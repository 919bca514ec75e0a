/** Limits of the risk gate. All are positive magnitudes; the defaults are those of the design page. */
import { z } from 'zod';
import { decimalSchema } from './decimal.ts';

/** Limits a session may tighten. */
export const sessionLimitsSchema = z.strictObject({
  positionFractionMax: z.number().gt(0).max(1).default(0.1),
  positionsMax: z.number().int().min(1).max(1_000).default(10),
  dailyLossMaxUsd: z.number().gt(0).max(1_000_000_000).default(1_000),
  confidenceMin: z.number().min(0).max(1).default(0.6),
});
export type SessionLimits = z.infer<typeof sessionLimitsSchema>;

/** Limits of the desk as a whole, from config/governance.yaml. */
export const deskLimitsSchema = z.strictObject({
  symbolConcentrationMax: z.number().gt(0).max(1).default(0.2),
  correlationGroupMax: z.number().gt(0).max(1).default(0.3),
  grossExposureMax: z.number().gt(0).max(10).default(1),
  netExposureMax: z.number().gt(0).max(10).default(1),
  priceCollarFraction: z.number().gt(0).max(1).default(0.05),
  orderValueMaxUsd: z.number().gt(0).default(1_000_000),
  orderQuantityMax: z.number().gt(0).default(1_000_000_000),
  ordersPerMinuteMax: z.number().int().min(1).default(10),
  repetitionCount: z.number().int().min(2).default(5),
  repetitionWindowMs: z.number().int().min(1_000).default(600_000),
  /** Of the account, whatever a session allows itself. */
  dailyLossMaxUsd: z.number().gt(0).max(1_000_000_000).default(1_000),
  drawdownBreakerFraction: z.number().gt(0).max(1).default(0.08),
  breakerReleaseMs: z.number().int().min(0).default(86_400_000),
  lossStreakCount: z.number().int().min(1).default(5),
  lossCooldownMs: z.number().int().min(0).default(3_600_000),
  quoteAgeMaxMs: z.number().int().min(1).default(30_000),
  barAgeOffsetMs: z.number().int().min(0).default(30_000),
});
export type DeskLimits = z.infer<typeof deskLimitsSchema>;

/** From config/compliance.yaml. */
export const complianceSchema = z.strictObject({
  symbolsAllowed: z.array(z.string()).nullable().default(null),
  symbolsDenied: z.array(z.string()).default([]),
  tradesPerDayMax: z.number().int().min(1).default(50),
  patternDayTradeEquityMinUsd: z.number().min(0).default(25_000),
  patternDayTradesMax: z.number().int().min(0).default(3),
  patternDayTradeSessions: z.number().int().min(1).default(5),
});
export type Compliance = z.infer<typeof complianceSchema>;

const recentOrdersSchema = z.array(z.strictObject({ atMs: z.number().int(), key: z.string() }));

/** An account as one clock sees it: `dayKey` = whole days since 1970 in its zone; its orders, by that clock's time. */
const riskDaySchema = z.strictObject({
  dayKey: z.number().int(),
  dayStartEquity: decimalSchema,
  tradesToday: z.number().int().nonnegative(),
  recentOrders: recentOrdersSchema,
});
export type RiskDay = z.infer<typeof riskDaySchema>;

/**
 * What the gate remembers of an account (column `accounts.risk_state`). Moved on only by `domain/risk/risk-state.ts`.
 * `dayKey` = whole days since 1970 in `dayZone`; `recentOrders` reach back one repetition window; `dayTradesAtMs` a few weeks.
 */
export const riskStateSchema = z.strictObject({
  peakEquity: decimalSchema,
  lastEquity: decimalSchema,
  dayKey: z.number().int(),
  /** Where the account's days begin: at midnight UTC, or in New York for accounts that trade its exchanges only. */
  dayZone: z.enum(['UTC', 'America/New_York']).default('UTC'),
  dayStartEquity: decimalSchema,
  /** Whose market time the day is of: a session's id, or orders by hand. Absent: nobody's any more. */
  clock: z.string().exactOptional(),
  /** The account's days by its other clocks (`domain/risk/day-clocks.ts`). */
  otherDays: z.record(z.string(), riskDaySchema).exactOptional(),
  recentOrders: recentOrdersSchema,
  tradesToday: z.number().int().nonnegative(),
  lossStreak: z.number().int().nonnegative(),
  /** Of the last twenty trades that closed, the latest last: 1 for a gain. Absent before the first. */
  recentResults: z.array(z.union([z.literal(0), z.literal(1)])).exactOptional(),
  cooldownUntilMs: z.number().int().nullable(),
  breaker: z.strictObject({ trippedAtMs: z.number().int() }).nullable(),
  latched: z.array(z.string()),
  dayTradesAtMs: z.array(z.number().int()),
});
export type RiskState = z.infer<typeof riskStateSchema>;

/** What of it tells the loss of the day. */
export const riskDaysSchema = z.object({
  ...riskDaySchema.shape,
  lastEquity: decimalSchema,
  dayZone: riskStateSchema.shape.dayZone,
  clock: riskStateSchema.shape.clock,
  otherDays: riskStateSchema.shape.otherDays,
});
export type RiskDays = z.infer<typeof riskDaysSchema>;
