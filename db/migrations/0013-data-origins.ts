/**
 * `data_sets.origins`: the vendor, or the synthetic source, of a data set, apart from where its bars came from last.
 * What is stored already is told by its source.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table data_sets add column origins text[] not null default '{}'`.execute(db);
  await sql`update data_sets set origins = array[source_name]
    where source_name ~ '^(synthetic seed |alpaca( |$)|ccxt:)'`.execute(db);
}
