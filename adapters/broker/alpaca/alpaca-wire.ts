/**
 * Alpaca's wire format and ours, both ways. A reply is read loosely (fields we do not use may come and go) but what is
 * used must make sense: an unknown status, more filled than ordered, or a number that is none is refused whole.
 * Numbers arrive as the texts that exact-json.ts kept.
 */
import { z } from 'zod';
import { type Decimal, decimalText, roundPrice, toDecimal, ZERO } from '../../../domain/decimal.ts';
import { executionIdOf } from '../../../domain/execution/identity.ts';
import { parseInstant } from '../../../domain/market/parse-instant.ts';
import type { VenueBust, VenueFill, VenueOrder, VenueOrderState, VenuePosition } from '../../../schemas/venue.ts';

/**
 * Alpaca's word → ours; an order that works with something filled is PARTIAL. `replaced`: somebody has put
 * another order, which is not ours, in its place.
 */
const STATES: Readonly<Record<string, VenueOrderState>> = {
  new: 'ACKED',
  accepted: 'ACKED',
  pending_new: 'ACKED',
  accepted_for_bidding: 'ACKED',
  held: 'ACKED',
  stopped: 'ACKED',
  suspended: 'ACKED',
  calculated: 'ACKED',
  done_for_day: 'ACKED',
  pending_cancel: 'ACKED',
  pending_replace: 'ACKED',
  pending_review: 'ACKED',
  partially_filled: 'PARTIAL',
  filled: 'FILLED',
  canceled: 'CANCELED',
  replaced: 'CANCELED',
  expired: 'EXPIRED',
  rejected: 'REJECTED',
};

const NUMBER = /^-?\d{1,30}(\.\d{1,60})?([eE][+-]?\d{1,2})?$/;
/** What is no number ends the reading at once: nothing after it may be asked for its value. */
const number = z.string().regex(NUMBER, { abort: true }).transform(toDecimal);
const positive = number.refine((value) => value.gt(ZERO));
const notNegative = number.refine((value) => value.gte(ZERO));
const price = positive.transform((value) => decimalText(roundPrice(value)));
const id = z.string().min(1).max(128);
const side = z.enum(['buy', 'sell', 'sell_short']).transform((word) => (word === 'buy' ? 'buy' : 'sell'));
/** Nanoseconds are cut to milliseconds. */
const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text.replace(/(\.\d{3})\d+/, '$1'));
  if (parsed.ok) return parsed.ms;
  context.addIssue({ code: 'custom', message: parsed.expected });
  return z.NEVER;
});

const orderSchema = z
  .looseObject({
    id,
    client_order_id: id,
    symbol: id,
    side,
    qty: positive.nullish(),
    filled_qty: notNegative.nullish(),
    filled_avg_price: price.nullish(),
    limit_price: price.nullish(),
    stop_price: price.nullish(),
    status: z.string().refine((word) => Object.hasOwn(STATES, word), { error: 'an unknown status' }),
    submitted_at: instant.nullish(),
  })
  .refine(({ qty, filled_qty, status }) => isFilledRight(qty ?? null, filled_qty ?? ZERO, status), {
    error: 'filled quantity, quantity and status do not agree',
  });

/** An order by value has no quantity; orders of ours always have one. */
function isFilledRight(quantity: Decimal | null, filled: Decimal, status: string): boolean {
  if (quantity === null) return true;
  if (status === 'filled') return filled.eq(quantity);
  if (status === 'partially_filled') return filled.gt(ZERO) && filled.lt(quantity);
  return filled.lte(quantity);
}

export const wireOrderSchema = orderSchema.transform((order): VenueOrder => {
  const filled = order.filled_qty ?? ZERO;
  const state = STATES[order.status] ?? 'ACKED';
  return {
    venueOrderId: order.id,
    clientOrderId: order.client_order_id,
    symbol: order.symbol,
    side: order.side,
    quantity: decimalText(order.qty ?? filled),
    quantityFilled: decimalText(filled),
    averagePrice: order.filled_avg_price ?? null,
    limitPrice: order.limit_price ?? null,
    stopPrice: order.stop_price ?? null,
    state: state === 'ACKED' && filled.gt(ZERO) ? 'PARTIAL' : state,
    venueStatus: order.status,
    submittedAtMs: order.submitted_at ?? null,
  };
});

/**
 * Fees are activities of their own at Alpaca, so a fill tells none; of pairs they are gone at once, of what the fill brings.
 * A bust in the list is no fill; what it undoes is told elsewhere. */
export const wireFillSchema = z
  .looseObject({
    ...{ id, order_id: id, symbol: id, side, qty: positive, price: positive, transaction_time: instant },
    type: z.enum(['fill', 'partial_fill', 'trade_correct', 'trade_bust']).nullish(),
  })
  .transform((row): { readonly fill: VenueFill; readonly isBust: boolean } => ({
    isBust: row.type === 'trade_bust',
    fill: {
      tradeId: row.id,
      venueOrderId: row.order_id,
      symbol: row.symbol,
      side: row.side,
      quantity: decimalText(row.qty),
      price: decimalText(row.price),
      fee: null,
      ...(row.symbol.includes('/') ? { isFeeUntold: true } : {}),
      atMs: row.transaction_time,
    },
  }));

const tradeSchema = z
  .looseObject({
    activity_type: z.enum(['FILL', 'TRD']),
    ref_id: id,
    previous_id: id.nullish(),
    at: instant,
    executed_at: instant.nullish(),
    qty: number.nullish(),
    price: number.nullish(),
    details: z.looseObject({
      execution_type: z.enum(['fill', 'partial_fill', 'trade_correct', 'trade_bust']),
      order_id: id,
      side,
      symbol: id,
    }),
  })
  .refine(({ previous_id, details }) => !REPLACING.includes(details.execution_type) || (previous_id ?? null) !== null, {
    error: 'a bust or correction that does not say of what',
  })
  .refine(({ details, qty, price: at }) => details.execution_type !== 'trade_correct' || isTrade(qty, at), {
    error: 'a correction without quantity or price',
  })
  .transform(({ activity_type: _type, details, ...trade }): VenueBust | null => {
    if (!REPLACING.includes(details.execution_type)) return null;
    const { order_id: venueOrderId, symbol, side: bought, execution_type: what } = details;
    const named = { venueOrderId, symbol };
    const quantity = decimalText(trade.qty?.abs() ?? ZERO);
    const atMs = trade.executed_at ?? trade.at;
    const price = decimalText(trade.price ?? ZERO);
    const fill: VenueFill = { tradeId: trade.ref_id, ...named, side: bought, quantity, price, fee: null, atMs };
    const replacement = what === 'trade_correct' ? fill : null;
    return { executionId: executionIdOf(trade.previous_id ?? ''), ...named, replacement, atMs: trade.at };
  });

const REPLACING: readonly string[] = ['trade_bust', 'trade_correct'];

const isTrade = (quantity: Decimal | null | undefined, at: Decimal | null | undefined): boolean =>
  quantity?.isZero() === false && at?.gt(ZERO) === true;

/** An activity of the account's stream: a bust or a correction, or null for everything else. */
export const wireActivitySchema = z.union([
  tradeSchema,
  z.looseObject({ activity_type: z.string().refine((word) => !isTradeActivity(word)) }).transform(() => null),
]);

const isTradeActivity = (word: string): boolean => word === 'FILL' || word === 'TRD';

/** Alpaca writes the positions of pairs without the slash. */
export const wirePositionSchema = z
  .looseObject({
    symbol: id,
    qty: number,
    side: z.enum(['long', 'short']).nullish(),
    avg_entry_price: price,
    asset_class: z.string().nullish(),
  })
  .refine(({ qty, side: word }) => word !== 'long' || qty.gte(ZERO), { error: 'a long position below zero' })
  .transform((position): VenuePosition => {
    const quantity = position.side === 'short' ? position.qty.abs().negated() : position.qty;
    return {
      symbol: position.asset_class === 'crypto' ? withSlash(position.symbol) : position.symbol,
      quantity: decimalText(quantity),
      averagePrice: position.avg_entry_price,
    };
  });

const withSlash = (symbol: string): string =>
  symbol.includes('/') ? symbol : symbol.replace(/^(.+?)(USDT|USDC|USD|BTC)$/, '$1/$2');

export const wireAccountSchema = z.looseObject({
  id,
  account_number: z.string().nullish(),
  cash: number.transform(decimalText),
  currency: z
    .string()
    .regex(/^[A-Z]{3,5}$/)
    .default('USD'),
});

export const wireClockSchema = z.looseObject({ timestamp: instant });

export const wireCancelAllSchema = z.array(z.looseObject({ id, status: z.string().regex(/^\d{3}$/) }));

const NO_TEXT = { code: null, message: null } as const;
const refusalSchema = z.looseObject({
  code: z.string().max(40).nullish(),
  message: z.string().nullish(),
});

/** Code and message of a refusal, null where there are none. */
export function wireRefusal(json: unknown): { readonly code: string | null; readonly message: string | null } {
  const parsed = refusalSchema.safeParse(json);
  return parsed.success ? { code: parsed.data.code ?? null, message: parsed.data.message ?? null } : NO_TEXT;
}
