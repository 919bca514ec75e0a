/** What an officer remembers from one cycle to the next: one JSON object each, in the transaction of the cycle. */
import type { OfficerName } from '../../schemas/officers/officer.ts';
import { upsertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, JsonObject } from '../tables.ts';

/** null before the first cycle. Whoever reads it parses it: a memory that does not fit is none. */
export async function readMemory(db: Database, officer: OfficerName): Promise<JsonObject | null> {
  const query = db.selectFrom('officer_memory').select('memory').where('officer', '=', officer);
  return (await query.executeTakeFirst())?.memory ?? null;
}

export async function writeMemory(db: Database, officer: OfficerName, memory: JsonObject, atMs: number): Promise<void> {
  await upsertRows(db, 'officer_memory', ['officer'], [{ officer, memory, at: toInstant(atMs) }]);
}
