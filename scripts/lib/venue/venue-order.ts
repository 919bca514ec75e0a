/**
 * The nouns of the test venue: an order, a fill, a position, and what it says when it refuses.
 * All quantities and prices are exact decimals; an id is a string of 20 digits, beyond what a double can hold.
 * Orders never change: every step of one is a new object with a later `updatedAtMs`.
 */
import { type Decimal, ZERO } from '../../../domain/decimal.ts';

export type OrderSide = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit';
export type OrderClass = 'simple' | 'bracket' | 'oco' | 'oto';
export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok';
export type OrderStatus = 'new' | 'held' | 'partially_filled' | 'filled' | 'canceled' | 'expired';
/** `entry` opens a bracket, the other two close it. */
export type OrderRole = 'entry' | 'take_profit' | 'stop_loss';
/** `control` is an order of a second bot: it did not come through the API of the account's owner. */
export type OrderOrigin = 'client' | 'control';

export type VenueOrder = {
  readonly id: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly orderClass: OrderClass;
  readonly timeInForce: TimeInForce;
  readonly role: OrderRole | null;
  readonly parentId: string | null;
  readonly origin: OrderOrigin;
  readonly quantity: Decimal;
  readonly notional: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly status: OrderStatus;
  /** A stop_limit order whose stop was touched works as a limit order from then on. */
  readonly triggered: boolean;
  readonly filledQuantity: Decimal;
  /** Σ quantity × price of its fills. */
  readonly filledValue: Decimal;
  readonly submittedAtMs: number;
  readonly updatedAtMs: number;
  readonly filledAtMs: number | null;
  readonly canceledAtMs: number | null;
  readonly expiredAtMs: number | null;
  readonly expiresAtMs: number | null;
};

export type VenueFill = {
  readonly tradeId: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly filledQuantity: Decimal;
  readonly leavesQuantity: Decimal;
  /** Kept of what it brought: coins of a buy, money of a sale. */
  readonly fee: Decimal;
  readonly atMs: number;
};

/** What a fill changes of what is held, and of the cash. */
export function effectsOf({ side, quantity, price, fee }: Pick<VenueFill, 'side' | 'quantity' | 'price' | 'fee'>): {
  readonly held: Decimal;
  readonly cash: Decimal;
} {
  const change = signed(side, quantity);
  const paid = change.times(price).negated();
  return side === 'buy' ? { held: change.minus(fee), cash: paid } : { held: change, cash: paid.minus(fee) };
}

/** `executionId` names the bust, and the trade in its place where there is one. */
export type VenueBust = {
  readonly executionId: string;
  readonly fill: VenueFill;
  readonly replacement: VenueFill | null;
  readonly atMs: number;
};

/** Quantity is signed: below zero is short. */
export type VenuePosition = { readonly quantity: Decimal; readonly averagePrice: Decimal };

/** An answer other than 2xx: the HTTP status and Alpaca's body. */
export type Refusal = {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly extra?: Readonly<Record<string, unknown>>;
};

export const refusal = (status: number, code: number, message: string, extra?: Refusal['extra']): Refusal => ({
  status,
  code,
  message,
  ...(extra === undefined ? {} : { extra }),
});

const OPEN: readonly OrderStatus[] = ['new', 'held', 'partially_filled'];

export const isOpen = (order: VenueOrder): boolean => OPEN.includes(order.status);

/** Whether the price may move it: a held leg waits for its entry. */
export const isWorking = (order: VenueOrder): boolean => isOpen(order) && order.status !== 'held';

export const isExit = (order: VenueOrder): boolean => order.role === 'take_profit' || order.role === 'stop_loss';

/** Pairs such as BTC/USD; anything else is a stock. */
export const isCrypto = (symbol: string): boolean => symbol.includes('/');

/** What is still to be filled, never below zero. */
export function remainingOf(order: VenueOrder): Decimal {
  const remaining = order.quantity.minus(order.filledQuantity);
  return remaining.gt(ZERO) ? remaining : ZERO;
}

export const signed = (side: OrderSide, quantity: Decimal): Decimal => (side === 'buy' ? quantity : quantity.negated());

export const oppositeOf = (side: OrderSide): OrderSide => (side === 'buy' ? 'sell' : 'buy');
