/** `calc splits`: which bars are learned from and which are judged on, for one way to cut a history. */
import { z } from 'zod';
import {
  combinatorialFolds,
  combinatorialPaths,
  purgedFolds,
  walkForward,
} from '../../../domain/learning/validation/splits.ts';
import { calculation } from './calculation.ts';

const bars = z.number().int().nonnegative().max(100_000_000);

export const splits = calculation({
  name: 'splits',
  about: 'walk-forward, purged k-fold with embargo, combinatorial: ranges [from, to) of training and test',
  schema: z.strictObject({
    method: z.enum(['walkForward', 'purged', 'combinatorial']).default('purged'),
    count: bars,
    folds: z.number().int().min(1).max(20),
    testFolds: z.number().int().min(1).max(10).default(2),
    /** Bars until a label is known: kept out on both sides of a test. */
    purge: bars.default(0),
    embargo: bars.default(0),
    training: z.enum(['anchored', 'rolling']).default('anchored'),
  }),
  example: { method: 'combinatorial', count: 12, folds: 3, testFolds: 2, purge: 1, embargo: 0, training: 'anchored' },
  answer: ({ method, testFolds, training, ...options }) => {
    if (method === 'walkForward') return { splits: walkForward({ ...options, training }) };
    if (method === 'purged') return { splits: purgedFolds(options) };
    const paths = combinatorialPaths(options.folds, testFolds);
    return { splits: combinatorialFolds({ ...options, testFolds }), paths };
  },
});
