/**
 * Accounts: cash and equity as exact decimal strings, the risk gate's memory, and the lock under which all
 * writes to an account happen. Cash changes only together with ledger entries of the same transaction.
 */
import type { Selectable, Transaction } from 'kysely';
import type { LedgerEntry } from '../schemas/execution.ts';
import type { TradingMode } from '../schemas/governance.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { insertEntries } from './ledger.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

export type Account = {
  readonly accountId: string;
  readonly venue: string;
  readonly currency: string;
  readonly cash: string;
  readonly equity: string;
  readonly startingCash: string;
  readonly tradingMode: TradingMode;
  /** Day's start equity, peak, breaker and the like: written and read by the risk stage. */
  readonly riskState: JsonObject;
  /** Market time up to which funding has been paid, null before the first payment. */
  readonly fundingDoneMs: number | null;
  readonly epoch: number;
  readonly createdAtMs: number;
};

/**
 * Opens an account with its opening deposit. An account that exists stays as it is, and nothing is posted.
 * @returns whether the account is new
 */
export async function createAccount(
  trx: Database,
  account: Account,
  openingEntries: readonly LedgerEntry[],
): Promise<boolean> {
  const inserted = await insertRows(trx, 'accounts', [accountRow(account)], { onConflict: 'nothing' });
  if (inserted === 0) return false;
  await insertEntries(trx, openingEntries);
  return true;
}

/**
 * Waits for, and holds until the end of the transaction, the sole right to write this account's books.
 * @returns the account as it is now, undefined when there is none
 */
export async function lockAccount(trx: Transaction<Tables>, accountId: string): Promise<Account | undefined> {
  // "no key update" excludes every other locker too, but lets rows that refer to the account be inserted.
  const query = trx.selectFrom('accounts').selectAll().where('account_id', '=', accountId).forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : accountOf(row);
}

/** The account without a lock: for showing, not for deciding. */
export async function readAccount(db: Database, accountId: string): Promise<Account | undefined> {
  const row = await db.selectFrom('accounts').selectAll().where('account_id', '=', accountId).executeTakeFirst();
  return row === undefined ? undefined : accountOf(row);
}

/** All accounts by id. */
export async function listAccounts(db: Database): Promise<Account[]> {
  const rows = await db.selectFrom('accounts').selectAll().orderBy('account_id').execute();
  return rows.map(accountOf);
}

/** Writes what changes in an account's life; the caller holds its lock. @throws Error when there is none */
export async function saveAccount(trx: Database, account: Account): Promise<void> {
  const { cash, equity, risk_state, funding_done_ms, epoch } = accountRow(account);
  const result = await trx
    .updateTable('accounts')
    .set({ cash, equity, risk_state, funding_done_ms, epoch })
    .where('account_id', '=', account.accountId)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Error(`account ${account.accountId} does not exist`);
}

const accountRow = (account: Account) => ({
  account_id: account.accountId,
  venue: account.venue,
  currency: account.currency,
  cash: account.cash,
  equity: account.equity,
  starting_cash: account.startingCash,
  trading_mode: account.tradingMode,
  risk_state: account.riskState,
  funding_done_ms: account.fundingDoneMs,
  epoch: account.epoch,
  created_at: toInstant(account.createdAtMs),
});

const accountOf = (row: Selectable<Tables['accounts']>): Account => ({
  accountId: row.account_id,
  venue: row.venue,
  currency: row.currency,
  cash: row.cash,
  equity: row.equity,
  startingCash: row.starting_cash,
  tradingMode: row.trading_mode,
  riskState: row.risk_state,
  fundingDoneMs: row.funding_done_ms,
  epoch: row.epoch,
  createdAtMs: row.created_at.getTime(),
});
