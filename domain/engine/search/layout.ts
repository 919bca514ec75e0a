/**
 * The numbers that go into a search run and come out of it, by place: TypeScript, AssemblyScript and the C of the bench
 * read and write the same places. Only statistics come out; for trades and wealth there is `run-report.ts`.
 */

import { stepsPerUnit } from '../numbers.ts';
import type { EnginePlan } from '../plan.ts';

export const PARAMETER = {
  cash: 0,
  fraction: 1,
  /** 0 = no bound by the stop. */
  riskFraction: 2,
  leverage: 3,
  /** ATR multiples; 0 = none. */
  stopAtr: 4,
  targetAtr: 5,
  takerBps: 6,
  feeFraction: 7,
  perUnit: 8,
  /** 0 = no limit of time. */
  maxHoldBars: 9,
  fundingRate: 10,
  /** 1 / leverage, and maintenance margin plus fee: what the liquidation price is made of. */
  marginFraction: 11,
  buffer: 12,
  /** First bar whose close can decide, and the last bar of the run. */
  from: 13,
  last: 14,
} as const;
export const PARAMETER_COUNT = 16;

export const RESULT = {
  equity: 0,
  trades: 1,
  wins: 2,
  grossProfit: 3,
  grossLoss: 4,
  returnSum: 5,
  returnSquareSum: 6,
  downsideSquareSum: 7,
  drawdownFractionMax: 8,
  /** Bars at whose close something was held. */
  barsInMarket: 9,
  /** Value of all fills. */
  turnover: 10,
  fees: 11,
  funding: 12,
  /** Entries that were wanted where no stop could be placed or the size came to nothing. */
  sizeZero: 13,
} as const;
export const RESULT_COUNT = 16;

/** The statistics of one run with names; sums are over bars from the first to the last, flat ones counting 0. */
export type SearchStatistics = Readonly<Record<keyof typeof RESULT, number>>;

export const statisticsOf = (out: Float64Array): SearchStatistics => {
  const named: Record<string, number> = {};
  for (const [name, place] of Object.entries(RESULT)) named[name] = out[place] as number;
  return named as SearchStatistics;
};

/** Why a search kernel cannot run this plan, or null: it knows fixed costs, ATR levels and fills at the next open. */
export function searchObstacle(plan: EnginePlan): string | null {
  if (plan.rules !== null || plan.deskRounding) return 'the desk’s rules and rounding';
  if (plan.commission.kind !== 'bps' || plan.slippage.kind !== 'bps') return 'costs that depend on the order';
  if (plan.size.kind !== 'fraction' || plan.size.at !== 'decision') return 'sizes other than fractions at the decision';
  if (plan.fill !== 'nextOpen' || plan.closeLast !== 'keep') return 'fills other than at the next open';
  if (plan.flips !== 'closeFirst') return 'turning at one open';
  if (plan.trailAtr !== null || plan.borrowRate !== 0 || plan.volumeFractionMax !== null) {
    return 'trailing stops, borrowing and volume';
  }
  return null;
}

/** @throws RangeError for a plan that only the report run knows */
export function searchParameters(plan: EnginePlan, from: number, last: number, out: Float64Array): Float64Array {
  const obstacle = searchObstacle(plan);
  if (obstacle !== null) throw new RangeError(`the search kernel does not know ${obstacle}`);
  const feeFraction = plan.commission.kind === 'bps' ? plan.commission.bps / 10_000 : 0;
  out[PARAMETER.cash] = plan.cash;
  out[PARAMETER.fraction] = plan.size.fraction;
  out[PARAMETER.riskFraction] = plan.size.riskFraction ?? 0;
  out[PARAMETER.leverage] = plan.leverage;
  out[PARAMETER.stopAtr] = plan.stopAtr ?? 0;
  out[PARAMETER.targetAtr] = plan.targetAtr ?? 0;
  out[PARAMETER.takerBps] = plan.halfSpreadBps + (plan.slippage.kind === 'bps' ? plan.slippage.bps : 0);
  out[PARAMETER.feeFraction] = feeFraction;
  out[PARAMETER.perUnit] = stepsPerUnit(plan.quantityStep);
  out[PARAMETER.maxHoldBars] = plan.maxHoldBars ?? 0;
  out[PARAMETER.fundingRate] = plan.leverage > 1 ? plan.fundingRate : 0;
  out[PARAMETER.marginFraction] = 1 / plan.leverage;
  out[PARAMETER.buffer] = plan.maintenanceMarginFraction + feeFraction;
  out[PARAMETER.from] = from;
  out[PARAMETER.last] = last;
  return out;
}
