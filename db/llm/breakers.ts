/**
 * A breaker for each address of a provider, in Postgres so that a restart forgets nothing. Five failures in a row open
 * it; then one call in thirty seconds may look whether the provider is back, and its success closes it.
 */
import { sql } from 'kysely';
import type { Database } from '../tables.ts';

export const FAILURES_TO_OPEN = 5;
export const PROBE_EVERY_MS = 30_000;

export type Address = { readonly provider: string; readonly baseUrl: string };

/** `clear`: nothing stands against a call. `troubled`: it may leave, and its success is news. `open`: it may not. */
export type BreakerState = 'clear' | 'troubled' | 'open';

/** Whether a call may leave for this address at `nowMs`. An open breaker lets one caller through per 30 s, as a probe. */
export async function breakerAt(db: Database, { provider, baseUrl }: Address, nowMs: number): Promise<BreakerState> {
  const query = db.selectFrom('model_breakers').select(['opened_at', 'failures']).where('provider', '=', provider);
  const row = await query.where('base_url', '=', baseUrl).executeTakeFirst();
  if (row === undefined || row.failures === 0) return 'clear';
  if (row.opened_at === null) return 'troubled';
  const probe = await sql`update model_breakers set probed_at = ${new Date(nowMs)}
    where provider = ${provider} and base_url = ${baseUrl} and opened_at is not null
      and coalesce(probed_at, opened_at) <= ${new Date(nowMs - PROBE_EVERY_MS)}`.execute(db);
  return (probe.numAffectedRows ?? 0n) > 0n ? 'troubled' : 'open';
}

/** Closes the breaker. */
export async function noteSuccess(db: Database, { provider, baseUrl }: Address): Promise<void> {
  await sql`update model_breakers set failures = 0, opened_at = null, probed_at = null
    where provider = ${provider} and base_url = ${baseUrl} and failures > 0`.execute(db);
}

/** Counts a failure; the fifth in a row opens the breaker, and one while it is open keeps it so. */
export async function noteFailure(
  db: Database,
  { provider, baseUrl }: Address,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): Promise<void> {
  const at = new Date(nowMs);
  await sql`insert into model_breakers as b (provider, base_url, failures, last_failure)
    values (${provider}, ${baseUrl}, 1, ${code})
    on conflict (provider, base_url) do update set failures = b.failures + 1, last_failure = excluded.last_failure,
      opened_at = case when b.opened_at is null and b.failures + 1 >= ${FAILURES_TO_OPEN}
        then ${at}::timestamptz else b.opened_at end,
      probed_at = case when b.failures + 1 >= ${FAILURES_TO_OPEN} then ${at}::timestamptz else b.probed_at end
    `.execute(db);
}
