/**
 * Reserve, then settle. A reservation is taken in every scope or in none, by one statement that looks and adds at once;
 * what is reserved stays charged until it is settled, whoever crashed meanwhile. Whole micro-USD.
 */
import { sql } from 'kysely';
import type { BudgetScope, FullScope, ScopeLimit } from '../../schemas/llm/budget.ts';
import { toInstant } from '../instant.ts';
import { KEPT } from '../kept-plans.ts';
import { RunAgain } from '../retry.ts';
import { jsonText } from '../storable.ts';
import type { Database } from '../tables.ts';

export type Reservation = {
  readonly callId: string;
  readonly amountMicroUsd: number;
  readonly scopes: readonly ScopeLimit[];
  readonly atMs: number;
};

/**
 * A scope that is new begins with this reservation, and a limit that was set anew holds from now on. What costs nothing
 * has room everywhere.
 * @returns the scopes without room; empty: it is reserved
 * @throws RunAgain when another transaction began the same scope meanwhile
 */
export async function reserveBudget(trx: Database, reservation: Reservation): Promise<FullScope[]> {
  const { callId, scopes, atMs } = reservation;
  const amount = sql`${reservation.amountMicroUsd}::bigint`;
  const result = await sql<FullRow>`${KEPT}
    with wanted as (
      select scope, key, "limitMicroUsd" as cap
      from json_to_recordset(${jsonText(scopes)}::json) as w (scope text, key text, "limitMicroUsd" bigint)),
    held as (
      select b.*, w.cap from budgets b join wanted w using (scope, key) order by b.scope, b.key for update of b),
    lefts as (
      select w.scope, w.key, w.cap, w.cap - coalesce(h.spent_micro_usd + h.reserved_micro_usd, 0) as room, h.key is null as is_new
      from wanted w left join held h on (w.scope, w.key) = (h.scope, h.key)),
    full_ones as (select * from lefts where ${amount} > 0 and ${amount} > room),
    taken as (
      update budgets b set reserved_micro_usd = b.reserved_micro_usd + ${amount}, limit_micro_usd = h.cap
      from held h where b.scope = h.scope and b.key = h.key and not exists (select from full_ones)),
    made as (
      insert into budgets (scope, key, limit_micro_usd, reserved_micro_usd)
      select scope, key, cap, ${amount} from lefts where is_new and not exists (select from full_ones)
      order by scope, key on conflict do nothing
      returning 1),
    noted as (
      insert into budget_reservations (call_id, scopes, amount_micro_usd, state, reserved_at)
      select ${callId}, (select json_agg(json_build_object('scope', scope, 'key', key)) from wanted),
        ${amount}, 'reserved', ${toInstant(atMs)}::timestamptz
      where not exists (select from full_ones))
    select scope, key, cap as limit_micro_usd, room as left_micro_usd, false as overtaken from full_ones
    union all
    select null, null, 0, 0, true where not exists (select from full_ones)
      and (select count(*) from made) < (select count(*) from lefts where is_new)
    order by scope, key`.execute(trx);
  if (result.rows.some(({ overtaken }) => overtaken)) throw new RunAgain('a scope of the budget began meanwhile');
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
  readonly overtaken: boolean;
};

/**
 * Turns a reservation into what was spent; null: nobody knows, so all of it. Once only.
 * @returns what was charged; null when it had been settled before
 */
export async function settleBudget(trx: Database, settling: Settling): Promise<number | null> {
  const settled = await sql<{ spent: number }>`with ${settlement(settling)} select spent from settled`.execute(trx);
  return settled.rows[0]?.spent ?? null;
}

export type Settling = {
  readonly callId: string;
  readonly spentMicroUsd: number | null;
  readonly atMs: number;
};

/** The same as parts of a statement, behind its `with`: `settled` has one row with `spent`, or none. */
export const settlement = ({ callId, spentMicroUsd, atMs }: Settling) => sql`
    settled as (
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
      from held h where b.scope = h.scope and b.key = h.key)`;
