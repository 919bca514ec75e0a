/** Answers of commands by the key that their caller gave them. */
import { sql } from 'kysely';
import { toInstant } from './instant.ts';
import { jsonText } from './storable.ts';
import type { Database, JsonObject } from './tables.ts';

export type TakenKey =
  | { readonly kind: 'first' }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'underWay' }
  | { readonly kind: 'answered'; readonly answer: JsonObject };

export type KeyedRequest = { readonly key: string; readonly requestHash: string; readonly atMs: number };

const KEPT_MS = 86_400_000;
/** A first request that has not answered after this died on its way. */
const UNDER_WAY_MS = 60_000;

/** Takes the key for this request, or tells what came of the one that has it. */
export async function takeKey(db: Database, { key, requestHash, atMs }: KeyedRequest): Promise<TakenKey> {
  const at = toInstant(atMs);
  await sql`delete from idempotency_keys where at < ${toInstant(atMs - KEPT_MS)}
    or (key = ${key} and answer is null and at < ${toInstant(atMs - UNDER_WAY_MS)})`.execute(db);
  const { rows } = await sql<{ request_hash: string; answer: JsonObject | null; is_mine: boolean }>`
    with mine as (
      insert into idempotency_keys (key, request_hash, at) values (${key}, ${requestHash}, ${at})
      on conflict (key) do nothing returning request_hash, answer
    )
    select request_hash, answer, true as is_mine from mine
    union all select request_hash, answer, false from idempotency_keys where key = ${key}`.execute(db);
  const found = rows[0];
  if (found === undefined || (!found.is_mine && found.request_hash === requestHash && found.answer === null)) {
    return { kind: 'underWay' };
  }
  if (found.is_mine) return { kind: 'first' };
  if (found.request_hash !== requestHash) return { kind: 'mismatch' };
  return { kind: 'answered', answer: found.answer ?? {} };
}

/** Keeps what the first request was answered. */
export async function keepAnswer(db: Database, key: string, answer: object): Promise<void> {
  await sql`update idempotency_keys set answer = ${jsonText(answer)}::jsonb where key = ${key}`.execute(db);
}

/** A command that failed may be tried again under its key. */
export async function forgetAnswer(db: Database, key: string): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('key', '=', key).execute();
}
