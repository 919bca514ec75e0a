/**
 * `account_standings.equal_at`: when books and venue were last equal with nothing left to explain, from where on they
 * are compared. `reconciled_at`: when they were last compared without a difference that lasts.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table account_standings add column equal_at timestamptz`.execute(db);
  await sql`update account_standings set equal_at = reconciled_at where report ->> 'verdict' = 'equal'`.execute(db);
}
