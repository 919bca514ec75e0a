/** Of an order that went out: how many of its sendings the venue is proven to have refused. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table order_sends add column refusals integer not null default 0`.execute(db);
}
