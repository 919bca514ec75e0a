/**
 * What the decision of one symbol at the close of one bar starts from: the bars up to there, the position as the books
 * have it, what its orders would be made of, and the question that is put to the step.
 */
import type { Order } from '../../schemas/execution.ts';
import { toDecimal } from '../decimal.ts';
import type { Proposal, SessionStep } from '../decision/advance-session.ts';
import { type BookPosition, positionOf } from '../execution/book.ts';
import { decisionIdOf } from '../execution/identity.ts';
import { DUST_VALUE } from '../execution/venue-sizing.ts';
import { atrAt } from '../features/market-features.ts';
import { onlineVoiceAt } from './online-voice-at.ts';
import type { OrderBasis } from './propose-orders.ts';
import { marketOf, type SymbolMarket, type WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export type DecisionMoment = {
  readonly symbol: string;
  /** The closed bar, in the market's series. */
  readonly i: number;
  readonly market: SymbolMarket;
  /** The walk's state, counted on to this decision. */
  readonly state: WalkState;
  /** Undefined: nothing is held. */
  readonly position: BookPosition | undefined;
  readonly basis: OrderBasis;
};

/** The moment with what the components propose in it. */
export type ProposedMoment = DecisionMoment & { readonly proposal: Proposal };

export function decisionMoment(state: WalkState, symbol: string, i: number, context: WalkContext): DecisionMoment {
  const market = marketOf(context, symbol);
  return {
    symbol,
    i,
    market,
    state,
    position: heldPosition(state, symbol, context),
    basis: basisOf(state, symbol, i, market, context),
  };
}

/** At a network venue the rest of a coin that no order can close, because fees were taken of it, is no position. */
export function heldPosition(state: WalkState, symbol: string, context: WalkContext): BookPosition | undefined {
  const position = positionOf(state.book, context.strategyId, symbol);
  if (position === undefined || position.quantity.isZero()) return undefined;
  const isDust = context.venue !== 'paper' && position.quantity.abs().times(position.markPrice).lt(DUST_VALUE);
  return isDust ? undefined : position;
}

function basisOf(
  state: WalkState,
  symbol: string,
  i: number,
  { bars, features }: SymbolMarket,
  { accountId, workflowId }: WalkContext,
): OrderBasis {
  const atr = atrAt(features, i);
  return {
    decisionId: decisionIdOf(accountId, workflowId, state.sequence),
    symbol,
    asOfMs: (bars.openTimeMs[i] as number) + bars.intervalMs,
    close: toDecimal(bars.close[i] as number),
    atr: atr === null ? null : toDecimal(atr),
    equity: state.equity,
  };
}

/** The step without an advisor: a leg of a pair is no view on its own symbol, so none is asked about it. */
export function stepOf({ state, symbol, i, market, position }: DecisionMoment, context: WalkContext): SessionStep {
  return {
    i,
    bars: market.bars,
    columns: market.columns,
    rules: market.rules,
    parameters: market.parameters,
    ...(market.evolved === undefined ? {} : { evolved: market.evolved }),
    online: onlineVoiceAt(market, i, context),
    components: context.components,
    weights: context.weights,
    direction: context.direction,
    position: {
      side: position === undefined ? 0 : position.quantity.isPositive() ? 1 : -1,
      barsHeld: position === undefined ? 0 : barsSince(market, i, position.openedAtMs),
    },
    orderAtWork: isAtWork('entry', symbol, state, context) || isAtWork('exit', symbol, state, context),
    maxHoldBars: context.strategy.maxHoldBars,
  };
}

/** What waits for a person, or is in doubt, is as good as at work: a second one is not proposed beside it. */
export function isAtWork(leg: 'entry' | 'exit', symbol: string, { book }: WalkState, context: WalkContext): boolean {
  const isIt = (order: Pick<Order, 'symbol' | 'leg'>): boolean => order.symbol === symbol && order.leg === leg;
  const { awaitingApproval = [], inDoubt = [] } = context;
  return book.orders.some(isIt) || inDoubt.some(isIt) || (leg === 'entry' && awaitingApproval.includes(symbol));
}

/** Bars closed since the entry's bar opened, that bar included. A venue fills somewhere inside it. */
export function barsSince({ bars }: Pick<SymbolMarket, 'bars'>, i: number, openedAtMs: number | null): number {
  const { openTimeMs, intervalMs } = bars;
  let endsAtMs = (openTimeMs[i] as number) + intervalMs;
  let count = 0;
  for (let j = i; j >= 0 && openedAtMs !== null && endsAtMs > openedAtMs; j -= 1) {
    count += 1;
    endsAtMs = openTimeMs[j] as number;
  }
  return count;
}
