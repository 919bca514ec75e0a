/** Every row of one account as it is stored. Nothing is interpreted here but the order in which fills were booked. */
import { type Selectable, sql } from 'kysely';
import type { Database, Tables } from '../../../db/tables.ts';

type Row<T extends keyof Tables> = Selectable<Tables[T]>;

/** A fill with its order; `sequence` = its place in the order of commits, null when that is not known. */
export type StoredFill = Row<'fills'> & {
  readonly order: Row<'orders'> | undefined;
  readonly sequence: number | null;
};

export type AccountRows = {
  readonly account: Row<'accounts'>;
  /** In the order in which they were booked. */
  readonly fills: readonly StoredFill[];
  readonly orders: readonly Row<'orders'>[];
  readonly intents: readonly Row<'order_intents'>[];
  readonly entries: readonly Row<'ledger_entries'>[];
  readonly positions: readonly Row<'positions'>[];
  readonly trades: readonly Row<'trades'>[];
};

export async function readAccountRows(db: Database, account: Row<'accounts'>): Promise<AccountRows> {
  const id = account.account_id;
  const orders = await db.selectFrom('orders').selectAll().where('account_id', '=', id).execute();
  const fills = await db.selectFrom('fills').selectAll().where('account_id', '=', id).execute();
  const sequences = isSimulated(account) ? new Map<string, number>() : await fillSequences(db);
  const byId = new Map(orders.map((order) => [order.client_order_id, order]));
  const stored = fills.map((fill) => ({
    ...fill,
    order: byId.get(fill.client_order_id),
    sequence: sequences.get(fill.trade_id) ?? null,
  }));
  const isOrdered = stored.every((fill) => fill.sequence !== null);
  return {
    account,
    orders,
    fills: stored.sort(isOrdered ? bySequence : byMarketTime),
    intents: await db.selectFrom('order_intents').selectAll().where('account_id', '=', id).execute(),
    entries: await entriesOf(db, id),
    positions: await db.selectFrom('positions').selectAll().where('account_id', '=', id).execute(),
    trades: await db.selectFrom('trades').selectAll().where('account_id', '=', id).execute(),
  };
}

/** One session walks a simulated account, forwards in time; a paper account is shared, and replays start over. */
export const isSimulated = (account: Row<'accounts'>): boolean =>
  account.trading_mode === 'backtest' || account.trading_mode === 'analysis';

const entriesOf = (db: Database, accountId: string) =>
  db
    .selectFrom('ledger_entries')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('at')
    .orderBy('entry_id')
    .execute();

/** Events are numbered in the order of commits, and each fill has one. */
async function fillSequences(db: Database): Promise<Map<string, number>> {
  const found = await sql<{ trade_id: string; sequence: number }>`
    select payload->>'tradeId' as trade_id, min(sequence) as sequence from events
    where type in ('order_filled', 'order_busted') group by 1`.execute(db);
  return new Map(found.rows.map((row) => [row.trade_id, row.sequence]));
}

/** Inside one bar an entry comes before what closes it: open, liquidation, stop, target. */
const LEGS = ['entry', 'exit', 'liquidation', 'stop', 'target'];

const bySequence = (a: StoredFill, b: StoredFill): number => (a.sequence ?? 0) - (b.sequence ?? 0);

function byMarketTime(a: StoredFill, b: StoredFill): number {
  const byTime = a.at.getTime() - b.at.getTime();
  if (byTime !== 0) return byTime;
  const byLeg = LEGS.indexOf(a.order?.leg ?? 'target') - LEGS.indexOf(b.order?.leg ?? 'target');
  return byLeg !== 0 ? byLeg : a.trade_id < b.trade_id ? -1 : 1;
}
