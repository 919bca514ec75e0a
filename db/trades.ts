/** Round trips from flat to flat, with what was known when they were opened. Profit is net of fees and funding. */
import type { Selectable } from 'kysely';
import type { TradeCorrection } from '../domain/execution/take-back.ts';
import type { ClosedTrade } from '../schemas/execution.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

/** A closed trade and what learning needs beside it. */
export type TradeRecord = {
  readonly trade: ClosedTrade;
  readonly entryFeatures: JsonObject | null;
  /** The market's regime label at entry, null before it has warmed up. */
  readonly regime: string | null;
};

/** @throws Error 23505 when a trade id is taken */
export async function insertTrades(
  trx: Database,
  context: { readonly accountId: string; readonly sessionId: string | null },
  records: readonly TradeRecord[],
): Promise<void> {
  const { accountId: account_id, sessionId: session_id } = context;
  const rows = records.map((record) => ({ ...tradeRow(record), account_id, session_id }));
  await insertRows(trx, 'trades', rows);
}

/**
 * What a bust has changed of closed trades: one that is no more keeps its row, marked as busted; another gets the
 * figures of the fills that count. Its entry features and regime stay. A trade there was no row of is written.
 */
export async function correctTrades(
  trx: Database,
  context: { readonly accountId: string; readonly sessionId: string | null },
  corrections: readonly TradeCorrection[],
  atMs: number,
): Promise<void> {
  for (const { before, after } of corrections) {
    const figures = after === null ? { busted_at: toInstant(atMs) } : { ...figuresOf(after), busted_at: null };
    const id = after?.tradeId ?? before?.tradeId ?? '';
    const written = await trx.updateTable('trades').set(figures).where('trade_id', '=', id).executeTakeFirst();
    if (after === null || written.numUpdatedRows > 0n) continue;
    await insertTrades(trx, context, [{ trade: after, entryFeatures: null, regime: null }]);
  }
}

/** Closed trades of an account by exit, ties by trade id. */
export async function tradesOfAccount(db: Database, accountId: string): Promise<ClosedTrade[]> {
  const query = db.selectFrom('trades').selectAll().where('account_id', '=', accountId).where('busted_at', 'is', null);
  const rows = await query.orderBy('closed_at').orderBy('trade_id').execute();
  return rows.map(tradeOf);
}

/** Closed trades of a session, all runs, by exit. */
export async function tradesOfSession(db: Database, sessionId: string): Promise<ClosedTrade[]> {
  const query = db.selectFrom('trades').selectAll().where('session_id', '=', sessionId).where('busted_at', 'is', null);
  const rows = await query.orderBy('closed_at').orderBy('trade_id').execute();
  return rows.map(tradeOf);
}

const tradeRow = ({ trade, entryFeatures, regime }: TradeRecord) => ({
  ...figuresOf(trade),
  entry_features: entryFeatures,
  regime,
});

const figuresOf = (trade: ClosedTrade) => ({
  trade_id: trade.tradeId,
  strategy_id: trade.strategyId,
  symbol: trade.symbol,
  side: trade.side,
  quantity: trade.quantity,
  entry_price: trade.entryPrice,
  exit_price: trade.exitPrice,
  opened_at: toInstant(trade.entryAtMs),
  closed_at: toInstant(trade.exitAtMs),
  pnl_net: trade.pnl,
  fees: trade.fees,
  exit_reason: trade.exitReason,
  funding: trade.funding ?? '0',
  decision_id: trade.decisionId ?? null,
});

const tradeOf = (row: Selectable<Tables['trades']>): ClosedTrade => ({
  tradeId: row.trade_id,
  symbol: row.symbol,
  strategyId: row.strategy_id,
  side: row.side,
  quantity: row.quantity,
  entryAtMs: row.opened_at.getTime(),
  entryPrice: row.entry_price,
  exitAtMs: row.closed_at.getTime(),
  exitPrice: row.exit_price,
  pnl: row.pnl_net,
  fees: row.fees,
  exitReason: row.exit_reason,
  funding: row.funding,
  ...(row.decision_id === null ? {} : { decisionId: row.decision_id }),
});
