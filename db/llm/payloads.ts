/** Bodies of requests, replies and conversations, each once, under the sha256 of its bytes. Nothing is ever changed. */
import { sha256Hex } from '../../domain/canonical-json.ts';
import { insertion, insertRows } from '../insert-rows.ts';
import type { Database } from '../tables.ts';

/** @returns the reference */
export async function storePayload(db: Database, body: string): Promise<string> {
  const row = payloadOf(body);
  await insertRows(db, 'model_payloads', [row], { onConflict: 'nothing' });
  return row.ref;
}

/** Bodies to be stored beside what refers to them. */
export const payloadInsertion = (rows: readonly Payload[]) =>
  insertion('model_payloads', rows, { onConflict: 'nothing' });

export type Payload = { readonly ref: string; readonly body: string };

/** The reference is that of what was said. */
export const payloadOf = (body: string): Payload => ({ ref: sha256Hex(body), body });

/** @throws Error for a reference that nobody stored */
export async function readPayload(db: Database, ref: string): Promise<string> {
  const row = await db.selectFrom('model_payloads').select('body').where('ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw new Error(`no payload ${ref}`);
  return row.body;
}
