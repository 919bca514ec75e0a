/**
 * The bars of a session that follows a live market, as it saw them: appended instant by instant, never changed. What
 * the vendor revises, sends late or what is imported anew is in `bars`; a session goes by its own.
 */
import { sql, type Transaction } from 'kysely';
import type { LiveInstant } from '../domain/market/ready-instants.ts';
import type { Bar } from '../schemas/market.ts';
import { insertRows } from './insert-rows.ts';
import { optionalMs, toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

export type SessionRun = { readonly sessionId: string; readonly run: number };

/** How far a session has seen its market. */
export type SeenMarket = {
  /** Instants at hand; they are numbered from 0. */
  readonly instants: number;
  /** Open of the last one; null before the first. */
  readonly lastMs: number | null;
  /** Open of the newest bar of each symbol. */
  readonly newestMs: ReadonlyMap<string, number>;
};

export type SeenBar = Bar & { readonly symbol: string; readonly instant: number };

export async function seenMarket(
  db: Database,
  { sessionId, run }: SessionRun,
  symbols: readonly string[],
): Promise<SeenMarket> {
  const row = await db
    .selectFrom('session_bars')
    .select(['instant', 'open_time'])
    .where('session_id', '=', sessionId)
    .where('run', '=', run)
    .orderBy('instant', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { rows } = await sql<{ symbol: string; newest: Date | null }>`
    select s.symbol, (select max(open_time) from session_bars b
      where b.session_id = ${sessionId} and b.run = ${run} and b.symbol = s.symbol) as newest
    from unnest(${symbols}::text[]) s (symbol)`.execute(db);
  return {
    instants: row === undefined ? 0 : row.instant + 1,
    lastMs: optionalMs(row?.open_time ?? null),
    newestMs: new Map(rows.flatMap(({ symbol, newest }) => (newest === null ? [] : [[symbol, newest.getTime()]]))),
  };
}

/** Numbers the instants on from `from` and writes them. `isPast`: known before the session opened. */
export async function appendInstants(
  trx: Transaction<Tables>,
  { sessionId, run }: SessionRun,
  instants: readonly LiveInstant[],
  at: { readonly from: number; readonly isPast: boolean; readonly nowMs: number },
): Promise<void> {
  const rows = instants.flatMap((instant, index) =>
    instant.bars.map(({ symbol, bar: { openTimeMs, ...values } }) => ({
      session_id: sessionId,
      run,
      instant: at.from + index,
      symbol,
      open_time: toInstant(openTimeMs),
      ...values,
      is_past: at.isPast,
      received_at: toInstant(at.nowMs),
    })),
  );
  await insertRows(trx, 'session_bars', rows);
}

/** The bars of instants `from` on, in order. */
export async function sessionBars(db: Database, { sessionId, run }: SessionRun, from: number): Promise<SeenBar[]> {
  const rows = await db
    .selectFrom('session_bars')
    .select(['instant', 'symbol', 'open_time', 'open', 'high', 'low', 'close', 'volume'])
    .where('session_id', '=', sessionId)
    .where('run', '=', run)
    .where('instant', '>=', from)
    .orderBy('instant')
    .orderBy(sql`symbol collate "C"`)
    .execute();
  return rows.map(({ open_time, ...row }) => ({ ...row, openTimeMs: open_time.getTime() }));
}

/** The instant from which on each symbol has `count` bars before instant `before`; 0 where one has fewer. */
export async function windowStart(
  db: Database,
  { sessionId, run }: SessionRun,
  symbols: readonly string[],
  { before, count }: { readonly before: number; readonly count: number },
): Promise<number> {
  const { rows } = await sql<{ start: number | null }>`
    select min(coalesce((select instant from session_bars b
      where b.session_id = ${sessionId} and b.run = ${run} and b.symbol = s.symbol and b.instant < ${before}
      order by instant desc offset ${count - 1} limit 1), 0))::int as start
    from unnest(${symbols}::text[]) s (symbol)`.execute(db);
  return rows[0]?.start ?? 0;
}
