/**
 * Which of a venue's fills the books have no room for: what an order was
 * filled beyond its quantity, and fills of no order.
 */
import type { Order } from '../../schemas/execution.ts';
import type { VenueFill } from '../../schemas/venue.ts';
import { toDecimal } from '../decimal.ts';

/** `unbooked`: fills that the books do not have. The oldest fit first; those that fit are left to be booked. */
export function fillsBeyond(unbooked: readonly VenueFill[], orders: readonly Order[]): VenueFill[] {
  const room = new Map(orders.map((one) => [one.venueOrderId, toDecimal(one.quantity).minus(one.quantityFilled)]));
  return [...unbooked]
    .sort((a, b) => a.atMs - b.atMs)
    .filter(({ venueOrderId, quantity }) => {
      const left = room.get(venueOrderId);
      if (left === undefined || left.lt(quantity)) return true;
      room.set(venueOrderId, left.minus(quantity));
      return false;
    });
}
