/** What the officers' cycles work with. */
import type { OfficerStore } from '../../db/officers/officer-store.ts';
import type { QueueStanding } from '../../schemas/officers/desk-health.ts';

export type OfficerParts = {
  readonly store: OfficerStore;
  readonly nowMs: () => number;
  /** Of every queue that this desk has. */
  readonly queues: () => Promise<QueueStanding[]>;
  /** Asks the workflow of an order to cancel what is still working; delivered once or not at all. */
  readonly cancelOrder: (workflowId: string, reason: string) => Promise<void>;
};
