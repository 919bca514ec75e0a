/** Decisions, and the intents of their orders, that stand or fall together: the two legs of a pair carry one group. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table decisions add column group_id text`.execute(db);
  await sql`alter table order_intents add column group_id text`.execute(db);
  await sql`create index decisions_group on decisions (group_id) where group_id is not null`.execute(db);
}
