/**
 * What the CEO is told, what it remembers and what it decides. Drawdown and win rate are fractions 0 to 1, the score is
 * 0 to 100; ages and instants in ms. `stale`: older than twice the interval of whoever tells it.
 */
import { z } from 'zod';
import { operatingModeSchema } from '../governance.ts';
import { deskHealthSchema } from './desk-health.ts';
import { riskLevelSchema } from './risk-state.ts';

const ageSchema = z.number().min(0).nullable();
const source = { ageMs: ageSchema.default(null), stale: z.boolean() };

export const ceoInputsSchema = z.strictObject({
  /** null as `score` or drawdown: not measured yet. An unknown portfolio is another thing, and an emergency. */
  risk: z.strictObject({
    portfolioKnown: z.boolean(),
    score: z.number().min(0).max(100).nullable(),
    level: riskLevelSchema.nullable().default(null),
    drawdownDailyFraction: z.number().min(0).nullable(),
    ...source,
  }),
  /** `winRate` null: no trade has been closed. */
  strategy: z.strictObject({
    winRate: z.number().min(0).max(1).nullable(),
    closedTrades: z.number().int().min(0),
    ...source,
  }),
  /** `problems`: what is wrong with the desk itself, one sentence each; they are told, they choose no mode. */
  health: z.strictObject({
    problems: z.array(z.string()).max(100).default([]),
    /** Their figures; null when the book does not answer. */
    measured: deskHealthSchema.nullable().optional(),
    ...source,
  }),
  portfolio: z.strictObject({
    /** Decimal text, of all accounts. */
    equityUsd: z.string().nullable().default(null),
    openPositions: z.number().int().min(0).default(0),
    grossExposureFraction: z.number().min(0).nullable().default(null),
    ...source,
  }),
});
export type CeoInputs = z.infer<typeof ceoInputsSchema>;

/**
 * Stored in Postgres, so that a cool-down outlives every process. `clearCount`: evaluations in a row that were clear.
 */
export const ceoMemorySchema = z.strictObject({
  mode: operatingModeSchema,
  switchedAtMs: z.number().int(),
  clearCount: z.number().int().min(0),
});
export type CeoMemory = z.infer<typeof ceoMemorySchema>;

/** `rule`: the first that matched. `coolDownLeftMs`: until loosening is allowed again. */
export const ceoDecisionSchema = z.strictObject({
  mode: operatingModeSchema,
  oldMode: operatingModeSchema,
  switched: z.boolean(),
  rule: operatingModeSchema,
  reasons: z.array(z.string()),
  /** What a person should hear of; empty when all is well. */
  alerts: z.array(z.string()),
  inputs: ceoInputsSchema,
  coolDownLeftMs: z.number().min(0),
  clearCount: z.number().int().min(0),
});
export type CeoDecision = z.infer<typeof ceoDecisionSchema>;
