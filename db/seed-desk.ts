/** What a new desk has from the start: its first policy (by config) and the paper account. Safe to repeat. */
import { toDecimal } from '../domain/decimal.ts';
import { depositEntries } from '../domain/execution/ledger.ts';
import { openRiskState } from '../domain/risk/risk-state.ts';
import type { OperatingMode } from '../schemas/governance.ts';
import type { PolicySettings } from '../schemas/officers/policy-store.ts';
import { createAccount } from './accounts.ts';
import { seedPolicy } from './policies.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

export const PAPER_ACCOUNT_ID = 'paper-1';
const PAPER_CASH = '100000';

export type DeskSeed = { readonly mode: OperatingMode; readonly settings: PolicySettings; readonly nowMs: number };

export async function seedDesk(db: Database, { mode, settings, nowMs }: DeskSeed): Promise<void> {
  const cash = toDecimal(PAPER_CASH);
  await inTransaction(db, async (trx) => {
    await seedPolicy(trx, { mode, settings, setBy: 'config/governance.yaml', reason: 'first start', atMs: nowMs });
    const account = {
      accountId: PAPER_ACCOUNT_ID,
      venue: 'paper',
      currency: 'USD',
      cash: PAPER_CASH,
      equity: PAPER_CASH,
      startingCash: PAPER_CASH,
      tradingMode: 'paper' as const,
      // Market time starts with the first bar that is walked; a replay may lie years back.
      riskState: openRiskState(cash, 0),
      fundingDoneMs: null,
      epoch: 0,
      createdAtMs: nowMs,
    };
    await createAccount(trx, account, depositEntries(PAPER_ACCOUNT_ID, cash, nowMs));
  });
}
