/** What our books say at one moment of what a fill moves: for venues that do not tell what they took of it. */
import { sql } from 'kysely';
import { ZERO } from '../domain/decimal.ts';
import { executionIdOf } from '../domain/execution/identity.ts';
import type { Order } from '../schemas/execution.ts';
import { readAccount } from './accounts.ts';
import { uncountedExecutions } from './fills-set-aside.ts';
import { unknownAccount } from './load-walk.ts';
import { positionsOfAccount } from './positions.ts';
import type { Database } from './tables.ts';

/**
 * `held`: of all strategies in the symbol. `booked`: those of the trade ids that are booked, or count no more.
 */
export type BooksFor = { readonly held: string; readonly cash: string; readonly booked: ReadonlySet<string> };

/** @throws InvalidInput ACCOUNT_UNKNOWN */
export function booksFor(
  db: Database,
  { accountId, venue, symbol }: Order,
  tradeIds: readonly string[],
): Promise<BooksFor> {
  return db.transaction().execute(async (trx) => {
    await sql`set transaction isolation level repeatable read read only`.execute(trx);
    const account = await readAccount(trx, accountId);
    if (account === undefined) throw unknownAccount(accountId);
    const positions = (await positionsOfAccount(trx, accountId)).filter((one) => one.symbol === symbol);
    const held = positions.reduce((sum, one) => sum.plus(one.quantity), ZERO).toFixed();
    const busted = await uncountedExecutions(trx, accountId);
    const rows = await trx
      .selectFrom('fills')
      .select('trade_id')
      .where('venue', '=', venue)
      .where('account_id', '=', accountId)
      .where('trade_id', 'in', [...tradeIds, ...tradeIds.map(executionIdOf)])
      .execute();
    // A trade in the place of a busted one is booked under its bare execution.
    const known = new Set([...busted, ...rows.map((row) => executionIdOf(row.trade_id))]);
    const counted = tradeIds.filter((id) => known.has(executionIdOf(id)));
    return { held, cash: account.cash, booked: new Set(counted) };
  });
}
