/**
 * One row a request, written before it leaves and completed once. `requested` is a call that nobody has heard of yet;
 * what is left of it by a worker that died becomes `lost`, and its reservation stays charged.
 */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { ModelUsage } from '../../schemas/llm/model-call.ts';
import type { Problem } from '../../schemas/problem.ts';
import { appendAudit } from '../audit.ts';
import { insertion } from '../insert-rows.ts';
import { KEPT } from '../kept-plans.ts';
import { jsonText } from '../storable.ts';
import type { Database, JsonObject, Tables } from '../tables.ts';
import { settleBudget, settlement } from './budget.ts';
import { payloadInsertion, payloadOf } from './payloads.ts';

export const REQUESTED = 'requested';
export const ANSWERED = 'answered';
export const LOST = 'lost';

export type ModelCallRow = Selectable<Tables['model_calls']>;
/** Without the references of question and request, which are made of their bodies. */
export type NewModelCall = Omit<Insertable<Tables['model_calls']>, 'requested_at' | 'question_ref' | 'request_ref'>;

/** What a call is explained by. */
export type CallBodies = {
  /** As it was put, before it was rendered. */
  readonly question: string;
  /** As it left. */
  readonly request: string;
};

/**
 * Writes a call with its bodies and its link in the audit; an answer out of the cache had no request. `at` is the
 * database's clock unless it is given.
 */
export async function openCall(
  trx: Database,
  row: NewModelCall,
  bodies: Pick<CallBodies, 'question'> & Partial<CallBodies>,
  at?: Date,
): Promise<void> {
  const requestedAt = at ?? (await databaseClock(trx));
  const question = payloadOf(bodies.question);
  const request = bodies.request === undefined ? null : payloadOf(bodies.request);
  const refs = { question_ref: question.ref, request_ref: request?.ref ?? null };
  const { call_id, call_key, model, provider, prompt_hash, reserved_micro_usd = 0 } = row;
  const { request_ref } = refs;
  const body = { call_id, call_key, model, provider, prompt_hash, request_ref, reserved_micro_usd };
  await appendAudit(
    trx,
    [{ kind: 'model_request', body, atMs: requestedAt.getTime() }],
    [
      payloadInsertion(request === null ? [question] : [question, request]),
      insertion('model_calls', [{ ...row, ...refs, requested_at: requestedAt.toISOString() }]),
    ],
  );
}

async function databaseClock(trx: Database): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(trx);
  return rows[0]?.at ?? new Date();
}

export type CallEnd = {
  readonly callId: string;
  /** `answered`, or the code of a failure. */
  readonly outcome: string;
  /** Of a failure: asking the same again may help. Null: it answered. */
  readonly retryable: boolean | null;
  readonly usage: ModelUsage | null;
  /** null: nobody knows, so the whole reservation. */
  readonly spentMicroUsd: number | null;
  readonly latencyMs: number;
  readonly temperatureSent: number | null;
  /** The reply as it came; null: there is none. */
  readonly responseBody: string | null;
  readonly providerRequestId: string | null;
  readonly problems: readonly Problem[];
  readonly atMs: number;
};

/**
 * Completes a call, settles its reservation and keeps its reply.
 * @returns what was charged; null when it was open no more, and then nothing is written
 */
export async function closeCall(trx: Database, end: CallEnd): Promise<number | null> {
  const { callId, usage, atMs } = end;
  const response = end.responseBody === null ? null : payloadOf(end.responseBody);
  const changes = sql.join([
    sql`outcome = ${end.outcome}, retryable = ${end.retryable}`,
    sql`tokens_in = ${usage?.tokensIn ?? null}, tokens_out = ${usage?.tokensOut ?? null}`,
    sql`tokens_cached_read = ${usage?.tokensCachedRead ?? null}`,
    sql`tokens_cached_write = ${usage?.tokensCachedWrite ?? null}`,
    sql`cost_micro_usd = settled.spent, latency_ms = ${end.latencyMs}, temperature_sent = ${end.temperatureSent}`,
    sql`response_ref = ${response?.ref ?? null}, provider_request_id = ${end.providerRequestId}`,
    sql`problems = ${jsonText(end.problems)}::jsonb, answered_at = clock_timestamp()`,
  ]);
  const { rows } = await sql<{
    cost: number;
  }>`${KEPT} with ${settlement({ callId, spentMicroUsd: end.spentMicroUsd, atMs })}
    ${response === null ? sql`` : sql`, kept as (${payloadInsertion([response])})`}
    update model_calls c set ${changes} from settled where c.call_id = ${callId}
    returning settled.spent as cost`.execute(trx);
  const cost = rows[0]?.cost ?? null;
  if (cost === null) return null;
  const body = { call_id: callId, outcome: end.outcome, cost_micro_usd: cost, response_ref: response?.ref ?? null };
  await appendAudit(trx, [{ kind: 'model_reply', body, atMs }]);
  return cost;
}

/** What was wrong with an answer that came: it counts as the call's outcome. */
export async function judgeCall(db: Database, callId: string, problems: readonly Problem[]): Promise<void> {
  const [first] = problems;
  if (first === undefined) return;
  await sql`update model_calls set outcome = ${first.code}, problems = problems || ${jsonText(problems)}::jsonb
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
    insert into model_asks (ask_key, outcome) select ${askKey}, ${jsonText(outcome)}::jsonb from quick
    on conflict do nothing`.execute(db);
  return numAffectedRows === 1n ? outcome : ((await outcomeOfAsk(db, askKey)) ?? outcome);
}
