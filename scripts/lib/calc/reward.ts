/** `calc reward`: what an agent is paid for each step, every term apart, and their sum. */
import { z } from 'zod';
import { leverageReward, rewardOf, spotReward } from '../../../domain/learning/leverage/rewards.ts';
import { calculation } from './calculation.ts';

const returnFraction = z.number().gt(-1).max(1e6);
const stepParts = {
  stepReturnFraction: returnFraction,
  /** Standard deviation of bar returns, 20 bars. */
  realisedVolatility: z.number().min(0),
  hasTraded: z.boolean().default(false),
};

const spotStep = z.strictObject({
  ...stepParts,
  /** null: no position was held. */
  positionPnlFraction: returnFraction.nullable().default(null),
});

const leverageStep = z.strictObject({
  ...stepParts,
  volatilityState: z.enum(['low', 'normal', 'high']).default('normal'),
  position: z
    .strictObject({
      side: z.enum(['long', 'short']),
      leverage: z.number().min(1).max(200),
      pnlFraction: z.number(),
      marginRatio: z.number().min(0).default(0),
      liquidationDistanceFraction: z.number().min(0).default(1),
    })
    .nullable()
    .default(null),
});

const schema = z
  .strictObject({
    /** Steps of the spot agent: equity's return. */
    spot: z.array(spotStep).min(1).max(10_000).optional(),
    /** Steps of the leverage agent: the position's return without its leverage. */
    leverage: z.array(leverageStep).min(1).max(10_000).optional(),
  })
  .refine(({ spot, leverage }) => (spot === undefined) !== (leverage === undefined), {
    error: 'either spot or leverage',
    path: ['spot'],
  });

export const reward = calculation({
  name: 'reward',
  about: 'the reward of each step of an agent, term by term, and their sum',
  schema,
  example: {
    leverage: [
      {
        stepReturnFraction: 0.01,
        realisedVolatility: 0.008,
        hasTraded: true,
        volatilityState: 'low',
        position: {
          side: 'short',
          leverage: 5,
          pnlFraction: 0.012,
          marginRatio: 0.1,
          liquidationDistanceFraction: 0.2,
        },
      },
    ],
  },
  answer: ({ spot, leverage }) => {
    const terms = spot?.map(spotReward) ?? leverage?.map(leverageReward) ?? [];
    const steps = terms.map((one) => ({ ...one, reward: rewardOf(one) }));
    return { steps, reward: steps.reduce((sum, step) => sum + step.reward, 0) };
  },
});
