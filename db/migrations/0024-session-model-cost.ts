/** What questions to models have cost a session and a decision, in whole micro-USD: the sum of their settled calls. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['sessions', 'decisions']) {
    await sql`alter table ${sql.ref(table)} add column model_cost_micro_usd bigint not null default 0`.execute(db);
  }
}
