/**
 * Conditional orders of Binance futures, where stops wait. Once triggered such an order becomes an order like any
 * other, with an id of its own; until that id is told nothing can be said of it.
 */
import { z } from 'zod';
import { decimalText } from '../../../domain/decimal.ts';
import type { VenueOrder, VenueOrderState } from '../../../schemas/venue.ts';
import { digits, instant, optionalPrice, positive, side, text } from './binance-numbers.ts';
import { venueIdOf } from './binance-wire.ts';
import { type Markets, symbolOf } from './ccxt-markets.ts';

/** Binance's word → ours; the words of a triggered order are not here. */
const STATES: Readonly<Record<string, VenueOrderState>> = {
  NEW: 'ACKED',
  CANCELED: 'CANCELED',
  EXPIRED: 'EXPIRED',
  REJECTED: 'REJECTED',
};
const TRIGGERED = ['TRIGGERING', 'TRIGGERED', 'FINISHED'];

/** `actualOrderId`: of the order it became, null before. */
export type ConditionalOrder = {
  readonly order: VenueOrder;
  readonly symbolId: string;
  readonly actualOrderId: string | null;
};

const conditionalSchema = z
  .looseObject({
    algoId: digits,
    clientAlgoId: text,
    symbol: text,
    side,
    quantity: positive,
    price: optionalPrice,
    triggerPrice: optionalPrice,
    algoStatus: z
      .string()
      .refine((word) => Object.hasOwn(STATES, word) || TRIGGERED.includes(word), { error: 'an unknown status' }),
    actualOrderId: z.union([digits, z.literal('')]).nullish(),
    createTime: instant,
  })
  .refine((one) => !TRIGGERED.includes(one.algoStatus) || (one.actualOrderId ?? '') !== '', {
    error: 'triggered, and its order is not told yet',
  });

export const wireConditionalSchema = (markets: Markets) =>
  conditionalSchema.transform((one): ConditionalOrder => {
    const id = one.actualOrderId ?? '';
    const order: VenueOrder = {
      venueOrderId: venueIdOf(one.symbol, `conditional-${one.algoId}`),
      clientOrderId: one.clientAlgoId,
      symbol: symbolOf(markets, one.symbol),
      side: one.side,
      quantity: decimalText(one.quantity),
      quantityFilled: '0',
      averagePrice: null,
      limitPrice: one.price,
      stopPrice: one.triggerPrice,
      state: STATES[one.algoStatus] ?? 'ACKED',
      venueStatus: one.algoStatus,
      submittedAtMs: one.createTime,
    };
    return { order, symbolId: one.symbol, actualOrderId: id === '' || id === '0' ? null : id };
  });
