/**
 * Compares the books of every account with its venue: orders, fills, positions, cash. Started on a Schedule and with
 * every start of the desk. Differences freeze the account and are told; nothing is invented.
 */
import { proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { ReconciliationActivities } from '../activities/reconciliation.ts';
import { parseInput } from '../schemas/parse-input.ts';
import { type ReconcileReport, reconciliationInputSchema } from '../schemas/reconciliation.ts';
import { orFail } from './lib/invalid-input.ts';
import { reportQuery } from './messages/reconciliation.ts';

const activities = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds', maximumAttempts: 5 },
});

export type ReconciliationResult = { readonly accounts: readonly ReconcileReport[] };

/** @param raw `reconciliationInputSchema`: one account, or nothing for all */
export async function reconciliation(raw?: unknown): Promise<ReconciliationResult> {
  const { accountId } = orFail(() => parseInput(reconciliationInputSchema, raw ?? {}));
  const accounts: ReconcileReport[] = [];
  setHandler(reportQuery, () => ({ accounts: [...accounts] }), { description: 'What has been found so far.' });
  for (const id of accountId === undefined ? await activities.accountsToReconcile() : [accountId]) {
    accounts.push(
      await activities.reconcileAccount.executeWithOptions({ summary: `compare ${id}` }, [{ accountId: id }]),
    );
    setCurrentDetails(accounts.map(lineOf).join('\n'));
  }
  return { accounts };
}

const lineOf = ({ accountId, verdict, differences, reason }: ReconcileReport): string =>
  [
    `**${accountId}** ${verdict}${reason === null ? '' : `: ${reason}`}`,
    ...differences.map(({ kind, what, ours, theirs }) => `- ${kind} ${what}: ours ${ours}, theirs ${theirs}`),
  ].join('\n');
