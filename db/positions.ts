/**
 * Positions by (account, strategy, symbol), derived from fills only. A flat one stays, with quantity 0 and its sums.
 */
import type { Selectable } from 'kysely';
import type { Position } from '../schemas/execution.ts';
import { upsertRows } from './insert-rows.ts';
import { optionalMs, toOptionalInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

/** Every position of an account, flat ones too, by strategy and symbol. */
export async function positionsOfAccount(db: Database, accountId: string): Promise<Position[]> {
  const query = db.selectFrom('positions').selectAll().where('account_id', '=', accountId);
  const rows = await query.orderBy('strategy_id').orderBy('symbol').execute();
  return rows.map(positionOf);
}

/** Writes positions as they are now; the caller holds the account's lock. */
export async function savePositions(trx: Database, positions: readonly Position[]): Promise<void> {
  await upsertRows(trx, 'positions', ['account_id', 'strategy_id', 'symbol'], positions.map(positionRow));
}

const positionRow = (position: Position) => ({
  account_id: position.accountId,
  strategy_id: position.strategyId,
  symbol: position.symbol,
  quantity: position.quantity,
  cost: position.cost,
  average_price: position.averagePrice,
  mark_price: position.markPrice,
  leverage: position.leverage,
  realized_pnl: position.realizedPnl,
  fees: position.fees,
  funding: position.funding,
  opened_at: toOptionalInstant(position.openedAtMs),
  funding_done_ms: position.fundingDoneMs ?? null,
  trip: position.trip ?? null,
});

const positionOf = (row: Selectable<Tables['positions']>): Position => ({
  accountId: row.account_id,
  strategyId: row.strategy_id,
  symbol: row.symbol,
  quantity: row.quantity,
  cost: row.cost,
  averagePrice: row.average_price,
  markPrice: row.mark_price,
  leverage: row.leverage,
  realizedPnl: row.realized_pnl,
  fees: row.fees,
  funding: row.funding,
  openedAtMs: optionalMs(row.opened_at),
  fundingDoneMs: row.funding_done_ms,
  trip: row.trip,
});
