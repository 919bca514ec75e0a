/**
 * Orders and fills as Binance writes them, and ours. A reply is read loosely (fields we do not use may come
 * and go) but what is used must make sense: an unknown status, or more filled than ordered, is refused whole. Ids of
 * orders and trades count for one symbol only there, so ours begin with the symbol.
 */
import { z } from 'zod';
import { type Decimal, decimalText, ZERO } from '../../../domain/decimal.ts';
import type { VenueFill, VenueOrder, VenueOrderState } from '../../../schemas/venue.ts';
import {
  digits,
  instant,
  notNegative,
  number,
  optionalPrice,
  positive,
  priceText,
  side,
  text,
} from './binance-numbers.ts';
import { type Markets, symbolOf } from './ccxt-markets.ts';

/** Binance's word → ours; an order that works with something filled is PARTIAL. */
const STATES: Readonly<Record<string, VenueOrderState>> = {
  NEW: 'ACKED',
  PENDING_NEW: 'ACKED',
  PENDING_CANCEL: 'ACKED',
  PARTIALLY_FILLED: 'PARTIAL',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
  EXPIRED: 'EXPIRED',
  EXPIRED_IN_MATCH: 'EXPIRED',
  REJECTED: 'REJECTED',
};

const orderSchema = z
  .looseObject({
    symbol: text,
    orderId: digits,
    clientOrderId: text,
    side,
    origQty: positive,
    executedQty: notNegative,
    /** Spot tells the value of what has filled, futures its average price. */
    cummulativeQuoteQty: number.optional(),
    avgPrice: notNegative.optional(),
    price: optionalPrice,
    stopPrice: optionalPrice,
    status: z.string().refine((word) => Object.hasOwn(STATES, word), { error: 'an unknown status' }),
    time: instant.optional(),
    transactTime: instant.optional(),
    updateTime: instant.optional(),
  })
  .refine(({ origQty, executedQty, status }) => isFilledRight(origQty, executedQty, status), {
    error: 'filled quantity, quantity and status do not agree',
  });

function isFilledRight(quantity: Decimal, filled: Decimal, status: string): boolean {
  if (status === 'FILLED') return filled.eq(quantity);
  if (status === 'PARTIALLY_FILLED') return filled.gt(ZERO) && filled.lt(quantity);
  return filled.lte(quantity);
}

export const wireOrderSchema = (markets: Markets) =>
  orderSchema.transform((order): VenueOrder => {
    const state = STATES[order.status] ?? 'ACKED';
    return {
      venueOrderId: venueIdOf(order.symbol, order.orderId),
      clientOrderId: order.clientOrderId,
      symbol: symbolOf(markets, order.symbol),
      side: order.side,
      quantity: decimalText(order.origQty),
      quantityFilled: decimalText(order.executedQty),
      averagePrice: averageOf(order),
      limitPrice: order.price,
      stopPrice: order.stopPrice,
      state: state === 'ACKED' && order.executedQty.gt(ZERO) ? 'PARTIAL' : state,
      venueStatus: order.status,
      submittedAtMs: order.time ?? order.transactTime ?? order.updateTime ?? null,
    };
  });

/** The value of very old orders is told as -1: not known. */
function averageOf(order: z.output<typeof orderSchema>): string | null {
  const { executedQty, avgPrice, cummulativeQuoteQty } = order;
  if (executedQty.isZero()) return null;
  return priceText(avgPrice ?? (cummulativeQuoteQty ?? ZERO).div(executedQty));
}

export const venueIdOf = (symbolId: string, id: string): string => `${symbolId}-${id}`;

/** Spot says isBuyer, futures say buyer. */
const fillSchema = z
  .looseObject({
    symbol: text,
    id: digits,
    orderId: digits,
    price: positive,
    qty: positive,
    commission: number,
    commissionAsset: z.string(),
    time: instant,
    isBuyer: z.boolean().optional(),
    buyer: z.boolean().optional(),
  })
  .refine(({ isBuyer, buyer }) => isBuyer !== undefined || buyer !== undefined, { error: 'no side' })
  .refine(({ commission, qty, commissionAsset, symbol }) => !symbol.startsWith(commissionAsset) || commission.lt(qty), {
    error: 'a fee as large as the fill',
  });

/** A fill with its number, by which pages go on. */
export type NumberedFill = { readonly id: string; readonly fill: VenueFill };

export const wireFillSchema = (markets: Markets) =>
  fillSchema.transform((one): NumberedFill => {
    const fill: VenueFill = {
      tradeId: venueIdOf(one.symbol, one.id),
      venueOrderId: venueIdOf(one.symbol, one.orderId),
      symbol: symbolOf(markets, one.symbol),
      side: (one.isBuyer ?? one.buyer) ? 'buy' : 'sell',
      quantity: decimalText(one.qty),
      price: decimalText(one.price),
      ...feeOf(one, markets),
      atMs: one.time,
    };
    return { id: one.id, fill };
  });

/** In the quote currency, or of the coin itself; one in a third (BNB) cannot be told. */
function feeOf(one: z.output<typeof fillSchema>, { byId }: Markets): Pick<VenueFill, 'fee' | 'feeQuantity'> {
  const market = byId.get(one.symbol);
  if (one.commission.isZero() || one.commissionAsset === market?.quote) return { fee: decimalText(one.commission) };
  return one.commissionAsset === market?.base ? { fee: '0', feeQuantity: decimalText(one.commission) } : { fee: null };
}

export const wireTimeSchema = z.looseObject({ serverTime: instant });
