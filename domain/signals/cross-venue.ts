/**
 * Cross venue (spec 3.3): one asset at two venues, bought where it is cheap and sold where it is dear when the
 * difference pays the costs of both orders and `minEdgeBps` on top. Nothing is moved from one venue to the other: the
 * two positions are held, and closed only when the opposite difference pays its costs as well. Prices that merely met
 * again would close for nothing and cost the same twice. Warm-up: the 15 bars that the protective stop's ATR takes.
 */
import type { Costs } from '../../schemas/execution.ts';
import { crossVenueEdge, legCostBps, reaches } from './cross-venue-edge.ts';
import type { PairBars } from './pair-bars.ts';
import {
  ATR_WARMUP_BARS,
  type Columns,
  ENTRY_CONFIDENCE,
  parameter,
  type StrategySignal,
  toConfidence,
  valueAt,
} from './strategy.ts';
import { legSignal, type PairMoment, type TwoLegRules } from './two-leg-strategy.ts';

/** Confidence = min(1, 0.6 + 0.2 · (edge / minEdgeBps - 1)); 1 where no edge is asked for. */
export const crossVenue: TwoLegRules = {
  warmupBars: () => ATR_WARMUP_BARS,
  prepare,
  signal: (leg, moment) => legSignal(leg, signalOfSecond(moment)),
};

function prepare({ closeFirst, closeSecond }: PairBars, _p: unknown, costs: Costs): Columns {
  const costBps = 2 * legCostBps(costs);
  const edges = Array.from(closeFirst, (first, n) => crossVenueEdge(first, closeSecond[n] as number, costBps));
  return {
    difference: Float64Array.from(edges, (one) => one.differenceBps),
    cost: Float64Array.from(edges, (one) => one.costBps),
    buyFirst: Float64Array.from(edges, (one) => one.buyFirstBps),
    buySecond: Float64Array.from(edges, (one) => one.buySecondBps),
    quantityRatio: Float64Array.from(edges, () => 1),
  };
}

/** What the second venue wants: sold where it is the dear one. */
function signalOfSecond({ n, columns, p }: PairMoment): StrategySignal {
  const at = (name: string): number => valueAt(columns, name, n);
  const minimum = parameter(p, 'minEdgeBps');
  const [sells, buys] = [reaches(at('buyFirst'), minimum), reaches(at('buySecond'), minimum)];
  const side = sells ? -1 : buys ? 1 : 0;
  const edge = Math.max(at('buyFirst'), at('buySecond'));
  const [difference, leg] = [figure(Math.abs(at('difference'))), figure(at('cost') / 2)];
  return {
    side,
    exitLong: sells,
    exitShort: buys,
    confidence: side === 0 ? 0 : confidenceOf(edge, minimum),
    reasons: [
      `edge ${figure(edge)} bp = difference ${difference} bp - costs ${leg} + ${leg} bp`,
      `at least ${minimum} bp, the ${at('difference') >= 0 ? 'second' : 'first'} symbol is the dearer one`,
    ],
  };
}

const confidenceOf = (edge: number, minimum: number): number =>
  minimum > 0 ? toConfidence(ENTRY_CONFIDENCE + 0.2 * Math.max(0, edge / minimum - 1)) : 1;

const figure = (bps: number): string => bps.toFixed(2);
