/**
 * Answers that may be given again: same model, version of the prompt, rendered prompt and contract, at most 300 s later
 * on the session's own clock. A session that walks the past finds nothing that was answered after it.
 */
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, JsonObject } from '../tables.ts';

export const CACHE_MS = 300_000;

/** The newest answer under the key that is at most 300 s old at `asOfMs`; undefined without one. */
export async function readCached(db: Database, key: string, asOfMs: number): Promise<JsonObject | undefined> {
  const row = await db
    .selectFrom('response_cache')
    .select('outcome')
    .where('cache_key', '=', key)
    .where('as_of', '<=', new Date(asOfMs))
    .where('as_of', '>', new Date(asOfMs - CACHE_MS))
    .orderBy('as_of', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.outcome;
}

export async function putCached(db: Database, key: string, asOfMs: number, outcome: JsonObject): Promise<void> {
  const row = { cache_key: key, as_of: toInstant(asOfMs), outcome };
  await insertRows(db, 'response_cache', [row], { onConflict: 'nothing' });
}
