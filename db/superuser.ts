/** Whether the desk's role may do everything in its database: then no grant keeps history from being rewritten. */
import { sql } from 'kysely';
import type { Database } from './tables.ts';

export async function isSuperuser(db: Database): Promise<boolean> {
  const { rows } = await sql<{ rolsuper: boolean }>`
    select rolsuper from pg_roles where rolname = current_user`.execute(db);
  return rows[0]?.rolsuper ?? true;
}
