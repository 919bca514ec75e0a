/** Names of the reconciliation workflow. */
import { defineQuery } from '@temporalio/workflow';
import type { ReconcileReport } from '../../schemas/reconciliation.ts';

export const RECONCILIATION_ID = 'reconciliation';

export const reportQuery = defineQuery<{ accounts: readonly ReconcileReport[] }>('report');
