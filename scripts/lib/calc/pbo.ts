/**
 * `calc pbo`, `calc spa`: is the best of many strategies overfitted, and does it beat a benchmark by more than luck?
 */
import { z } from 'zod';
import { probabilityOfOverfitting } from '../../../domain/learning/honesty/overfitting.ts';
import { realityCheck } from '../../../domain/learning/honesty/reality-check.ts';
import { calculation } from './calculation.ts';

const PERIODS_MAX = 200_000;
const WORK_MAX = 500_000_000;

const matrixSchema = z.array(z.array(z.number()).min(1).max(1_000)).min(2).max(PERIODS_MAX);

/** Two strategies that take turns: who was best in one half is not in the other. */
const EXAMPLE_RETURNS = Array.from({ length: 16 }, (_, period) => [
  (period % 4 < 2 ? 0.02 : -0.01) + (period % 3) / 1_000,
  (period % 4 < 2 ? -0.01 : 0.02) + (period % 5) / 1_000,
  ((period % 2) - 0.4) / 100,
]);

export const pbo = calculation({
  name: 'pbo',
  about: 'probability of backtest overfitting: rows are periods, columns strategies, cut into `blocks`',
  schema: z.strictObject({
    returns: matrixSchema,
    blocks: z.number().int().min(2).max(20).default(16),
    /** Every split: who was best, and how it did outside. */
    withSplits: z.boolean().default(false),
  }),
  example: { returns: EXAMPLE_RETURNS, blocks: 8, withSplits: false },
  answer: ({ returns, blocks, withSplits }) => {
    const { splits, ...figures } = probabilityOfOverfitting(returns, blocks);
    return { ...figures, splitCount: splits.length, ...(withSplits && { splits }) };
  },
});

export const spa = calculation({
  name: 'spa',
  about: "White's reality check and Hansen's SPA: p-values of the best strategy's advantage (rows are periods)",
  schema: z.strictObject({
    /** Better when larger: return less the benchmark's, or the benchmark's loss less the strategy's. */
    differences: matrixSchema,
    seed: z.number().int().nonnegative().default(1),
    samples: z.number().int().min(10).max(100_000).default(2_000),
    meanBlock: z.number().min(1).optional(),
    studentised: z.boolean().default(true),
  }),
  example: { differences: EXAMPLE_RETURNS, seed: 1, samples: 500, meanBlock: 4, studentised: true },
  answer: ({ differences, ...options }) => {
    const work = differences.length * (differences[0]?.length ?? 0) * options.samples;
    if (work > WORK_MAX) throw new RangeError(`periods × strategies × samples is ${work}, at most ${WORK_MAX}`);
    return realityCheck(differences, options);
  },
});
