/** `calc allocate`: capital across strategies by score, each within its bounds; cash takes what is left. */
import { z } from 'zod';
import { allocate as allocateScores, diversification, herfindahlIndex } from '../../../domain/learning/allocate.ts';
import { calculation } from './calculation.ts';

const fraction = z.number().min(0).max(1);

export const allocate = calculation({
  name: 'allocate',
  about: 'weights in the order of the scores, cash, concentration (HHI) and diversification',
  schema: z.strictObject({
    scores: z.array(z.number()).max(1_000),
    minFraction: fraction.default(0.05),
    maxFraction: fraction.default(0.4),
    cashAllowed: z.boolean().default(true),
  }),
  example: { scores: [0.7, 0.2, 0.1], minFraction: 0.05, maxFraction: 0.4, cashAllowed: true },
  answer: ({ scores, ...bounds }) => {
    const { weights, cashFraction } = allocateScores(scores, bounds);
    return {
      weights,
      cashFraction,
      herfindahlIndex: herfindahlIndex(weights),
      diversification: diversification(weights),
    };
  },
});
