/** Bodies of requests, replies and conversations, each once, under the sha256 of its bytes. Nothing is ever changed. */
import { sha256Hex } from '../../domain/canonical-json.ts';
import type { Database } from '../tables.ts';

/** @returns the reference */
export async function storePayload(db: Database, body: string): Promise<string> {
  const ref = sha256Hex(body);
  // Postgres keeps no NUL in text; the reference is that of what was said.
  const row = { ref, body: body.replaceAll('\u0000', '\uFFFD') };
  await db
    .insertInto('model_payloads')
    .values(row)
    .onConflict((oc) => oc.doNothing())
    .execute();
  return ref;
}

/** @throws Error for a reference that nobody stored */
export async function readPayload(db: Database, ref: string): Promise<string> {
  const row = await db.selectFrom('model_payloads').select('body').where('ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw new Error(`no payload ${ref}`);
  return row.body;
}
