/**
 * The truth of a simulation: a venue's orders and fills in whole numbers, with their history, so that a read can show
 * the venue as it was a moment ago. Quantities in hundredths, prices in cents, money in ten-thousandths of a dollar.
 * It shares no code with the desk.
 */
import type { Order } from '../../schemas/execution.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

export type TrueState = 'open' | 'filled' | 'canceled' | 'expired';
type Moment = { readonly atMs: number; readonly filled: number; readonly state: TrueState };

export type TrueOrder = {
  readonly venueOrderId: string;
  /** Ours, or a name of somebody else's when `foreign`. */
  readonly clientOrderId: string;
  readonly foreign: boolean;
  /** The two legs that protect one entry share it. */
  readonly legOf: string | null;
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'limit' | 'stop';
  readonly quantity: number;
  readonly priceCents: number;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly acceptedAtMs: number;
  readonly history: Moment[];
  filled: number;
  state: TrueState;
};
export type TrueFill = {
  readonly tradeId: string;
  readonly order: TrueOrder;
  readonly quantity: number;
  readonly priceCents: number;
  /** In ten-thousandths; null where the venue does not tell it and takes none. */
  readonly fee: number | null;
  readonly atMs: number;
  /** Since when it counts no more, and which counts in its place. */
  bustedAtMs: number | null;
  replacement: TrueFill | null;
};

export type ModelVenue = {
  readonly orders: TrueOrder[];
  readonly fills: TrueFill[];
  /** What is in the account at an instant, in ten-thousandths. */
  readonly cashAt: (atMs: number) => number;
  readonly heldAt: (atMs: number) => Map<string, number>;
  /** Null: an order of this name is there (or was, where names are taken for life). */
  readonly place: (order: Order, foreign?: boolean) => TrueOrder | null;
  readonly cancel: (venueOrderId: string) => TrueOrder | null;
  /** Money moved by somebody else. */
  readonly withdraw: (amount: number) => void;
  /** Whether anything that somebody else did can still be seen. */
  readonly isTouched: () => boolean;
  /** From now on nothing fills or expires any more. */
  readonly quieten: () => void;
};

export type VenueParts = {
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly faults: () => Faults;
  readonly cash: number;
};

export const hundredths = (text: string): number => Math.round(Number(text) * 100);
export const textOf = (hundredth: number): string => String(hundredth / 100);

export function createModelVenue(parts: VenueParts): ModelVenue {
  const { scheduler } = parts;
  const orders: TrueOrder[] = [];
  const fills: TrueFill[] = [];
  const taken: { readonly atMs: number; readonly amount: number }[] = [];
  let isQuiet = false;
  const market = { ...parts, orders, fills, isQuiet: () => isQuiet };
  return {
    orders,
    fills,
    cashAt: (atMs) =>
      fills.filter((one) => counts(one, atMs)).reduce((sum, one) => sum + cashOf(one), parts.cash) -
      taken.filter((one) => one.atMs <= atMs).reduce((sum, one) => sum + one.amount, 0),
    heldAt: (atMs) => heldOf(fills.filter((one) => counts(one, atMs))),
    place: (order, foreign = false) => place(market, order, foreign),
    cancel: (venueOrderId) => cancel(market, venueOrderId),
    withdraw: (amount) => void taken.push({ atMs: scheduler.nowMs(), amount }),
    isTouched: () =>
      taken.length > 0 ||
      fills.some((one) => one.order.foreign) ||
      orders.some((one) => one.foreign && one.state === 'open'),
    quieten: () => {
      isQuiet = true;
    },
  };
}

/** Whether a fill had happened at an instant, and was not busted by then. */
export const counts = ({ atMs, bustedAtMs }: TrueFill, at: number): boolean =>
  atMs <= at && (bustedAtMs === null || bustedAtMs > at);

/** What a fill does to cash, in ten-thousandths. */
export const cashOf = ({ order, quantity, priceCents, fee }: TrueFill): number =>
  (order.side === 'buy' ? -1 : 1) * quantity * priceCents - (fee ?? 0);

function heldOf(fills: readonly TrueFill[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const { order, quantity } of fills) {
    held.set(order.symbol, (held.get(order.symbol) ?? 0) + (order.side === 'buy' ? quantity : -quantity));
  }
  return held;
}

type Market = VenueParts & {
  readonly orders: TrueOrder[];
  readonly fills: TrueFill[];
  readonly isQuiet: () => boolean;
};

function place(market: Market, order: Order, foreign: boolean): TrueOrder | null {
  const { orders, scheduler, faults } = market;
  const alike = orders.filter((one) => one.clientOrderId === order.clientOrderId);
  if (alike.some((one) => one.state === 'open' || faults().idProfile === 'lifetime-unique')) return null;
  const atMs = scheduler.nowMs();
  const placed: TrueOrder = {
    venueOrderId: `v-${orders.length + 1}`,
    clientOrderId: order.clientOrderId,
    foreign,
    legOf: order.leg === 'stop' || order.leg === 'target' ? order.decisionId : null,
    strategyId: order.strategyId,
    symbol: order.symbol,
    side: order.side,
    kind: order.type,
    quantity: hundredths(order.quantity),
    priceCents: hundredths(order.limitPrice ?? order.stopPrice ?? order.referencePrice ?? '1'),
    limitPrice: order.limitPrice,
    stopPrice: order.stopPrice,
    acceptedAtMs: atMs,
    history: [{ atMs, filled: 0, state: 'open' }],
    filled: 0,
    state: 'open',
  };
  orders.push(placed);
  planLife(market, placed);
  return placed;
}

/** Market orders fill soon, at once or in parts; limits and stops fill, expire or rest. */
function planLife(market: Market, order: TrueOrder): void {
  const { dice, scheduler, faults } = market;
  if (order.kind === 'market') planFills(market, order, dice.between(0, 800));
  else if (dice.chance(0.45)) planFills(market, order, dice.between(1_000, 150_000));
  else {
    if (dice.chance(0.2)) scheduler.after(dice.between(20_000, 150_000), () => expire(market, order));
    if (dice.chance(faults().partial)) scheduler.after(dice.between(500, 60_000), () => fillPart(market, order, 3));
  }
}

function expire(market: Market, order: TrueOrder): void {
  if (order.state === 'open' && !market.isQuiet()) move(market, order, order.filled, 'expired');
}

function planFills(market: Market, order: TrueOrder, firstMs: number): void {
  const { dice, scheduler, faults } = market;
  let atMs = firstMs;
  while (dice.chance(faults().partial)) {
    const part = dice.between(2, 4);
    scheduler.after(atMs, () => fillPart(market, order, part));
    atMs += dice.chance(0.2) ? dice.between(10_000, 60_000) : dice.between(10, 4_000);
  }
  scheduler.after(atMs, () => fill(market, order, order.quantity - order.filled));
}

const fillPart = (market: Market, order: TrueOrder, share: number): void =>
  fill(market, order, Math.floor((order.quantity - order.filled) / share));

/** Slippage and fees are small and odd, so that a sum that is off by one shows. */
function fill(market: Market, order: TrueOrder, quantity: number): void {
  const { dice, scheduler, faults } = market;
  if (order.state !== 'open' || quantity <= 0 || market.isQuiet() || isOutOfReach(market, order)) return;
  const slip = order.kind === 'market' ? dice.between(-9, 9) : 0;
  const priceCents = Math.max(1, order.priceCents + slip);
  const fee = dice.chance(0.3) ? null : Math.ceil((quantity * priceCents * dice.between(1, 7)) / 10_000);
  const filling = trade(market, order, quantity, priceCents, fee);
  const filled = order.filled + quantity;
  move(market, order, filled, filled === order.quantity ? 'filled' : 'open');
  if (!order.foreign && dice.chance(faults().bust)) {
    scheduler.after(dice.between(10, 90_000), () => bust(market, filling));
  }
}

function trade(
  { fills, scheduler }: Market,
  order: TrueOrder,
  quantity: number,
  priceCents: number,
  fee: number | null,
): TrueFill {
  const named = { tradeId: `t-${fills.length + 1}`, order, quantity, priceCents, fee };
  const made: TrueFill = { ...named, atMs: scheduler.nowMs(), bustedAtMs: null, replacement: null };
  fills.push(made);
  return made;
}

/** The trade counts no more; now and then another price counts in its place. An order that was filled does not go on. */
function bust(market: Market, filling: TrueFill): void {
  const { dice, scheduler } = market;
  if (market.isQuiet()) return;
  const { order, quantity } = filling;
  filling.bustedAtMs = scheduler.nowMs();
  if (dice.chance(0.3)) {
    filling.replacement = trade(market, order, quantity, filling.priceCents + dice.between(1, 9), filling.fee);
    return;
  }
  move(market, order, order.filled - quantity, order.state === 'filled' ? 'canceled' : order.state);
}

/** A stop and a target lie ten percent apart: within minutes the market comes to one of them only. */
const isOutOfReach = ({ orders }: Market, order: TrueOrder): boolean =>
  order.legOf !== null && orders.some((one) => one !== order && one.legOf === order.legOf && one.filled > 0);

function move({ scheduler }: Market, order: TrueOrder, filled: number, state: TrueState): void {
  order.filled = filled;
  order.state = state;
  order.history.push({ atMs: scheduler.nowMs(), filled, state });
}

/** A cancel may lose the race against a fill, or against a part of one. */
function cancel(market: Market, venueOrderId: string): TrueOrder | null {
  const order = market.orders.find((one) => one.venueOrderId === venueOrderId) ?? null;
  if (order?.state !== 'open') return order;
  const left = order.quantity - order.filled;
  if (market.dice.chance(market.faults().cancelRace)) {
    fill(market, order, market.dice.chance(0.5) ? left : Math.ceil(left / 3));
  }
  if (order.state === 'open') move(market, order, order.filled, 'canceled');
  return order;
}
