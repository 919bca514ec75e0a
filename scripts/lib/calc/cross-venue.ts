/** `calc crossVenue`: what is left of a difference between two venues after the costs of both orders. */
import { z } from 'zod';
import { crossVenueEdge, legCostBps, reaches } from '../../../domain/signals/cross-venue-edge.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import { strategyParameterSchemas } from '../../../schemas/signals.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';

const { commissionBps, halfSpreadBps, slippageBps } = costsSchema.shape;
const legCostsSchema = z.strictObject({ commissionBps, halfSpreadBps, slippageBps }).prefault({});
const priceSchema = z.union([z.number().positive(), positiveDecimalSchema]);

export const crossVenue = calculation({
  name: 'crossVenue',
  about: 'edge between two venues after the costs of both legs, and the action of each',
  schema: z.strictObject({
    /** The close of each symbol. */
    first: priceSchema,
    second: priceSchema,
    /** Of one order at each venue, basis points. */
    firstCosts: legCostsSchema,
    secondCosts: legCostsSchema,
    ...strategyParameterSchemas.crossVenue.shape,
  }),
  example: {
    first: 100,
    second: 100.3,
    firstCosts: { commissionBps: 7, halfSpreadBps: 1, slippageBps: 2 },
    secondCosts: { commissionBps: 7, halfSpreadBps: 1, slippageBps: 2 },
    minEdgeBps: 5,
  },
  answer: ({ first, second, firstCosts, secondCosts, minEdgeBps }) => {
    const [firstCostBps, secondCostBps] = [legCostBps(firstCosts), legCostBps(secondCosts)];
    const edge = crossVenueEdge(Number(first), Number(second), firstCostBps + secondCostBps);
    const [buysFirst, buysSecond] = [reaches(edge.buyFirstBps, minEdgeBps), reaches(edge.buySecondBps, minEdgeBps)];
    const [bought, sold] = ['buy', 'sell'] as const;
    const actions = buysFirst
      ? { first: bought, second: sold }
      : buysSecond
        ? { first: sold, second: bought }
        : { first: 'hold', second: 'hold' };
    return { ...edge, firstCostBps, secondCostBps, edgeBps: Math.max(edge.buyFirstBps, edge.buySecondBps), actions };
  },
});
