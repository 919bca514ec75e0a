/**
 * One row a request, written before it leaves and completed once. `requested` is a call that nobody has heard of yet;
 * what is left of it by a worker that died becomes `lost`, and its reservation stays charged.
 */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { ModelUsage } from '../../schemas/llm/model-call.ts';
import type { Problem } from '../../schemas/problem.ts';
import { appendAudit } from '../audit.ts';
import { insertRows } from '../insert-rows.ts';
import type { Database, JsonObject, Tables } from '../tables.ts';
import { settleBudget } from './budget.ts';

export const REQUESTED = 'requested';
export const ANSWERED = 'answered';
export const LOST = 'lost';

export type ModelCallRow = Selectable<Tables['model_calls']>;
export type NewModelCall = Omit<Insertable<Tables['model_calls']>, 'requested_at'> & { readonly requested_at?: string };

/** Writes the row of a call with its link in the audit. `requested_at` is the database's clock unless it is given. */
export async function openCall(trx: Database, row: NewModelCall): Promise<void> {
  const at = row.requested_at === undefined ? await databaseClock(trx) : new Date(row.requested_at);
  await insertRows(trx, 'model_calls', [{ ...row, requested_at: at.toISOString() }]);
  const { call_id, call_key, model, provider, prompt_hash, request_ref, reserved_micro_usd = 0 } = row;
  const body = { call_id, call_key, model, provider, prompt_hash, request_ref, reserved_micro_usd };
  await appendAudit(trx, [{ kind: 'model_request', body, atMs: at.getTime() }]);
}

async function databaseClock(trx: Database): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(trx);
  return rows[0]?.at ?? new Date();
}

export type CallEnd = {
  readonly callId: string;
  /** `answered`, or the code of a failure. */
  readonly outcome: string;
  readonly usage: ModelUsage | null;
  /** null: nobody knows, so the whole reservation. */
  readonly spentMicroUsd: number | null;
  readonly latencyMs: number;
  readonly temperatureSent: number | null;
  readonly responseRef: string | null;
  readonly providerRequestId: string | null;
  readonly problems: readonly Problem[];
  readonly atMs: number;
};

/** Completes a call and settles its reservation. @returns whether it was still open */
export async function closeCall(trx: Database, end: CallEnd): Promise<boolean> {
  const { callId, usage, atMs } = end;
  const cost = await settleBudget(trx, { callId, spentMicroUsd: end.spentMicroUsd, atMs });
  if (cost === null) return false;
  await trx
    .updateTable('model_calls')
    .set({
      outcome: end.outcome,
      tokens_in: usage?.tokensIn ?? null,
      tokens_out: usage?.tokensOut ?? null,
      tokens_cached_read: usage?.tokensCachedRead ?? null,
      tokens_cached_write: usage?.tokensCachedWrite ?? null,
      cost_micro_usd: cost,
      latency_ms: end.latencyMs,
      temperature_sent: end.temperatureSent,
      response_ref: end.responseRef,
      provider_request_id: end.providerRequestId,
      problems: sql<readonly JsonObject[]>`${JSON.stringify(end.problems)}::jsonb`,
      answered_at: sql<string>`clock_timestamp()`,
    })
    .where('call_id', '=', callId)
    .execute();
  const body = { call_id: callId, outcome: end.outcome, cost_micro_usd: cost, response_ref: end.responseRef };
  await appendAudit(trx, [{ kind: 'model_reply', body, atMs }]);
  return true;
}

/** What was wrong with an answer that came: it counts as the call's outcome. */
export async function judgeCall(db: Database, callId: string, problems: readonly Problem[]): Promise<void> {
  const [first] = problems;
  if (first === undefined) return;
  await sql`update model_calls set outcome = ${first.code}, problems = problems || ${JSON.stringify(problems)}::jsonb
    where call_id = ${callId} and outcome = ${ANSWERED}`.execute(db);
}

export const readCall = (db: Database, callId: string): Promise<ModelCallRow | undefined> =>
  db.selectFrom('model_calls').selectAll().where('call_id', '=', callId).executeTakeFirst();

/** All calls of a question, in the order they were made. */
export const callsOfAsk = (db: Database, askKey: string): Promise<ModelCallRow[]> =>
  db.selectFrom('model_calls').selectAll().where('ask_key', '=', askKey).orderBy('requested_at').execute();

/** Gives up calls that an earlier attempt left open: charged as they were reserved. */
export async function loseCalls(trx: Database, askKey: string, atMs: number): Promise<void> {
  const open = trx
    .updateTable('model_calls')
    .set({ outcome: LOST, answered_at: sql<string>`clock_timestamp()` })
    .where('ask_key', '=', askKey)
    .where('outcome', '=', REQUESTED)
    .returning('call_id');
  for (const { call_id: callId } of await open.execute()) {
    const cost = await settleBudget(trx, { callId, spentMicroUsd: null, atMs });
    const change = trx.updateTable('model_calls').set({ cost_micro_usd: cost ?? 0 });
    await change.where('call_id', '=', callId).execute();
    await appendAudit(trx, [{ kind: 'model_lost', body: { call_id: callId, cost_micro_usd: cost }, atMs }]);
  }
}

/** What a question came to, or undefined. */
export async function outcomeOfAsk(db: Database, askKey: string): Promise<JsonObject | undefined> {
  const query = db.selectFrom('model_asks').select('outcome').where('ask_key', '=', askKey);
  return (await query.executeTakeFirst())?.outcome;
}

/** Keeps the first outcome for ever. @returns the one that is kept */
export async function keepOutcome(db: Database, askKey: string, outcome: JsonObject): Promise<JsonObject> {
  // Not waited for on the disk: an outcome lost with the server is found again in the stored reply, asked of nobody.
  const { numAffectedRows = 0n } = await sql`
    with quick as (select set_config('synchronous_commit', 'off', true))
    insert into model_asks (ask_key, outcome) select ${askKey}, ${JSON.stringify(outcome)}::jsonb from quick
    on conflict do nothing`.execute(db);
  return numAffectedRows === 1n ? outcome : ((await outcomeOfAsk(db, askKey)) ?? outcome);
}
