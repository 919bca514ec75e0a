/** What every strategy has shown on paper accounts: closed trades, and the time its paper sessions were open. */
import { type PaperSpan, paperRecordOf } from '../domain/risk/paper-record.ts';
import type { PaperRecord } from '../schemas/arming.ts';
import type { Database } from './tables.ts';

/** Records of all strategies that have traded or run on paper, and of those asked for, by id. */
export async function paperRecords(db: Database, asked: readonly string[], nowMs: number): Promise<PaperRecord[]> {
  const [trades, spans] = await Promise.all([closedTrades(db), sessionSpans(db, nowMs)]);
  const ids = new Set([...asked, ...trades.keys(), ...spans.keys()]);
  return [...ids].sort().map((id) => paperRecordOf(id, trades.get(id) ?? 0, spans.get(id) ?? []));
}

async function closedTrades(db: Database): Promise<Map<string, number>> {
  const query = db.selectFrom('strategy_performance').select(['strategy_id', 'trade_count']);
  const rows = await query.where('trading_mode', '=', 'paper').execute();
  return new Map(rows.map((row) => [row.strategy_id, row.trade_count]));
}

/** An open session counts until now. */
async function sessionSpans(db: Database, nowMs: number): Promise<Map<string, PaperSpan[]>> {
  const query = db.selectFrom('sessions').select(['strategy_id', 'opened_at', 'closed_at']);
  const rows = await query.where('trading_mode', '=', 'paper').execute();
  const spans = new Map<string, PaperSpan[]>();
  for (const row of rows) {
    const span = { fromMs: row.opened_at.getTime(), toMs: row.closed_at?.getTime() ?? nowMs };
    spans.set(row.strategy_id, [...(spans.get(row.strategy_id) ?? []), span]);
  }
  return spans;
}
