/**
 * What is left of the difference between two prices of one asset when both orders have paid. Basis points of the mean
 * price; costs are those of one market order: commission, half the spread, slippage.
 */
import type { Costs } from '../../schemas/execution.ts';

export type CrossVenueEdge = {
  /** (second - first) / mean of both, in basis points: positive where the second venue is dearer. */
  readonly differenceBps: number;
  /** Of both legs together. */
  readonly costBps: number;
  /** Left over by buying at the first venue and selling at the second. */
  readonly buyFirstBps: number;
  /** Left over by buying at the second venue and selling at the first. */
  readonly buySecondBps: number;
};

type LegCosts = Pick<Costs, 'commissionBps' | 'halfSpreadBps' | 'slippageBps'>;

export const legCostBps = ({ commissionBps, halfSpreadBps, slippageBps }: LegCosts): number =>
  commissionBps + halfSpreadBps + slippageBps;

/** Prices above 0. */
export function crossVenueEdge(first: number, second: number, costBps: number): CrossVenueEdge {
  const differenceBps = ((second - first) / ((first + second) / 2)) * 10_000;
  return { differenceBps, costBps, buyFirstBps: differenceBps - costBps, buySecondBps: -differenceBps - costBps };
}

/** A decimal threshold has no exact binary form: an edge this close to it has reached it. */
const ROUNDING_BPS = 1e-9;

export const reaches = (edgeBps: number, minEdgeBps: number): boolean => edgeBps >= minEdgeBps - ROUNDING_BPS;
