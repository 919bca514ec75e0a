/**
 * Of a call that failed: whether the same may be asked again. What is final stays so for every later attempt at its
 * question. Null: it has not failed, or did so before this was kept.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table model_calls add column retryable boolean`.execute(db);
}
