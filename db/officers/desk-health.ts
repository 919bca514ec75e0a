/** Reads what is wrong with the desk itself. */
import { sql } from 'kysely';
import type { DeskHealth } from '../../schemas/officers/desk-health.ts';
import type { Database } from '../tables.ts';

/** What the book tells. */
export type BookHealth = Omit<DeskHealth, 'queues'>;

export async function readDeskHealth(db: Database): Promise<BookHealth> {
  const startedAt = performance.now();
  const { rows } = await sql<Omit<BookHealth, 'postgresMs'>>`select
    (select count(*)::int from orders where state in ('UNKNOWN', 'CANCEL_UNKNOWN')) as "unknownOrders",
    (select coalesce(jsonb_agg(account_id), '[]') from account_standings where frozen is not null) as "frozenAccounts",
    (select coalesce(jsonb_agg(provider || ' ' || base_url), '[]') from model_breakers
      where opened_at is not null) as "openBreakers",
    (select coalesce(jsonb_agg(f.symbol), '[]') from session_feeds f join sessions s using (session_id)
      where s.state = 'open' and f.stale_since is not null) as "staleFeeds",
    (select coalesce(jsonb_agg(scope || ' ' || key), '[]') from budgets
      where scope in ('day', 'month') and spent_micro_usd + reserved_micro_usd >= limit_micro_usd
      and limit_micro_usd > 0) as "exhaustedBudgets"`.execute(db);
  const [found] = rows;
  if (found === undefined) throw new Error('the book gave no answer');
  return { ...found, postgresMs: performance.now() - startedAt };
}
