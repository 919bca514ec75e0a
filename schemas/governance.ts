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

/**
 * How far a model may go, from the least to the most. advise: it votes.
 * propose: it may begin a trade. The last: unasked.
 */
export const authoritySchema = z.enum(['advise', 'propose', 'executeWithinMandate']);
export type Authority = z.infer<typeof authoritySchema>;

/** When a person answers for an entry: never, where a rule of the policy asks for one, or always. */
export const approvalModeSchema = z.enum(['off', 'byRule', 'always']);
export type ApprovalMode = z.infer<typeof approvalModeSchema>;

/**
 * The bounds of models and of entries that a person answers for, from config/governance.yaml. Sizes: shares of equity.
 */
export const modelGovernanceSchema = z.strictObject({
  authorityMax: z
    .strictObject({
      analysis: authoritySchema.default('advise'),
      backtest: authoritySchema.default('executeWithinMandate'),
      paper: authoritySchema.default('executeWithinMandate'),
      live: authoritySchema.default('propose'),
    })
    .prefault({}),
  reviewSizeFraction: z.number().gt(0).max(1).default(0.05),
  reviewLeverage: z.number().min(1).max(10).default(3),
  mandate: z
    .strictObject({
      sizeFractionMax: z.number().gt(0).max(1).default(0.1),
      leverageMax: z.number().min(1).max(10).default(1),
    })
    .prefault({}),
  approvalExpiresAfterMs: z.number().int().min(1_000).max(86_400_000).default(900_000),
});
export type ModelGovernance = z.infer<typeof modelGovernanceSchema>;

/** The policy an order is made under: version, mode and that mode's profile. */
export const policySchema = z.strictObject({
  version: z.number().int().nonnegative(),
  mode: operatingModeSchema,
  profile: modeProfileSchema,
});
export type Policy = z.infer<typeof policySchema>;
