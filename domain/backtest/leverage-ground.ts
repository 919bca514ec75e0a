/** The input of the leverage manager at one entry of a session, from the walk's own state, bars and limits. */
import { decimalText, toDecimal, ZERO } from '../decimal.ts';
import type { Proposal } from '../decision/advance-session.ts';
import { maintenanceOf } from '../execution/margin-ratio.ts';
import { regimeAt } from '../features/market-features.ts';
import type { Choice, LeverageAction, LeverageSide } from '../learning/leverage/actions.ts';
import { rungDown } from '../learning/leverage/actions.ts';
import type { BinaryEdge } from '../learning/leverage/kelly.ts';
import type { LeverageGround } from '../learning/leverage/leverage-question.ts';
import { edgeOf, measuredIn } from '../learning/leverage/leverage-record.ts';
import { accountView } from './account-view.ts';
import { periodsPerYear } from './metrics.ts';
import type { SizedEntry } from './propose-orders.ts';
import { budgetUsed, GAP_SHARE } from './risk-budget.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export type LeverageAsked = {
  readonly state: WalkState;
  readonly proposal: Proposal;
  /** By the rules of size, before any leverage. */
  readonly sized: SizedEntry;
  readonly market: SymbolMarket;
  readonly i: number;
};

/**
 * The side that was voted for, at the strategy's leverage and with the vote's confidence: the most that an entry begins with.
 * Where the market's volatility is not known yet, without leverage.
 */
export function leverageWish({ proposal, market, i }: LeverageAsked, { strategy }: WalkContext): Choice {
  const base = volatilityAt(market, i) > 0 ? rungDown(strategy.leverage) || 1 : 1;
  const action: LeverageAction = `${sideOf(proposal)}${base}x`;
  return { action, confidence: proposal.combination.confidence };
}

/**
 * The risk score is 0 here: where officers measure one, the ceilings of the policy in force contain it already. Whether
 * the mode allows entries at all is judged by the gate, with its reason. At a network venue orders carry no leverage.
 */
export function leverageGround(asked: LeverageAsked, context: WalkContext): LeverageGround {
  const { state, proposal, sized, market, i } = asked;
  const { leverage: terms, policy, venue, direction } = context;
  const { label, byTimeframe } = regimeAt(market.features, i);
  const { dayStartEquity } = state.risk;
  const dayStart = toDecimal(dayStartEquity);
  const drawdown = dayStart.gt(ZERO) ? dayStart.minus(state.equity).div(dayStart).toNumber() : 1;
  return {
    direction,
    targetVolatility: terms?.targetVolatility ?? 0,
    realisedVolatility: volatilityAt(market, i),
    trendAgreement: agreementOf(sideOf(proposal), Object.values(byTimeframe)),
    profile: {
      leverageMax: venue === 'paper' ? policy.profile.leverageMax : 1,
      positionFractionMax: sized.sizeFraction,
      newEntries: true,
    },
    riskScore: 0,
    drawdownFraction: Math.max(0, drawdown),
    marginRatio: accountMarginRatio(state, context),
    measured: measuredIn(terms?.record ?? [], label),
    edge: edgeAt(asked, context),
    position: null,
    market: marketOf(asked, context),
    account: accountOf(state),
  };
}

const sideOf = ({ side }: Proposal): LeverageSide => (side === 1 ? 'long' : 'short');

/** A year's standard deviation of log returns, out of the last 20 bars; 0 before they are there. */
function volatilityAt({ bars, features }: SymbolMarket, i: number): number {
  const ofBar = features.realisedVolatility20[i] ?? Number.NaN;
  return ofBar > 0 ? ofBar * Math.sqrt(periodsPerYear(bars.intervalMs, [bars.symbol])) : 0;
}

/** Each timeframe: 1 with the trade, 0 against it, one half where it goes nowhere or is not known. */
function agreementOf(side: LeverageSide, trends: readonly (string | null)[]): number {
  const mine = side === 'long' ? 'bull' : 'bear';
  const scores = trends.map((one): number => (one === null || one === 'sideways' ? 0.5 : one === mine ? 1 : 0));
  return scores.reduce((sum, one) => sum + one, 0) / scores.length;
}

/** Maintenance margin of all leveraged positions over equity. */
function accountMarginRatio(state: WalkState, { costs }: WalkContext): number {
  const leveraged = accountView(state).positions.filter((one) => one.leverage > 1);
  const value = leveraged.reduce((sum, one) => sum.plus(one.quantity.times(one.markPrice).abs()), ZERO);
  if (value.isZero()) return 0;
  return state.equity.gt(ZERO) ? maintenanceOf(value, costs).div(state.equity).toNumber() : Number.POSITIVE_INFINITY;
}

/**
 * What the strategy's own trades have shown; until there are enough, what the vote claims: it wins with its confidence, the
 * target's distance (the stop's where there is none), and loses the stop's.
 */
function edgeAt({ proposal, sized }: LeverageAsked, { leverage: terms, strategy }: WalkContext): BinaryEdge {
  const loss = stopFraction(sized);
  const win = strategy.targetAtr === null ? loss : (loss * strategy.targetAtr) / strategy.stopAtr;
  const claimed = { winProbability: proposal.combination.confidence, win, loss };
  return edgeOf(terms?.record ?? [], { win, loss }) ?? claimed;
}

/** At most 1: a stop below nothing puts all of the margin at stake. */
const stopFraction = ({ basis, stopDistance }: SizedEntry): number =>
  Math.min(1, stopDistance.div(basis.close).toNumber());

/** The paper book liquidates by the formula of Gate and OKX. Costs: commission, half spread and slippage, there and back. */
function marketOf({ sized }: LeverageAsked, { costs }: WalkContext): LeverageGround['market'] {
  const { commissionBps, halfSpreadBps, slippageBps } = costs;
  const stopDistanceFraction = stopFraction(sized);
  return {
    price: decimalText(sized.basis.close),
    stopDistanceFraction,
    gapFraction: stopDistanceFraction * GAP_SHARE,
    costFraction: (2 * (commissionBps + halfSpreadBps + slippageBps)) / 10_000,
    quantityStep: costs.quantityStep,
    venue: 'gateOkx',
    maintenanceMarginFraction: decimalText(toDecimal(costs.maintenanceMarginFraction)),
    takerFeeFraction: decimalText(toDecimal(commissionBps).div(10_000)),
  };
}

/** Margin that is free: equity less what positions and entries at work have bound. */
function accountOf(state: WalkState): LeverageGround['account'] {
  const { positions, openOrders } = accountView(state);
  const bound = [...positions, ...openOrders].map((one) => one.quantity.times(one.markPrice).abs().div(one.leverage));
  const free = bound.reduce((left, one) => left.minus(one), state.equity);
  return {
    equityUsd: decimalText(state.equity),
    budgetUsedUsd: decimalText(budgetUsed(state)),
    marginAvailableUsd: decimalText(free.gt(ZERO) ? free : ZERO),
  };
}
