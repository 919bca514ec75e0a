/**
 * Fills: the only source of positions and cash. Known by (venue, account, trade id), written once, told apart
 * from repeats; never updated. Quantity, price, fee: exact decimal strings; trade ids are text of any length.
 */
import { type Selectable, sql } from 'kysely';
import type { Fill } from '../schemas/execution.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { jsonText } from './storable.ts';
import type { Database, Tables } from './tables.ts';

/**
 * Records fills; one that is known already is left out.
 * @returns the fills that are new, in the order given: only these may move a position
 * @throws Error 23514 for a quantity or price that is not above zero
 */
export async function insertFills(trx: Database, fills: readonly Fill[]): Promise<Fill[]> {
  const known = await knownKeys(trx, fills);
  const fresh = fills.filter((fill) => {
    const key = keyOf(fill);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
  await insertRows(trx, 'fills', fresh.map(fillRow));
  return fresh;
}

/** All fills of an account that count, in the order of their instants, ties by trade id. */
export async function fillsOfAccount(db: Database, accountId: string): Promise<Fill[]> {
  const query = countingFills(db).where('f.account_id', '=', accountId);
  const rows = await query.orderBy('f.at').orderBy('f.trade_id').execute();
  return rows.map(fillOf);
}

/** Fills of one order that count, oldest first. */
export async function fillsOfOrder(db: Database, clientOrderId: string): Promise<Fill[]> {
  const query = countingFills(db).where('f.client_order_id', '=', clientOrderId);
  const rows = await query.orderBy('f.at').orderBy('f.trade_id').execute();
  return rows.map(fillOf);
}

/** Fills of one position that count, in the order in which they were booked: events are numbered as commits were. */
export async function fillsAsBooked(
  db: Database,
  { accountId, strategyId, symbol }: { accountId: string; strategyId: string; symbol: string },
): Promise<Fill[]> {
  const rows = await countingFills(db)
    .where('f.account_id', '=', accountId)
    .where('f.strategy_id', '=', strategyId)
    .where('f.symbol', '=', symbol)
    .orderBy(
      sql`(select min(e.sequence) from events e
        where e.type = 'order_filled' and e.payload->>'tradeId' = f.trade_id)`,
    )
    .orderBy('f.at')
    .orderBy('f.trade_id')
    .execute();
  return rows.map(fillOf);
}

/** Neither a fill that was taken back nor the one that takes it back. */
const countingFills = (db: Database) =>
  db
    .selectFrom('fills as f')
    .selectAll('f')
    .where('f.takes_back', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('fills as b')
            .select('b.trade_id')
            .whereRef('b.venue', '=', 'f.venue')
            .whereRef('b.account_id', '=', 'f.account_id')
            .whereRef('b.takes_back', '=', 'f.trade_id'),
        ),
      ),
    );

/** The writers of an account's fills hold its lock, so what is unknown here is unknown at the insert too. */
async function knownKeys(trx: Database, fills: readonly Fill[]): Promise<Set<string>> {
  if (fills.length === 0) return new Set();
  const keys = jsonText(fills.map(({ venue, accountId, tradeId }) => ({ venue, accountId, tradeId })));
  const found = await sql<{ venue: string; account_id: string; trade_id: string }>`
    select f.venue, f.account_id, f.trade_id
    from json_to_recordset(${keys}::json) as k (venue text, "accountId" text, "tradeId" text)
    join fills f on f.venue = k.venue and f.account_id = k."accountId" and f.trade_id = k."tradeId"`.execute(trx);
  return new Set(found.rows.map((row) => jsonText([row.venue, row.account_id, row.trade_id])));
}

const keyOf = (fill: Fill): string => jsonText([fill.venue, fill.accountId, fill.tradeId]);

const fillRow = (fill: Fill) => ({
  venue: fill.venue,
  account_id: fill.accountId,
  trade_id: fill.tradeId,
  client_order_id: fill.clientOrderId,
  strategy_id: fill.strategyId,
  symbol: fill.symbol,
  side: fill.side,
  quantity: fill.quantity,
  price: fill.price,
  fee: fill.fee,
  fee_quantity: fill.feeQuantity ?? null,
  at: toInstant(fill.atMs),
  takes_back: fill.takesBack ?? null,
});

const fillOf = (row: Selectable<Tables['fills']>): Fill => ({
  venue: row.venue,
  accountId: row.account_id,
  tradeId: row.trade_id,
  clientOrderId: row.client_order_id,
  strategyId: row.strategy_id,
  symbol: row.symbol,
  side: row.side,
  quantity: row.quantity,
  price: row.price,
  fee: row.fee,
  ...(row.fee_quantity === null ? {} : { feeQuantity: row.fee_quantity }),
  atMs: row.at.getTime(),
  ...(row.takes_back === null ? {} : { takesBack: row.takes_back }),
});
