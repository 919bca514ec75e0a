/** Of an order that went out again: how many of its sendings may have left. What nobody read goes. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table order_sends drop column watch_until`.execute(db);
  await sql`alter table order_sends add column sends integer not null default 1`.execute(db);
  // Of those before nobody counted: each epoch may have been a sending.
  await sql`update order_sends set sends = epoch`.execute(db);
}
