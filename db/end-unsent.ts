import { asUnsent } from '../domain/execution/venue-claim.ts';
import type { Order } from '../schemas/execution.ts';
import { noteMove } from './order-moves.ts';
import { updateOrders } from './orders.ts';
import type { Database } from './tables.ts';
import type { VenueStoreParts } from './venue-parts.ts';

/** Orders that will never leave: INTENT → CLAIMED → ABSENT. */
export async function endUnsent(
  trx: Database,
  parts: Pick<VenueStoreParts, 'nowMs'>,
  orders: readonly Order[],
  reason: string,
): Promise<void> {
  const ended = orders.filter((one) => one.state === 'INTENT');
  if (ended.length === 0) return;
  await updateOrders(trx, asUnsent(ended));
  for (const one of ended) await noteMove(trx, one, 'ABSENT', reason, parts.nowMs());
}
