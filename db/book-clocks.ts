/**
 * Up to which market time a strategy's orders of one symbol have been matched: one clock for everybody who may match
 * them, so that no bar fills twice and none fills what was sent after it. Bars that open before it are done.
 */
import { upsertRows } from './insert-rows.ts';
import type { Database } from './tables.ts';

export type BookClock = { readonly accountId: string; readonly strategyId: string; readonly symbol: string };

/** Epoch ms; 0 when nothing has been matched yet. */
export async function matchedUntil(db: Database, clock: BookClock): Promise<number> {
  const row = await db
    .selectFrom('book_clocks')
    .select('matched_until_ms')
    .where('account_id', '=', clock.accountId)
    .where('strategy_id', '=', clock.strategyId)
    .where('symbol', '=', clock.symbol)
    .executeTakeFirst();
  return row?.matched_until_ms ?? 0;
}

/** Sets the clock of each symbol; the caller holds the account's lock. */
export async function setMatchedUntil(
  db: Database,
  clocks: readonly (BookClock & { readonly untilMs: number })[],
): Promise<void> {
  const rows = clocks.map(({ accountId: account_id, strategyId: strategy_id, symbol, untilMs: matched_until_ms }) => ({
    account_id,
    strategy_id,
    symbol,
    matched_until_ms,
  }));
  await upsertRows(db, 'book_clocks', ['account_id', 'strategy_id', 'symbol'], rows);
}
