import type { Order } from '../../schemas/execution.ts';
import type { VenueOrder } from '../../schemas/venue.ts';

/** An order as its venue tells it: at work, nothing filled, but for `change`. */
export const seenAs = (order: Order, change: Partial<VenueOrder> = {}): VenueOrder => ({
  venueOrderId: `v-${order.clientOrderId}`,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  quantity: order.quantity,
  quantityFilled: '0',
  averagePrice: null,
  limitPrice: order.limitPrice,
  stopPrice: order.stopPrice,
  state: 'ACKED',
  venueStatus: 'new',
  submittedAtMs: null,
  ...change,
});
