/**
 * Legs that nobody else will send: their entry has ended with something filled, long after its order's workflow may
 * have gone (a late arrival, a fill that was told after the end). Part of each reconciliation.
 */
import type { Broker } from '../../adapters/broker/broker.ts';
import { waitsForProtection } from '../../domain/execution/protection.ts';
import type { Order } from '../../schemas/execution.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';
import { CouldNotLeave, createVenueOrders } from './venue-orders.ts';

/** Younger orders are left to the attempt that sent them. */
const LEFT_ALONE_MS = 60_000;

/** A leg that cannot be sent yet, or is refused, waits at INTENT and is tried again at the next reconciliation. */
export async function protectLeft(parts: VenueOrderParts, accountId: string): Promise<void> {
  const broker = createVenueOrders(parts);
  for (const decisionId of await parts.store.decisionsWithLegs(accountId)) {
    const orders = await parts.store.orders(decisionId);
    if (waitsForProtection(orders) && isOld(parts, orders)) await protect(broker, decisionId);
  }
}

const isOld = ({ nowMs }: VenueOrderParts, orders: readonly Order[]): boolean =>
  orders.every((one) => one.sentAtMs === null || nowMs() - one.sentAtMs >= LEFT_ALONE_MS);

async function protect(broker: Broker, decisionId: string): Promise<void> {
  try {
    await broker.look(decisionId);
  } catch (error) {
    if (!(error instanceof CouldNotLeave)) throw error;
  }
}
