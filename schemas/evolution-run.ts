/** The contract of one evolution run: what it is given, what each generation leaves, what it ends with. */
import { z } from 'zod';
import { chromosomeSchema } from './chromosome.ts';
import { researchFields } from './research.ts';

/** penalised: mean over folds less their spread, complexity and turnover. sharpe: of all training bars together. */
export const fitnessNameSchema = z.enum(['penalised', 'sharpe']);
export type FitnessName = z.infer<typeof fitnessNameSchema>;

export const evolutionRunInputSchema = z.strictObject({
  ...researchFields,
  population: z.number().int().min(4).max(5_000).default(50),
  generations: z.number().int().min(1).max(10_000).default(20),
  fitness: fitnessNameSchema.default('penalised'),
});
export type EvolutionRunInput = z.infer<typeof evolutionRunInputSchema>;

/** One finished generation. Fitness is in the units of the run's fitness; null where nobody has one. */
export type GenerationSummary = {
  readonly generation: number;
  readonly bestFitness: number | null;
  readonly medianFitness: number | null;
  /** Different species among the population, 0 to 1. */
  readonly speciesShare: number;
  readonly trials: number;
  readonly failedTrials: number;
  readonly lineageHash: string;
};

export const gateCheckSchema = z.strictObject({
  name: z.string(),
  passed: z.boolean(),
  value: z.number().nullable(),
  limit: z.number(),
  message: z.string(),
});
export type GateCheck = z.infer<typeof gateCheckSchema>;

/** The verdict on bars that no trial has seen. Sharpe ratios are per bar. */
export const promotionSchema = z.strictObject({
  promoted: z.boolean(),
  checks: z.array(gateCheckSchema),
  trials: z.number().int(),
  observations: z.number().int(),
  sharpe: z.number(),
  deflatedSharpe: z.number().nullable(),
  overfitting: z.number().nullable(),
  tradeCount: z.number().int(),
});
export type Promotion = z.infer<typeof promotionSchema>;

export const championSchema = z.strictObject({
  genomeId: z.string(),
  generation: z.number().int(),
  fitness: z.number(),
  selectionScore: z.number(),
  /** The stored strategy, for sessions and backtests. */
  strategyId: z.string(),
  chromosome: chromosomeSchema,
  text: z.string(),
});
export type Champion = z.infer<typeof championSchema>;

export const evolutionResultSchema = z.strictObject({
  runId: z.string(),
  stoppedBy: z.enum(['generations', 'signal']),
  generations: z.number().int(),
  trials: z.number().int(),
  failedTrials: z.number().int(),
  champion: championSchema.nullable(),
  promotion: promotionSchema.nullable(),
  lineageHash: z.string(),
  dataHash: z.string(),
  codeVersion: z.string(),
  /** Over champion, lineage, trials and verdict: equal runs have equal hashes. */
  resultHash: z.string(),
});
export type EvolutionResult = z.infer<typeof evolutionResultSchema>;
