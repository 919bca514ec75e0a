/**
 * What the Risk Officer has found: a score of 0 to 100 with the parts it is the sum of, the
 * figures behind them, and the ceilings that follow. Fractions are shares of equity; losses are
 * positive. Null: not known, or refused (see notes).
 * (What the gate remembers of an account is another thing: schemas/risk.ts.)
 */
import { z } from 'zod';

export const riskLevelSchema = z.enum(['low', 'medium', 'high', 'critical']);
export type RiskLevel = z.infer<typeof riskLevelSchema>;

/** `value` is what the points were given for, in the unit of the part; null: not known, and all points are given. */
const riskPartSchema = z.strictObject({
  points: z.number().min(0),
  pointsMax: z.number().positive(),
  value: z.number().nullable(),
});
export type RiskPart = z.infer<typeof riskPartSchema>;

export const riskPartsSchema = z.strictObject({
  drawdown: riskPartSchema,
  valueAtRisk: riskPartSchema,
  expectedShortfall: riskPartSchema,
  exposure: riskPartSchema,
  concentration: riskPartSchema,
  leverage: riskPartSchema,
  liquidity: riskPartSchema,
});
export type RiskParts = z.infer<typeof riskPartsSchema>;

export const lossMethodSchema = z.enum(['historical', 'gaussian', 'cornishFisher', 'evt', 'ewma']);
export type LossMethod = z.infer<typeof lossMethodSchema>;

/** Method, then level: `{"historical": {"0.95": 0.012, "0.99": 0.02}, ...}`; of one day, as a share of equity. */
const lossTableSchema = z.record(lossMethodSchema, z.record(z.string(), z.number().nullable()));
export type LossTable = z.infer<typeof lossTableSchema>;

/** What a mode's profile becomes under the score; never above the profile. */
export const riskCeilingsSchema = z.strictObject({
  positionFractionMax: z.number().min(0).max(1),
  positionsMax: z.number().int().min(0),
  leverageMax: z.number().int().min(1),
});
export type RiskCeilings = z.infer<typeof riskCeilingsSchema>;

const fractionOrNull = z.number().min(0).nullable();

export const riskStateSchema = z.strictObject({
  portfolioKnown: z.boolean(),
  asOfMs: z.number().int(),
  riskScore: z.number().min(0).max(100),
  riskLevel: riskLevelSchema,
  parts: riskPartsSchema,
  var: lossTableSchema,
  es: lossTableSchema,
  /** By Hill: 1 / ξ of the daily losses; small is a heavy tail. */
  tailIndex: z.number().nullable(),
  /** Fall of the day, and from the highest equity. */
  drawdownDailyFraction: fractionOrNull,
  drawdownPeakFraction: fractionOrNull,
  grossExposure: fractionOrNull,
  netExposure: z.number().nullable(),
  largestSymbolFraction: fractionOrNull,
  /** Of the shares of gross exposure: 1/n for n equal ones, 1 for a single one; 0 when nothing is held. */
  herfindahl: fractionOrNull,
  averageCorrelation: z.number().nullable(),
  daysToLiquidateMax: fractionOrNull,
  /** Share of equity in positions without a history: counted as lost in `var` and `es`. */
  unmeasuredFraction: fractionOrNull,
  /**
   * Signed share of equity, and its part of the Gaussian VaR at 95 % by the
   * sample covariance; the parts sum to the total.
   */
  components: z.array(z.strictObject({ symbol: z.string(), fraction: z.number(), componentVar: z.number() })),
  componentVarTotal: z.number().nullable(),
  ceilings: riskCeilingsSchema,
  notes: z.array(z.string()),
});
export type RiskState = z.infer<typeof riskStateSchema>;
