/** `calc tpe`: the next point a parameter search would try, out of its space, its history and its seed. */
import { z } from 'zod';
import { strategySpace } from '../../../domain/learning/search/strategy-spaces.ts';
import { ask } from '../../../domain/learning/search/tpe.ts';
import { searchSpaceSchema, searchTrialSchema } from '../../../schemas/search-space.ts';
import { strategyTypeSchema } from '../../../schemas/signals.ts';
import { calculation } from './calculation.ts';

const TRIALS_MAX = 20_000;

export const tpe = calculation({
  name: 'tpe',
  about: 'the next point of a search (TPE): space or strategyType, history of points and values, seed',
  schema: z.strictObject({
    /** Absent: the default ranges of `strategyType`. */
    space: searchSpaceSchema.optional(),
    strategyType: strategyTypeSchema.default('emaCross'),
    history: z.array(searchTrialSchema).max(TRIALS_MAX).default([]),
    seed: z.number().int().nonnegative().max(4_294_967_295).default(1),
    direction: z.enum(['minimize', 'maximize']).default('minimize'),
  }),
  example: {
    space: {
      parameters: {
        fast: { kind: 'integer', low: 5, high: 50 },
        slow: { kind: 'integer', low: 20, high: 200 },
        stopAtr: { kind: 'float', low: 0.5, high: 5 },
        average: { kind: 'categorical', choices: ['sma', 'ema'] },
      },
      constraints: [{ lower: 'fast', upper: 'slow' }],
    },
    history: [
      { point: { fast: 10, slow: 50, stopAtr: 2, average: 'ema' }, value: 0.4 },
      { point: { fast: 20, slow: 100, stopAtr: 3, average: 'sma' }, value: null },
    ],
    seed: 1,
    direction: 'maximize',
  },
  answer: ({ space, strategyType, history, seed, direction }) => {
    const searched = space ?? strategySpace(strategyType);
    return { point: ask({ space: searched, trials: history, seed, direction }), trial: history.length };
  },
});
