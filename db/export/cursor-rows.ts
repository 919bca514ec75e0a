/**
 * The rows of one query through a cursor of the server, page by page, as the database stood at the first: however many
 * there are, only one page of them is in memory. Nothing is written.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../tables.ts';

const ROWS_PER_PAGE = 1_000;

/** Pages without an empty one; the cursor is gone when the reader has had the last, or leaves early. */
export async function* cursorRows<R>(db: Database, query: RawBuilder<R>): AsyncGenerator<R[]> {
  const trx = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute();
  try {
    await sql`declare export_rows no scroll cursor for ${query}`.execute(trx);
    for (;;) {
      const { rows } = await sql<R>`fetch ${sql.lit(ROWS_PER_PAGE)} from export_rows`.execute(trx);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await trx.rollback().execute();
  }
}
