/** Our side of a reconciliation: orders, booked fills, positions and cash of an account, read in one snapshot. */
import { sql } from 'kysely';
import { toDecimal } from '../domain/decimal.ts';
import { FILLS_READ_BEFORE_MS, type OurBooks } from '../domain/execution/compare-books.ts';
import type { Order } from '../schemas/execution.ts';
import type { ReconcileReport } from '../schemas/reconciliation.ts';
import type { VenueBust } from '../schemas/venue.ts';
import { freezeAccount, noteReconciled, standingOf } from './account-standings.ts';
import { readAccount } from './accounts.ts';
import { uncountedExecutions } from './fills-set-aside.ts';
import { unknownAccount } from './load-walk.ts';
import { ordersSince } from './orders.ts';
import { positionsOfAccount } from './positions.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';
import { ordersOfBusts } from './trade-busts.ts';

export type ReconcileStore = ReturnType<typeof createReconcileStore>;

/** Orders that ended within a day may still get a fill, or arrive late. */
const WATCH_MS = 86_400_000;

export const createReconcileStore = (db: Database, nowMs: () => number) => ({
  comparedSince: (accountId: string) => comparedSince(db, accountId),
  /** Ids of the fills that were executed since, with their instants. */
  bookedTrades: (accountId: string, sinceMs: number) => bookedTrades(db, accountId, sinceMs),
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

/** What was equal so long before the last time that books and venue were is not compared again. */
const COMPARE_AGAIN_MS = 86_400_000;

/**
 * `openedAtMs`: of the account. `fillsMs`: fills are compared from here on;
 * positions and cash are sums over all of them.
 * @throws InvalidInput ACCOUNT_UNKNOWN
 */
async function comparedSince(
  db: Database,
  accountId: string,
): Promise<{ readonly openedAtMs: number; readonly fillsMs: number }> {
  const account = await readAccount(db, accountId);
  if (account === undefined) throw unknownAccount(accountId);
  const openedAtMs = account.createdAtMs;
  const equalAtMs = (await standingOf(db, accountId))?.equalAtMs ?? null;
  return { openedAtMs, fillsMs: Math.max(openedAtMs, (equalAtMs ?? openedAtMs) - COMPARE_AGAIN_MS) };
}

async function bookedTrades(db: Database, accountId: string, sinceMs: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('fills')
    .select(['trade_id', 'at'])
    .where('account_id', '=', accountId)
    .where('takes_back', 'is', null)
    .where('at', '>=', new Date(sinceMs))
    .execute();
  return new Map(rows.map((row) => [row.trade_id, row.at.getTime()]));
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
      trades: await bookedTrades(trx, accountId, sinceMs - FILLS_READ_BEFORE_MS),
      busted: await uncountedExecutions(trx, accountId),
      positions,
      cash: account.cash,
      sinceMs,
      nowMs,
    };
  });
}
