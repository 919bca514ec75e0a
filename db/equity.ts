/** A session's equity curve, one row per batch of bars: index of its first bar, close times, equity at each close. */
import { sql } from 'kysely';
import { insertRows } from './insert-rows.ts';
import type { Database } from './tables.ts';

/** Instants (epoch ms, at bar close) and equity (exact decimals), of equal length. */
export type EquityCurve = { readonly atMs: number[]; readonly equity: string[] };

/** Adds the points of one batch. @throws Error 23505 when the batch is there, 23514 when lengths differ */
export async function appendEquity(
  trx: Database,
  batch: { readonly sessionId: string; readonly run: number; readonly fromIndex: number },
  points: EquityCurve,
): Promise<void> {
  if (points.atMs.length === 0) return;
  const { sessionId: session_id, run, fromIndex: from_index } = batch;
  const row = { session_id, run, from_index, at_ms: points.atMs, equity: points.equity };
  await insertRows(trx, 'session_equity', [row]);
}

/** The whole curve of one run, in order. */
export async function readEquity(db: Database, sessionId: string, run: number): Promise<EquityCurve> {
  const result = await sql<EquityCurve>`
    select to_json(at_ms) as "atMs", to_json(equity::text[]) as equity from session_equity
    where session_id = ${sessionId} and run = ${run} order by from_index`.execute(db);
  return { atMs: result.rows.flatMap((row) => row.atMs), equity: result.rows.flatMap((row) => row.equity) };
}
