/**
 * The plan under which a trial runs: a session's stops and sizes, without the limits of an account, since a trial asks
 * what a strategy is worth and not what may be traded today. Doubles without the rounding of the books.
 */
import type { ChromosomeRisk } from '../../../schemas/chromosome.ts';
import type { Costs } from '../../../schemas/execution.ts';
import type { Strategy } from '../../../schemas/signals.ts';
import type { Direction } from '../../../schemas/strategy-session.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../engine/plan.ts';
import { RISK_PER_TRADE_FRACTION } from '../../risk/position-size.ts';

const CASH = 100_000;

export type TrialTerms = {
  readonly costs: Costs;
  readonly direction: Direction;
  /**
   * What commission, spread and slippage are multiplied with: above 1 in training, so that a thin edge does not pay.
   */
  readonly costFactor: number;
};

export type TrialLevels = Pick<Strategy, 'sizeFraction' | 'stopAtr' | 'targetAtr' | 'maxHoldBars'>;

export function trialPlan({ costs, direction, costFactor }: TrialTerms, levels: TrialLevels): EnginePlan {
  return {
    ...PLAIN_PLAN,
    cash: CASH,
    direction,
    size: {
      kind: 'fraction',
      fraction: levels.sizeFraction,
      at: 'decision',
      riskFraction: RISK_PER_TRADE_FRACTION,
    },
    quantityStep: Number(costs.quantityStep),
    stopAtr: levels.stopAtr,
    targetAtr: levels.targetAtr,
    maxHoldBars: levels.maxHoldBars,
    commission: { kind: 'bps', bps: costs.commissionBps * costFactor },
    halfSpreadBps: costs.halfSpreadBps * costFactor,
    slippage: { kind: 'bps', bps: costs.slippageBps * costFactor },
    fundingRate: costs.fundingRate,
    maintenanceMarginFraction: costs.maintenanceMarginFraction,
  };
}

/** The levels of a chromosome; its longest hold is that of its genes too. */
export const chromosomeLevels = (
  { positionFraction, stopAtr, targetAtr }: ChromosomeRisk,
  maxHoldBars: number | null,
): TrialLevels => ({ sizeFraction: positionFraction, stopAtr, targetAtr, maxHoldBars });
