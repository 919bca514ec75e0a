/**
 * `fills_set_aside`: fills at a venue that a person has taken out of the
 * comparison of books: they count on neither side.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table fills_set_aside (
    account_id text not null references accounts (account_id),
    execution_id text not null,
    fill jsonb not null,
    set_by text not null,
    reason text not null,
    at timestamptz not null,
    primary key (account_id, execution_id)
  )`.execute(db);
}
