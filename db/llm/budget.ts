/**
 * Reserve, then settle. A reservation is taken in every scope or in none, by one statement that looks and adds at once;
 * what is reserved stays charged until it is settled, whoever crashed meanwhile. Whole micro-USD.
 */
import { sql } from 'kysely';
import type { BudgetScope, FullScope, ScopeLimit } from '../../schemas/llm/budget.ts';
import { toInstant } from '../instant.ts';
import type { Database } from '../tables.ts';

export type Reservation = {
  readonly callId: string;
  readonly amountMicroUsd: number;
  readonly scopes: readonly ScopeLimit[];
  readonly atMs: number;
};

/**
 * Rows of scopes that are new are made first. What costs nothing has room everywhere.
 * @returns the scopes without room; empty: it is reserved
 */
export async function reserveBudget(trx: Database, reservation: Reservation): Promise<FullScope[]> {
  const { callId, amountMicroUsd, atMs } = reservation;
  const scopes = JSON.stringify(reservation.scopes);
  await makeScopes(trx, scopes);
  const result = await sql<FullRow>`
    with wanted as (select scope, key from json_to_recordset(${scopes}::json) as w (scope text, key text)),
    held as (
      select b.* from budgets b join wanted using (scope, key) order by b.scope, b.key for update of b),
    full_ones as (
      select * from held where ${amountMicroUsd}::bigint > 0
        and spent_micro_usd + reserved_micro_usd + ${amountMicroUsd}::bigint > limit_micro_usd),
    taken as (
      update budgets b set reserved_micro_usd = b.reserved_micro_usd + ${amountMicroUsd}::bigint
      from held h where b.scope = h.scope and b.key = h.key and not exists (select from full_ones)
      returning b.scope, b.key),
    noted as (
      insert into budget_reservations (call_id, scopes, amount_micro_usd, state, reserved_at)
      select ${callId}, (select json_agg(json_build_object('scope', scope, 'key', key)) from wanted),
        ${amountMicroUsd}::bigint, 'reserved', ${toInstant(atMs)}::timestamptz
      where not exists (select from full_ones))
    select scope, key, limit_micro_usd, limit_micro_usd - spent_micro_usd - reserved_micro_usd as left_micro_usd
    from full_ones order by scope, key`.execute(trx);
  return result.rows.map((row) => ({
    scope: row.scope,
    key: row.key,
    limitMicroUsd: row.limit_micro_usd,
    leftMicroUsd: row.left_micro_usd,
  }));
}

type FullRow = {
  readonly scope: BudgetScope;
  readonly key: string;
  readonly limit_micro_usd: number;
  readonly left_micro_usd: number;
};

/** In one order everywhere, so that two callers never wait for each other. A limit that was set anew holds from now on. */
async function makeScopes(trx: Database, scopes: string): Promise<void> {
  await sql`insert into budgets (scope, key, limit_micro_usd)
    select scope, key, "limitMicroUsd"
    from json_to_recordset(${scopes}::json) as w (scope text, key text, "limitMicroUsd" bigint)
    order by scope, key
    on conflict (scope, key) do update set limit_micro_usd = excluded.limit_micro_usd
      where budgets.limit_micro_usd <> excluded.limit_micro_usd`.execute(trx);
}

/**
 * Turns a reservation into what was spent; null: nobody knows, so all of it. Once only.
 * @returns what was charged; null when it had been settled before
 */
export async function settleBudget(
  trx: Database,
  { callId, spentMicroUsd, atMs }: { callId: string; spentMicroUsd: number | null; atMs: number },
): Promise<number | null> {
  const settled = await sql<{ spent: number }>`
    with settled as (
      update budget_reservations
      set state = 'settled', spent_micro_usd = coalesce(${spentMicroUsd}::bigint, amount_micro_usd),
        settled_at = ${toInstant(atMs)}::timestamptz
      where call_id = ${callId} and state = 'reserved'
      returning scopes, amount_micro_usd as amount, spent_micro_usd as spent),
    held as (
      select b.scope, b.key, s.amount, s.spent from settled s
      cross join json_to_recordset(s.scopes::json) as w (scope text, key text)
      join budgets b on (w.scope, w.key) = (b.scope, b.key)
      order by b.scope, b.key for update of b),
    moved as (
      update budgets b set reserved_micro_usd = b.reserved_micro_usd - h.amount, spent_micro_usd = b.spent_micro_usd + h.spent
      from held h where b.scope = h.scope and b.key = h.key)
    select spent from settled`.execute(trx);
  return settled.rows[0]?.spent ?? null;
}
