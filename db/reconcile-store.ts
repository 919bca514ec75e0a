/** Our side of a reconciliation: orders, booked fills, positions and cash of an account, read in one snapshot. */
import { sql } from 'kysely';
import { toDecimal } from '../domain/decimal.ts';
import type { OurBooks } from '../domain/execution/compare-books.ts';
import type { Order } from '../schemas/execution.ts';
import type { ReconcileReport } from '../schemas/reconciliation.ts';
import type { VenueBust } from '../schemas/venue.ts';
import { freezeAccount, noteReconciled } from './account-standings.ts';
import { readAccount } from './accounts.ts';
import { unknownAccount } from './load-walk.ts';
import { ordersSince } from './orders.ts';
import { positionsOfAccount } from './positions.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';
import { bustedExecutions, ordersOfBusts } from './trade-busts.ts';

export type ReconcileStore = ReturnType<typeof createReconcileStore>;

/** Orders that ended within a day may still get a fill, or arrive late. */
const WATCH_MS = 86_400_000;

export const createReconcileStore = (db: Database, nowMs: () => number) => ({
  openedAtMs: (accountId: string) => openedAtMs(db, accountId),
  bookedTrades: (accountId: string) => bookedTrades(db, accountId),
  /** Open orders, and those that ended within a day. */
  ordersToLookAt: (accountId: string): Promise<Order[]> =>
    ordersSince(db, accountId, nowMs() - WATCH_MS).then((found) => found.map((one) => one.order)),
  /** The orders of the account that these busts are of. */
  ordersOf: (accountId: string, busts: readonly VenueBust[]) => ordersOfBusts(db, accountId, busts),
  ours: (accountId: string, sinceMs: number) => ours(db, accountId, sinceMs, nowMs()),
  noteReconciled: (accountId: string, report: ReconcileReport) => noteReconciled(db, accountId, report, report.atMs),
  freeze: (accountId: string, reason: string, report: ReconcileReport) =>
    inTransaction(db, (trx) => freezeAccount(trx, accountId, reason, report, report.atMs)),
});

/** @throws InvalidInput ACCOUNT_UNKNOWN */
async function openedAtMs(db: Database, accountId: string): Promise<number> {
  const account = await readAccount(db, accountId);
  if (account === undefined) throw unknownAccount(accountId);
  return account.createdAtMs;
}

async function bookedTrades(db: Database, accountId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('fills')
    .select('trade_id')
    .where('account_id', '=', accountId)
    .where('takes_back', 'is', null)
    .execute();
  return new Set(rows.map((row) => row.trade_id));
}

function ours(db: Database, accountId: string, sinceMs: number, nowMs: number): Promise<OurBooks> {
  return db.transaction().execute(async (trx) => {
    await sql`set transaction isolation level repeatable read read only`.execute(trx);
    const account = await readAccount(trx, accountId);
    if (account === undefined) throw unknownAccount(accountId);
    const found = await ordersSince(trx, accountId, sinceMs);
    const positions = new Map<string, string>();
    for (const { symbol, quantity } of await positionsOfAccount(trx, accountId)) {
      positions.set(
        symbol,
        toDecimal(positions.get(symbol) ?? '0')
          .plus(quantity)
          .toFixed(),
      );
    }
    return {
      orders: found.map((one) => one.order),
      changedAtMs: new Map(found.map((one) => [one.order.clientOrderId, one.updatedAtMs])),
      trades: await bookedTrades(trx, accountId),
      busted: await bustedExecutions(trx, accountId),
      positions,
      cash: account.cash,
      sinceMs,
      nowMs,
    };
  });
}
