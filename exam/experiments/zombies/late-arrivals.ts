/** Orders that left after all: how long until the desk's reconciliation has found each, and what it did about it. */
import type { Violation } from '../../exam.ts';
import type { SmallDesk } from '../../small-desk/small-desk.ts';
import { startSmallWorker } from '../../small-desk/small-worker.ts';
import type { Woken } from './pauses.ts';
import { journalOf } from './what-came-of-it.ts';

/** `foundMs`: from the waking to the event; null when it was not found. */
export type Late = { readonly foundMs: number | null; readonly violations: readonly Violation[] };

const LOOKS_MAX = 3;
const FOUND = `select 1 from events where type = 'order_late_arrival' and payload ->> 'clientOrderId' = $1`;

/** A late order is booked when it has filled, and cancelled when it rests: nothing of it may stay at work. */
export async function lookForLate(desk: SmallDesk, { clientOrderId, pause }: Woken): Promise<Late> {
  const startedAtMs = Date.now();
  const where = `${clientOrderId} (${pause.kind}, arrived late)`;
  const worker = startSmallWorker(desk, { watcher: () => undefined, weaken: null });
  try {
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      await worker.reconcile();
      const { rowCount } = await desk.pool.query(FOUND, [clientOrderId]);
      if (rowCount === 1)
        return { foundMs: Date.now() - startedAtMs, violations: leftOpen(desk, clientOrderId, where) };
    }
    return { foundMs: null, violations: [{ kind: 'notFound', where }] };
  } finally {
    await worker.close();
  }
}

function leftOpen(desk: SmallDesk, clientOrderId: string, where: string): Violation[] {
  const open = journalOf(desk).orders.filter((one) => one.clientOrderId === clientOrderId && one.end === null);
  return open.map(() => ({ kind: 'leftOpen', where }));
}
