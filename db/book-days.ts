/**
 * The days behind a book whose bars nobody else keeps (a file, a synthetic market): what the Risk Officer measures it
 * by. As whoever matched the book has seen them; a book without a row goes by the stored `bars`.
 */
import type { DayClose } from '../domain/market/day-closes.ts';
import type { BookClock } from './book-clocks.ts';
import { upsertRows } from './insert-rows.ts';
import type { Database } from './tables.ts';

export type BookDays = { readonly symbol: string; readonly days: readonly DayClose[] };
type Owner = Pick<BookClock, 'accountId' | 'strategyId'>;

/** A day that goes on takes its newer close. The caller holds the account's lock. */
export async function addBookDays(trx: Database, owner: Owner, books: readonly BookDays[]): Promise<void> {
  const { accountId: account_id, strategyId: strategy_id } = owner;
  const rows = books.flatMap(({ symbol, days }) => days.map((one) => ({ account_id, strategy_id, symbol, ...one })));
  await upsertRows(trx, 'book_days', ['account_id', 'strategy_id', 'symbol', 'day'], rows);
}

/** Other bars are walked from now on. */
export async function forgetBookDays(trx: Database, { accountId, strategyId }: Owner): Promise<void> {
  const query = trx.deleteFrom('book_days').where('account_id', '=', accountId);
  await query.where('strategy_id', '=', strategyId).execute();
}

export async function hasBookDays(trx: Database, { accountId, strategyId, symbol }: BookClock): Promise<boolean> {
  const query = trx.selectFrom('book_days').select('day').where('account_id', '=', accountId);
  const row = await query.where('strategy_id', '=', strategyId).where('symbol', '=', symbol).limit(1).execute();
  return row.length > 0;
}
