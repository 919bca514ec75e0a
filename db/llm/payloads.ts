/** Bodies of requests, replies and conversations, each once, under the sha256 of its bytes. Nothing is ever changed. */
import { sha256Hex } from '../../domain/canonical-json.ts';
import { insertRows } from '../insert-rows.ts';
import type { Database } from '../tables.ts';

/** @returns the reference */
export async function storePayload(db: Database, body: string): Promise<string> {
  const row = payloadOf(body);
  await insertRows(db, 'model_payloads', [row], { onConflict: 'nothing' });
  return row.ref;
}

/** What a call is explained by: its question as it was put, and its request as it left. @returns their columns */
export async function storeCallBodies(trx: Database, bodies: { readonly question: string; readonly request: string }) {
  const [question, request] = [payloadOf(bodies.question), payloadOf(bodies.request)];
  await insertRows(trx, 'model_payloads', [question, request], { onConflict: 'nothing' });
  return { question_ref: question.ref, request_ref: request.ref };
}

/** Postgres keeps no NUL in text; the reference is that of what was said. */
const payloadOf = (body: string) => ({ ref: sha256Hex(body), body: body.replaceAll('\u0000', '\uFFFD') });

/** @throws Error for a reference that nobody stored */
export async function readPayload(db: Database, ref: string): Promise<string> {
  const row = await db.selectFrom('model_payloads').select('body').where('ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw new Error(`no payload ${ref}`);
  return row.body;
}
