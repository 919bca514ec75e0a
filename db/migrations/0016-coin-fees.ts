/** `fills.fee_quantity`: what the venue took of the traded coin itself; its value at the fill's price is in `fee`. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table fills add column fee_quantity numeric`.execute(db);
}
