/** Cancels of single orders at a venue: recorded before the venue is asked, asked as often as it takes. */
import { isOversized } from '../../domain/execution/protection.ts';
import type { Order } from '../../schemas/execution.ts';
import type { CancelOutcome } from '../../schemas/venue.ts';
import { lookAtOrder } from './look-at-order.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

/** CANCEL_SENT is committed before the venue is asked; a repeated cancel changes nothing. */
export async function cancelOrder(parts: VenueOrderParts, order: Order, reason: string): Promise<void> {
  if (order.state === 'UNKNOWN' || order.state === 'SENT' || order.state === 'MANUAL') await lookAtOrder(parts, order);
  const asked = await parts.store.beginCancel(order.clientOrderId, reason);
  if (asked === null) return;
  const outcome = await parts.venue.cancel(asked);
  await noteCancel(parts, asked, outcome);
}

async function noteCancel(parts: VenueOrderParts, order: Order, outcome: CancelOutcome): Promise<void> {
  if (outcome.kind === 'canceled' || outcome.kind === 'tooLate') {
    await lookAtOrder(parts, order, outcome.order);
    return;
  }
  const reason = outcome.kind === 'notFound' ? 'the venue does not know it' : outcome.reason;
  await parts.store.noteCancelUnknown(order.clientOrderId, reason);
}

/** Legs of a decision that would sell more than is held, because a trade of their entry was busted. */
export async function cancelOversizedLegs(parts: VenueOrderParts, orders: readonly Order[]): Promise<void> {
  const entry = orders.find((one) => one.leg === 'entry');
  for (const leg of orders.filter((one) => isOversized(one, entry))) {
    await cancelOrder(parts, leg, 'a trade of its entry was busted');
  }
}
