/** The desk on one page, as the Federation puts it together from what each officer last said. */
import { z } from 'zod';
import { modeProfileSchema, operatingModeSchema } from '../governance.ts';
import { deskHealthSchema } from './desk-health.ts';
import { riskLevelSchema } from './risk-state.ts';

const inputSchema = z.strictObject({ ageMs: z.number().min(0).nullable(), stale: z.boolean() });

export const globalStateSchema = z.strictObject({
  globalMode: operatingModeSchema,
  riskScore: z.number().min(0).max(100).nullable(),
  riskLevel: riskLevelSchema.nullable(),
  /** What an order may do now: the tightest of profile, ceilings and staleness. */
  effectiveLimits: modeProfileSchema,
  /** Strategies with an open session in paper or live mode. */
  activeStrategies: z.array(z.string()),
  primaryStrategy: z.string().nullable(),
  fallbackStrategies: z.array(z.string()),
  /** Flags that are off, and what the limits leave out: newEntries, leverage. */
  disabledFeatures: z.array(z.string()),
  alerts: z.array(z.string()),
  inputs: z.strictObject({ ceo: inputSchema, risk: inputSchema, strategy: inputSchema }),
  /** Workers and backlog of each queue, and what else the desk needs; null when the book does not answer. */
  health: deskHealthSchema.nullable(),
  policyVersion: z.int(),
  /** Of the last event that this state knows of. */
  sequence: z.int(),
});
export type GlobalState = z.infer<typeof globalStateSchema>;
