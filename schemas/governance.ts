/** Modes of the desk and what each allows. Fractions 0 to 1; money in USD. */
import { z } from 'zod';

export const tradingModeSchema = z.enum(['paper', 'live', 'analysis', 'backtest']);
export type TradingMode = z.infer<typeof tradingModeSchema>;

/** Modes that wait for each bar and trade an account that stays; the others walk stored bars in virtual time. */
export const isRealTime = (mode: TradingMode): boolean => mode === 'paper' || mode === 'live';

export const operatingModeSchema = z.enum(['expansion', 'growth', 'stability', 'defensive', 'emergency']);
export type OperatingMode = z.infer<typeof operatingModeSchema>;

/** What one operating mode allows. `confidenceMin` null = no entry is possible at all. */
export const modeProfileSchema = z.strictObject({
  positionFractionMax: z.number().min(0).max(1),
  positionsMax: z.number().int().min(0).max(1_000),
  leverageMax: z.number().int().min(1).max(10),
  confidenceMin: z.number().min(0).max(1).nullable(),
  newEntries: z.boolean(),
});
export type ModeProfile = z.infer<typeof modeProfileSchema>;

/** The policy an order is made under: version, mode and that mode's profile. */
export const policySchema = z.strictObject({
  version: z.number().int().nonnegative(),
  mode: operatingModeSchema,
  profile: modeProfileSchema,
});
export type Policy = z.infer<typeof policySchema>;
