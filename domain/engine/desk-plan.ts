/** The plan of a run under the desk's own rules: what a backtest session or the plain loop would do, in doubles. */
import type { Costs } from '../../schemas/execution.ts';
import { isTwoLegged, type Strategy } from '../../schemas/signals.ts';
import type { Direction } from '../../schemas/strategy-session.ts';
import { sizingFraction } from '../risk/gate.ts';
import { RISK_PER_TRADE_FRACTION } from '../risk/position-size.ts';
import { spokenRules } from '../signals/catalogue.ts';
import type { EngineMarket } from './market.ts';
import type { DeskRules, EnginePlan } from './plan.ts';
import { ruleSignals, type SignalColumns, type Voice } from './signals.ts';

export type DeskRun = {
  readonly strategy: Strategy;
  readonly costs: Costs;
  readonly direction: Direction;
  readonly cash: number;
  readonly rules: DeskRules;
};

/** Sizes are bounded by the strategy, the limits and the stop; a flip closes first; prices round as in the books. */
export function deskPlan({ strategy, costs, direction, cash, rules }: DeskRun): EnginePlan {
  const fraction = Math.min(strategy.sizeFraction, sizingFraction(rules, rules.limits));
  return {
    cash,
    direction,
    fill: 'nextOpen',
    closeLast: 'keep',
    size: { kind: 'fraction', fraction, at: 'decision', riskFraction: RISK_PER_TRADE_FRACTION },
    quantityStep: Number(costs.quantityStep),
    leverage: strategy.leverage,
    stopAtr: strategy.stopAtr,
    targetAtr: strategy.targetAtr,
    trailAtr: null,
    maxHoldBars: strategy.maxHoldBars,
    commission: { kind: 'bps', bps: costs.commissionBps },
    halfSpreadBps: costs.halfSpreadBps,
    slippage: { kind: 'bps', bps: costs.slippageBps },
    volumeFractionMax: costs.volumeFractionMax,
    fundingRate: costs.fundingRate,
    borrowRate: 0,
    maintenanceMarginFraction: costs.maintenanceMarginFraction,
    flips: 'closeFirst',
    deskRounding: true,
    rules,
  };
}

/**
 * A built-in strategy's voice over one symbol. `needsStop` false: nobody waits for the ATR of a stop, so buying and
 * holding begins at the first bar. @throws RangeError for a strategy of two legs: the engine runs none
 */
export function builtInVoice(
  { type, parameters }: Pick<Strategy, 'type' | 'parameters'>,
  market: EngineMarket,
  needsStop = true,
): Voice {
  if (isTwoLegged(type)) throw new RangeError(`${type} trades two symbols as one; the engine runs each for itself`);
  if (type === 'buyAndHold' && !needsStop) return { kind: 'columns', columns: alwaysLong(market.bars.close.length) };
  const { rules, parameters: p } = spokenRules({ type, parameters });
  const columns = rules.prepare(market.bars, p, market.ta);
  return { kind: 'columns', columns: ruleSignals(market, rules, columns, p) };
}

const alwaysLong = (count: number): SignalColumns => ({
  side: new Int8Array(count).fill(1),
  exit: new Uint8Array(count),
  confidence: null,
  firstBar: 0,
});
