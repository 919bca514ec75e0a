/** A strategy that a model designs: one of the built-in types with its parameters, and its rules in words. */
import { z } from 'zod';
import { STRATEGY_TYPES } from '../../signals.ts';
import * as part from './parts.ts';

const number = z.number().nullable();

/** Every parameter of every type; those that the type does not have are null. The type's own schema checks the rest. */
export const designedParametersSchema = z.strictObject({
  lookback: number,
  threshold: number,
  entryZ: number,
  exitZ: number,
  stopZ: number,
  minEdgeBps: number,
  fast: number,
  slow: number,
  signal: number,
  period: number,
  low: number,
  high: number,
});
export type DesignedParameters = z.infer<typeof designedParametersSchema>;

export const designedStrategySchema = z.strictObject({
  version: part.versionSchema,
  type: z.enum(STRATEGY_TYPES),
  parameters: designedParametersSchema,
  entryRules: z.array(part.textSchema).min(1).max(10),
  exitRules: z.array(part.textSchema).min(1).max(10),
  /** Share of equity, above 0 and at most 0.1. */
  sizeFraction: z.number().gt(0).max(0.1),
  /** Distances in ATR14; no target: null. */
  stopAtr: z.number().gt(0).max(100),
  targetAtr: z.number().gt(0).max(100).nullable(),
  maxHoldBars: z.number().int().min(1).max(1_000_000).nullable(),
  rationale: part.textSchema,
});
export type DesignedStrategy = z.infer<typeof designedStrategySchema>;
