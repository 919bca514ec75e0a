/** The contract of one parameter search: what it is given and what it ends with. */
import { z } from 'zod';
import { trendRegimeSchema } from './features.ts';
import { researchFields } from './research.ts';
import { searchPointSchema, searchPriorSchema } from './search-space.ts';
import { SINGLE_STRATEGY_TYPES } from './signals.ts';

/** all: every trade counts, whatever the regime it was opened in. */
export const searchRegimeSchema = z.enum([...trendRegimeSchema.options, 'all']);
export type SearchRegime = z.infer<typeof searchRegimeSchema>;

export const parameterSearchInputSchema = z.strictObject({
  ...researchFields,
  strategyType: z.enum(SINGLE_STRATEGY_TYPES),
  regime: searchRegimeSchema.default('all'),
  trials: z.number().int().min(10).max(10_000).default(100),
  /** Parameters that have won before. */
  prior: searchPriorSchema.optional(),
});
export type ParameterSearchInput = z.infer<typeof parameterSearchInputSchema>;

/** How good a set of parameters is, with what its deflated Sharpe was made of. Sharpe ratios are per bar. */
export const searchBestSchema = z.strictObject({
  trial: z.number().int(),
  parameters: searchPointSchema,
  fitness: z.number(),
  sharpe: z.number(),
  observations: z.number().int(),
  skewness: z.number(),
  kurtosis: z.number(),
  /** Of the Sharpe ratios of all trials that have one; divisor n - 1. */
  sharpeVariance: z.number(),
  deflatedSharpe: z.number().nullable(),
  tradeCount: z.number().int(),
  regimeTradeCount: z.number().int(),
});
export type SearchBest = z.infer<typeof searchBestSchema>;

export const parameterSearchResultSchema = z.strictObject({
  runId: z.string(),
  stoppedBy: z.enum(['trials', 'signal']),
  symbol: z.string(),
  strategyType: z.string(),
  regime: searchRegimeSchema,
  trials: z.number().int(),
  failedTrials: z.number().int(),
  /** Null where no trial traded often enough. */
  best: searchBestSchema.nullable(),
  /** global: too few trades in this regime, so the best over all trades is answered. */
  shrunkTo: z.enum(['global']).nullable(),
  /** How much each parameter moves the fitness, 0 to 1, all together 1. */
  importance: z.record(z.string(), z.number()),
  dataHash: z.string(),
  codeVersion: z.string(),
  resultHash: z.string(),
});
export type ParameterSearchResult = z.infer<typeof parameterSearchResultSchema>;
