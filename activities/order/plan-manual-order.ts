/**
 * An order by hand, worked out on the last stored bar: reference price, size, protective legs (2 ATR unless told).
 * Against a position by hand in the same symbol it is an exit: reduce-only, without legs of its own.
 */
import { type Decimal, decimalText, floorToStep, roundPrice, toDecimal } from '../../domain/decimal.ts';
import { clientOrderIdOf, decisionIdOf, orderHashOf } from '../../domain/execution/identity.ts';
import { averageTrueRange } from '../../domain/features/average-true-range.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Costs, Leg, OrderIntent, OrderSide } from '../../schemas/execution.ts';
import type { ManualOrderInput } from '../../schemas/order-execution.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';

/** All orders by hand on an account share one book. */
export const MANUAL_STRATEGY_ID = 'manual';
const STOP_ATR = 2;

export type ManualFacts = {
  readonly bars: BarSeries;
  readonly equity: Decimal;
  /** What is held by hand of the symbol, signed. */
  readonly held: Decimal;
  /** Whether a stop or target of it works at a network venue, where it cannot be made smaller. */
  readonly isProtected: boolean;
  readonly workflowId: string;
  readonly sequence: number;
  readonly costs: Costs;
};

export type ManualPlan = {
  readonly decision: Omit<Decision, 'verdict'>;
  readonly intents: readonly OrderIntent[];
  readonly barOpenTimeMs: number;
  /** Decimal text. */
  readonly lastPrice: string;
};

/**
 * @throws InvalidInput ORDER_SIZE when the size rounds down to nothing, ORDER_PARTIAL_EXIT where its stop would be
 * lost, ORDER_EXIT_TYPE for an exit that would not leave at the market
 */
export function planManualOrder(input: ManualOrderInput, facts: ManualFacts): ManualPlan {
  const { bars } = facts;
  const last = bars.openTimeMs.length - 1;
  const barOpenTimeMs = bars.openTimeMs[last] as number;
  const asOfMs = barOpenTimeMs + bars.intervalMs;
  const price = toDecimal(bars.close[last] as number);
  checkLevels(input, entryPriceOf(input, price));
  const decisionId = decisionIdOf(input.accountId, facts.workflowId, facts.sequence);
  const exits = !facts.held.isZero() && facts.held.isPositive() !== (input.side === 'buy');
  if (exits) checkExitType(input, facts);
  const quantity = quantityOf(input, facts, price, exits);
  if (exits) checkPartialExit(quantity, facts);
  const base = { decisionId, asOfMs, price, quantity, input };
  const intents = exits
    ? [order(base, 'exit', input.side, {})]
    : [order(base, 'entry', input.side, {}), ...legs(base, bars)];
  return { decision: decisionOf(base, intents, facts), intents, barOpenTimeMs, lastPrice: decimalText(price) };
}

/** The price the entry is expected at. */
const entryPriceOf = (input: ManualOrderInput, price: Decimal): Decimal =>
  toDecimal(
    (input.orderType === 'market' ? undefined : (input.limitPrice ?? input.triggerPrice)) ?? decimalText(price),
  );

/** A protective stop lies on the losing side of the entry, a target on the winning one. */
function checkLevels(input: ManualOrderInput, entry: Decimal): void {
  const below = (text: string): boolean => toDecimal(text).lt(entry);
  const [losing, winning] = input.side === 'buy' ? ['below', 'above'] : ['above', 'below'];
  const wrong = (path: 'stop' | 'target', side: string | undefined): Problem[] => {
    const price = input[path];
    if (price === undefined || below(price) === (side === 'below')) return [];
    return [problem('ORDER_LEVELS', path, price, `a price ${side} the entry at about ${decimalText(entry)}`)];
  };
  const problems = [...wrong('stop', losing), ...wrong('target', winning)];
  if (problems.length > 0) throw new InvalidInput(problems);
}

type Base = {
  readonly decisionId: string;
  readonly asOfMs: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly input: ManualOrderInput;
};

function quantityOf(input: ManualOrderInput, facts: ManualFacts, price: Decimal, exits: boolean): Decimal {
  const step = toDecimal(facts.costs.quantityStep);
  const share = toDecimal(input.sizeFraction ?? 0)
    .times(facts.equity)
    .div(price)
    .times(input.leverage);
  const wanted = input.quantity === undefined ? floorToStep(share, step) : toDecimal(input.quantity);
  if (!wanted.gt(0) || !wanted.eq(floorToStep(wanted, step))) {
    const expected = `a multiple of ${facts.costs.quantityStep} above 0`;
    throw new InvalidInput([problem('ORDER_SIZE', 'quantity', decimalText(wanted), expected)]);
  }
  return exits && wanted.gt(facts.held.abs()) ? facts.held.abs() : wanted;
}

/** An exit cancels the stop of its position first: one that rested at a price would leave it bare meanwhile. */
function checkExitType({ orderType }: ManualOrderInput, { held }: ManualFacts): void {
  if (orderType === 'market') return;
  const hint = `it closes what is held, ${decimalText(held)}; a price is given to what opens a position`;
  throw new InvalidInput([problem('ORDER_EXIT_TYPE', 'orderType', orderType, 'market', hint)]);
}

/**
 * An exit cancels the stop of its position first, and a network venue takes
 * the id of a stop once: the rest would be bare.
 */
function checkPartialExit(quantity: Decimal, { held, isProtected }: ManualFacts): void {
  if (!isProtected || quantity.gte(held.abs())) return;
  const hint = 'an exit cancels the stop, and what is left would have none: close all of it';
  const all = decimalText(held.abs());
  throw new InvalidInput([
    problem('ORDER_PARTIAL_EXIT', 'quantity', decimalText(quantity), `all that is held, ${all}`, hint),
  ]);
}

/**
 * Stop: the one given, else 2 ATR14 from the entry's fill. Target: only when
 * given. No ATR yet: no stop, and the gate says so.
 */
function legs(base: Base, bars: BarSeries): OrderIntent[] {
  const { input } = base;
  const side: OrderSide = input.side === 'buy' ? 'sell' : 'buy';
  const atr = averageTrueRange(bars, 14).at(-1) ?? Number.NaN;
  const distance = Number.isFinite(atr) ? decimalText(roundPrice(toDecimal(atr).times(STOP_ATR))) : null;
  const stop =
    input.stop !== undefined ? { stopPrice: input.stop } : distance === null ? null : { distanceFromEntry: distance };
  return [
    ...(stop === null ? [] : [order(base, 'stop', side, stop)]),
    ...(input.target === undefined ? [] : [order(base, 'target', side, { limitPrice: input.target })]),
  ];
}

const LEG_TYPES = { stop: 'stop', target: 'limit', exit: 'market', liquidation: 'market' } as const;

function order(base: Base, leg: Leg, side: OrderSide, prices: Partial<OrderIntent>): OrderIntent {
  const { input } = base;
  const entryPrices = {
    limitPrice: input.orderType === 'limit' ? (input.limitPrice ?? null) : null,
    stopPrice: input.orderType === 'stop' ? (input.triggerPrice ?? null) : null,
  };
  return {
    decisionId: base.decisionId,
    leg,
    clientOrderId: clientOrderIdOf(base.decisionId, leg),
    accountId: input.accountId,
    strategyId: MANUAL_STRATEGY_ID,
    symbol: input.symbol,
    side,
    type: leg === 'entry' ? input.orderType : LEG_TYPES[leg],
    quantity: decimalText(base.quantity),
    distanceFromEntry: null,
    ...(leg === 'entry' ? entryPrices : { limitPrice: null, stopPrice: null }),
    ...prices,
    leverage: input.leverage,
    reduceOnly: leg !== 'entry',
    referencePrice: decimalText(base.price),
    ...(leg === 'exit' ? { exitReason: 'manual' as const } : {}),
    createdAtMs: base.asOfMs,
  };
}

function decisionOf(base: Base, intents: readonly OrderIntent[], facts: ManualFacts): Omit<Decision, 'verdict'> {
  const { input, quantity, price } = base;
  const share = facts.equity.gt(0)
    ? quantity.times(price).div(facts.equity).div(input.leverage).toDecimalPlaces(6).toNumber()
    : 0;
  const sizeFraction = Math.min(1, share);
  return {
    decisionId: base.decisionId,
    sequence: facts.sequence,
    symbol: input.symbol,
    asOfMs: base.asOfMs,
    action: input.side,
    targetFraction: intents[0]?.reduceOnly === true ? 0 : input.side === 'buy' ? sizeFraction : -sizeFraction,
    confidence: 1,
    sizeFraction,
    stopPrice: intents.find((one) => one.leg === 'stop')?.stopPrice ?? null,
    targetPrice: input.target ?? null,
    coverage: 0,
    agreement: 0,
    contributions: [],
    noDecision: null,
    policyVersion: 0,
    orderHash: orderHashOf(intents),
    repeated: false,
  };
}
