/** `calc kelly`: how much of the capital to expose, of a bet with two outcomes or of continuous returns. */
import { z } from 'zod';
import {
  binaryGrowth,
  binaryKelly,
  binaryKellyLower,
  continuousGrowth,
  continuousKelly,
  continuousKellyLower,
  growthShare,
  KELLY_SHARE_MAX,
  tradedKelly,
} from '../../../domain/learning/leverage/kelly.ts';
import { calculation } from './calculation.ts';

/** Anything less has no fraction that a number can hold. */
const amount = z.number().min(1e-9).max(1e9);

export const edgeSchema = z.strictObject({
  winProbability: z.number().min(0).max(1),
  /** Gained or lost for each unit exposed. */
  win: amount,
  loss: amount,
  /** Trades that it was measured on; absent: it is known. */
  trades: z.int().min(0).optional(),
});

const continuousSchema = z.strictObject({
  mean: z.number(),
  standardDeviation: amount,
  riskFreeRate: z.number().default(0),
  /** Periods that it was measured on; absent: it is known. */
  observations: z.int().min(0).optional(),
});

const schema = z
  .strictObject({
    binary: edgeSchema.optional(),
    continuous: continuousSchema.optional(),
    /** Of full Kelly; at most a half is traded. */
    share: z.number().gt(0).max(1).default(KELLY_SHARE_MAX),
  })
  .refine(({ binary, continuous }) => (binary === undefined) !== (continuous === undefined), {
    error: 'either binary or continuous',
    path: ['binary'],
  });

export const kelly = calculation({
  name: 'kelly',
  about: 'Kelly’s fraction, at the lower bound of the edge, what is traded of it, and the growth',
  schema,
  example: { binary: { winProbability: 0.55, win: 1, loss: 1, trades: 400 }, share: 0.5 },
  answer: ({ binary, continuous, share }) => {
    if (binary !== undefined) {
      const growth = (fraction: number) => binaryGrowth(binary, fraction);
      return answerOf(binaryKelly(binary), binaryKellyLower(binary), share, growth);
    }
    if (continuous === undefined) throw new RangeError('either binary or continuous');
    const growth = (fraction: number) => continuousGrowth(continuous, fraction);
    return answerOf(continuousKelly(continuous), continuousKellyLower(continuous), share, growth);
  },
});

/** `growth` is −Infinity where all can be lost: JSON has no word for that, and null is said. */
function answerOf(full: number, lower: number, share: number, growth: (fraction: number) => number) {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const tradedFraction = tradedKelly(lower, share);
  return {
    kellyFraction: full,
    kellyFractionLower: finite(lower),
    tradedFraction,
    growth: finite(growth(Math.max(0, full))),
    growthTraded: finite(growth(tradedFraction)),
    growthShare: growthShare(Math.min(share, KELLY_SHARE_MAX)),
  };
}
