/** Stored bars as they were known at an instant: what tools of a model may look at. */
import { type KnownBars, knownBars } from '../domain/market/known-bars.ts';
import { readBars } from './bars.ts';
import type { Database } from './tables.ts';

export type KnownBarsRequest = {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly asOfMs: number;
  /** At most this many, the last ones before `asOfMs`, however long ago that was. */
  readonly barsMax: number;
};

export async function readKnownBars(db: Database, request: KnownBarsRequest): Promise<KnownBars> {
  const { symbol, intervalMs, asOfMs } = request;
  const fromMs = await openOfNth(db, request);
  if (fromMs === null) return knownBars(await readBars(db, symbol, intervalMs, asOfMs, asOfMs), [], asOfMs);
  const series = await readBars(db, symbol, intervalMs, fromMs, asOfMs);
  const told = await db
    .selectFrom('bar_revisions')
    .select(['before', 'told_at'])
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', intervalMs)
    .where('open_time', '>=', new Date(fromMs))
    .where('open_time', '<', new Date(asOfMs))
    .where('told_at', '>', new Date(asOfMs))
    .execute();
  const revisions = told.map((row) => ({ before: row.before, toldAtMs: row.told_at.getTime() }));
  return knownBars(series, revisions, asOfMs);
}

/** Open time of the `barsMax`-th last bar that opens before `asOfMs`, or of the first there is; null without any. */
async function openOfNth(
  db: Database,
  { symbol, intervalMs, asOfMs, barsMax }: KnownBarsRequest,
): Promise<number | null> {
  const last = db
    .selectFrom('bars')
    .select('open_time')
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', intervalMs)
    .where('open_time', '<', new Date(asOfMs))
    .orderBy('open_time', 'desc')
    .limit(barsMax);
  const row = await db
    .selectFrom(last.as('last'))
    .select((eb) => eb.fn.min('open_time').as('first'))
    .executeTakeFirst();
  return row?.first?.getTime() ?? null;
}
