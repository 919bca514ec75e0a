/**
 * What the policy store keeps: a profile for each operating mode, the
 * officers' flags and intervals, the CEO's thresholds.
 * Strict and without defaults: a stored row that lacks a key is no policy. Fractions 0 to 1; durations in ms.
 */
import { z } from 'zod';
import { type ModeProfile, modeProfileSchema, type OperatingMode, operatingModeSchema } from '../governance.ts';
import { officerNameSchema } from './officer.ts';
import { riskCeilingsSchema } from './risk-state.ts';

export const modeProfilesSchema = z.strictObject({
  expansion: modeProfileSchema,
  growth: modeProfileSchema,
  stability: modeProfileSchema,
  defensive: modeProfileSchema,
  emergency: modeProfileSchema,
});
export type ModeProfiles = z.infer<typeof modeProfilesSchema>;

const HOUR_MS = 3_600_000;
const intervalSchema = z.number().int().min(1_000).max(HOUR_MS);

/** Read anew in each cycle: a change takes effect at the next one. */
export const officerSettingsSchema = z.strictObject({
  enableAiCeo: z.boolean(),
  enableAiRiskOfficer: z.boolean(),
  enableAiStrategyOfficer: z.boolean(),
  aiCeoDecisionIntervalMs: intervalSchema,
  aiRiskOfficerAssessmentIntervalMs: intervalSchema,
  aiStrategyOfficerAnalysisIntervalMs: intervalSchema,
  federationUpdateIntervalMs: intervalSchema,
  /** How long after a switch of the mode the CEO may not loosen it. */
  cooldownMs: z
    .number()
    .int()
    .min(0)
    .max(168 * HOUR_MS),
});
export type OfficerSettings = z.infer<typeof officerSettingsSchema>;

const scoreSchema = z.number().min(0).max(100);
const fractionSchema = z.number().min(0).max(1);

/** From which score or daily drawdown a mode begins; `clear…`: how far, and how often, it must be below to loosen. */
export const ceoRulesSchema = z.strictObject({
  emergencyDrawdownFraction: fractionSchema,
  emergencyScore: scoreSchema,
  defensiveDrawdownFraction: fractionSchema,
  defensiveScore: scoreSchema,
  stabilityDrawdownFraction: fractionSchema,
  stabilityScore: scoreSchema,
  growthScore: scoreSchema,
  expansionWinRateMin: fractionSchema,
  expansionClosedTradesMin: z.number().int().min(0).max(100_000),
  clearScore: scoreSchema,
  clearDrawdownFraction: fractionSchema,
  clearEvaluations: z.number().int().min(1).max(1_000),
});
export type CeoRules = z.infer<typeof ceoRulesSchema>;

export const policySettingsSchema = z.strictObject({
  profiles: modeProfilesSchema,
  officers: officerSettingsSchema,
  ceo: ceoRulesSchema,
});
export type PolicySettings = z.infer<typeof policySettingsSchema>;

/** What a stored version must be to be a policy; other columns say who, when and why. */
export const storedPolicySchema = z.object({
  active: z.literal(true, { error: 'no version is active' }),
  mode: operatingModeSchema,
  profile: modeProfileSchema,
  settings: policySettingsSchema,
  ceilings: riskCeilingsSchema.nullable(),
  stale: z.array(officerNameSchema),
});

/** From the loosest to the tightest. */
export const MODES_LOOSE_TO_TIGHT = [
  'expansion',
  'growth',
  'stability',
  'defensive',
  'emergency',
] as const satisfies readonly OperatingMode[];

/** 0 = the loosest; a higher rank is tighter. */
export const rankOf = (mode: OperatingMode): number => MODES_LOOSE_TO_TIGHT.indexOf(mode);

/** Nothing is opened: what holds where no policy can be read. */
export const TIGHTEST_PROFILE: ModeProfile = {
  positionFractionMax: 0,
  positionsMax: 0,
  leverageMax: 1,
  confidenceMin: null,
  newEntries: false,
};

/** Where config/governance.yaml says nothing. The thresholds are the product's given ones. */
export const OFFICER_DEFAULTS: OfficerSettings = {
  enableAiCeo: true,
  enableAiRiskOfficer: true,
  enableAiStrategyOfficer: true,
  aiCeoDecisionIntervalMs: 30_000,
  aiRiskOfficerAssessmentIntervalMs: 30_000,
  aiStrategyOfficerAnalysisIntervalMs: 60_000,
  federationUpdateIntervalMs: 15_000,
  cooldownMs: 900_000,
};

export const CEO_DEFAULTS: CeoRules = {
  emergencyDrawdownFraction: 0.08,
  emergencyScore: 85,
  defensiveDrawdownFraction: 0.04,
  defensiveScore: 70,
  stabilityDrawdownFraction: 0.03,
  stabilityScore: 55,
  growthScore: 40,
  expansionWinRateMin: 0.52,
  expansionClosedTradesMin: 20,
  clearScore: 5,
  clearDrawdownFraction: 0.005,
  clearEvaluations: 3,
};
