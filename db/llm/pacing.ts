/**
 * How fast a model may be asked, over all workers: at least `minDelayMs` between two calls and at most
 * `requestsPerMinute` in any minute, what went in a batch aside. Counted from the calls themselves, under a lock for the
 * model that the transaction holds; the clock is the database's.
 */
import { sql } from 'kysely';
import { KEPT } from '../kept-plans.ts';
import type { Database } from '../tables.ts';

export type Pace = { readonly model: string; readonly minDelayMs: number; readonly requestsPerMinute: number };

const MINUTE_MS = 60_000;

/** `waitMs` until the next call may leave; 0: now, and nobody else before this transaction has ended. */
type Turn = { readonly waitMs: number; readonly at: Date };

export async function paceOf(trx: Database, { model, minDelayMs, requestsPerMinute }: Pace): Promise<Turn> {
  await sql`select pg_advisory_xact_lock(hashtext('model pace'), hashtext(${model}))`.execute(trx);
  const { rows } = await sql<{ at: Date; since_last: number | null; since_full: number | null }>`${KEPT}
    with calls as (select requested_at from model_calls where model = ${model} and not cached
      and batch_key is null),
    full_minute as (
      select requested_at from calls where requested_at > clock_timestamp() - interval '60 seconds'
      order by requested_at desc offset ${requestsPerMinute - 1} limit 1)
    select clock_timestamp() as at,
      (select extract(epoch from clock_timestamp() - max(requested_at))::float8 * 1000 from calls) as since_last,
      (select extract(epoch from clock_timestamp() - requested_at)::float8 * 1000 from full_minute) as since_full`.execute(
    trx,
  );
  const { at = new Date(), since_last: sinceLast = null, since_full: sinceFull = null } = rows[0] ?? {};
  const forDelay = sinceLast === null ? 0 : minDelayMs - sinceLast;
  const forMinute = sinceFull === null ? 0 : MINUTE_MS - sinceFull;
  return { waitMs: Math.max(0, Math.ceil(Math.max(forDelay, forMinute))), at };
}
