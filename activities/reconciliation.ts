/** Books against venues, account by account. Safe to repeat: it books what the venue reports and judges the rest. */
import type { ReconcileReport } from '../schemas/reconciliation.ts';

export type ReconciliationParts = {
  /** The reconciliation of each account of this desk, by account id. */
  readonly accounts: ReadonlyMap<string, () => Promise<ReconcileReport>>;
};

export type ReconciliationActivities = ReturnType<typeof createReconciliationActivities>;

export const createReconciliationActivities = ({ accounts }: ReconciliationParts) => ({
  /** Accounts that this worker can compare. */
  accountsToReconcile: async (): Promise<string[]> => [...accounts.keys()],

  /** Compares one account with its venue and freezes it where they differ. @throws Error for an unknown account */
  reconcileAccount: async ({ accountId }: { accountId: string }): Promise<ReconcileReport> => {
    const reconcile = accounts.get(accountId);
    if (reconcile === undefined) throw new Error(`account ${accountId} has no venue on this worker`);
    return reconcile();
  },
});
