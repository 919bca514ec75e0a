/** Double-entry ledger: entries are added, never changed. The database refuses a posting that does not sum to zero. */
import type { Selectable } from 'kysely';
import type { LedgerEntry } from '../schemas/execution.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

/**
 * Adds whole postings, all in one statement.
 * @throws Error 23514 when a posting does not sum to zero per currency, 23505 when an entry exists
 */
export async function insertEntries(trx: Database, entries: readonly LedgerEntry[]): Promise<void> {
  await insertRows(trx, 'ledger_entries', entries.map(entryRow));
}

/** All entries of an account in the order of their instants, ties by entry id. */
export async function entriesOfAccount(db: Database, accountId: string): Promise<LedgerEntry[]> {
  const query = db.selectFrom('ledger_entries').selectAll().where('account_id', '=', accountId);
  const rows = await query.orderBy('at').orderBy('entry_id').execute();
  return rows.map(entryOf);
}

const entryRow = (entry: LedgerEntry) => ({
  posting_id: entry.postingId,
  entry_id: entry.entryId,
  account_id: entry.accountId,
  book: entry.book,
  kind: entry.kind,
  amount: entry.amount,
  currency: entry.currency,
  client_order_id: entry.clientOrderId,
  trade_id: entry.tradeId,
  at: toInstant(entry.atMs),
});

const entryOf = (row: Selectable<Tables['ledger_entries']>): LedgerEntry => ({
  postingId: row.posting_id,
  entryId: row.entry_id,
  accountId: row.account_id,
  book: row.book,
  kind: row.kind,
  amount: row.amount,
  currency: row.currency,
  clientOrderId: row.client_order_id,
  tradeId: row.trade_id,
  atMs: row.at.getTime(),
});
