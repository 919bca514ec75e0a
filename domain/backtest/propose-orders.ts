/**
 * From a proposal to orders: size, stop, target, the intents with their names. Pure and exact; refuses nothing
 * (the gate does). A market order decided at the close of bar i can fill from the open of bar i + 1.
 */
import type { Side } from '../../schemas/decision.ts';
import type { Leg, OrderIntent, OrderSide } from '../../schemas/execution.ts';
import { type Decimal, decimalText, floorToStep, protectivePrice, roundPrice, toDecimal, ZERO } from '../decimal.ts';
import type { Proposal } from '../decision/advance-session.ts';
import { clientOrderIdOf } from '../execution/identity.ts';
import type { BookPosition } from '../execution/position.ts';
import { sizingFraction } from '../risk/gate.ts';
import { sizeOf } from '../risk/position-size.ts';
import type { WalkContext } from './walk-context.ts';

export type OrderPlan = {
  readonly intents: readonly OrderIntent[];
  readonly sizeFraction: number;
  readonly stopPrice: string | null;
  readonly targetPrice: string | null;
};

/** What the orders of one decision are made of. `close` and `atr` are those of the deciding bar. */
export type OrderBasis = {
  readonly decisionId: string;
  readonly symbol: string;
  readonly asOfMs: number;
  readonly close: Decimal;
  readonly atr: Decimal | null;
  readonly equity: Decimal;
};

/** An entry with its protective legs; null when no stop can be placed or the size rounds down to nothing. */
export function planEntry(context: WalkContext, proposal: Proposal, basis: OrderBasis): OrderPlan | null {
  const sized = sizedEntry(context, proposal, basis);
  return sized === null ? null : entryPlan(context, sized);
}

/** Its size by the rules, before any leverage; null where no stop can be placed. */
export function sizedEntry(context: WalkContext, proposal: Proposal, basis: OrderBasis): SizedEntry | null {
  const stopDistance = stopDistanceOf(context, basis);
  if (stopDistance === null) return null;
  const size = sizeOf({
    ...sizeLimits(context),
    stopDistanceFraction: stopDistance.div(basis.close).toNumber(),
    agreement: proposal.combination.agreement,
    equity: basis.equity,
    price: basis.close,
  });
  return { basis, side: proposal.side, stopDistance, ...size };
}

/** Null where the range of the bars is not known, or is nothing. */
export function stopDistanceOf({ strategy }: WalkContext, { atr }: OrderBasis): Decimal | null {
  const distance = atr === null ? ZERO : roundPrice(atr.times(toDecimal(strategy.stopAtr)));
  return distance.gt(ZERO) ? distance : null;
}

/** What bounds the size of an entry whatever its symbol. */
export const sizeLimits = ({ strategy, policy, limits, costs, allocationWeight = 1 }: WalkContext) => ({
  sizeFraction: strategy.sizeFraction,
  positionFractionMax: sizingFraction(policy, limits),
  allocationWeight,
  quantityStep: toDecimal(costs.quantityStep),
});

export type SizedEntry = {
  readonly basis: OrderBasis;
  readonly side: Side;
  readonly stopDistance: Decimal;
  readonly sizeFraction: number;
  /** Without leverage, where `leverage` is absent. */
  readonly quantity: Decimal;
  /** As the leverage manager has it, whose quantity knows of it; absent: the strategy's. */
  readonly leverage?: number;
};

/** The orders of an entry that has its size; null for a size of nothing. */
export function entryPlan(context: WalkContext, entry: SizedEntry): OrderPlan | null {
  const { basis, side, stopDistance } = entry;
  const { strategy } = context;
  const { leverage = strategy.leverage } = entry;
  const quantity = entry.leverage === undefined ? entry.quantity.times(leverage) : entry.quantity;
  if (!quantity.gt(ZERO) || basis.atr === null) return null;
  const targetDistance =
    strategy.targetAtr === null ? null : roundPrice(basis.atr.times(toDecimal(strategy.targetAtr)));
  const targetPrice = targetDistance === null ? null : priceBeside(basis.close, targetDistance, side);
  const legs = [
    leg(context, basis, { leg: 'entry', side: sideOf(side), quantity, distance: null, leverage }),
    leg(context, basis, { leg: 'stop', side: sideOf(opposite(side)), quantity, distance: stopDistance, leverage }),
    targetDistance === null
      ? null
      : leg(context, basis, {
          ...{ leg: 'target', side: sideOf(opposite(side)), quantity, distance: targetDistance, leverage },
        }),
  ];
  return {
    intents: legs.filter((one) => one !== null),
    sizeFraction: entry.sizeFraction,
    stopPrice: decimalText(priceBeside(basis.close, stopDistance, opposite(side))),
    targetPrice: targetPrice === null ? null : decimalText(targetPrice),
  };
}

/** Closes the position at the market: all of it, or for `reduce` one half, rounded up. */
export function planExit(
  context: WalkContext,
  basis: OrderBasis,
  position: BookPosition,
  exitReason: 'signal' | 'maxHold' | 'flatten' | 'unpaired' | 'margin' | 'reduce',
): OrderPlan {
  const side: OrderSide = position.quantity.isPositive() ? 'sell' : 'buy';
  const held = position.quantity.abs();
  const quantity =
    exitReason === 'reduce' ? held.minus(floorToStep(held.div(2), toDecimal(context.costs.quantityStep))) : held;
  const { leverage } = position;
  const intents = [{ ...leg(context, basis, { leg: 'exit', side, quantity, distance: null, leverage }), exitReason }];
  return { intents, sizeFraction: 0, stopPrice: null, targetPrice: null };
}

const opposite = (side: Side): Side => (side === 1 ? -1 : 1);
const sideOf = (side: Side): OrderSide => (side === 1 ? 'buy' : 'sell');
const priceBeside = (price: Decimal, distance: Decimal, side: Side): Decimal =>
  protectivePrice(price.plus(distance.times(side)));

type LegPlan = { leg: Leg; side: OrderSide; quantity: Decimal; distance: Decimal | null; leverage: number };

const TYPES = { entry: 'market', exit: 'market', stop: 'stop', target: 'limit', liquidation: 'market' } as const;

function leg(context: WalkContext, basis: OrderBasis, plan: LegPlan): OrderIntent {
  return {
    decisionId: basis.decisionId,
    leg: plan.leg,
    clientOrderId: clientOrderIdOf(basis.decisionId, plan.leg),
    accountId: context.accountId,
    strategyId: context.strategyId,
    symbol: basis.symbol,
    side: plan.side,
    type: TYPES[plan.leg],
    quantity: decimalText(plan.quantity),
    limitPrice: null,
    stopPrice: null,
    distanceFromEntry: plan.distance === null ? null : decimalText(plan.distance),
    leverage: plan.leverage,
    reduceOnly: plan.leg !== 'entry',
    referencePrice: decimalText(basis.close),
    createdAtMs: basis.asOfMs,
  };
}
