/**
 * The questions that a walk put to the provider which answers in the step itself: one row a question, with its facts and
 * its answer, written with the decision it was asked for. Nothing was sent and nothing was paid.
 */
import type { Transaction } from 'kysely';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Tables } from '../tables.ts';
import { ANSWERED } from './calls.ts';

/** A question and the decision it was asked for; without an answer it is somebody else's to record. */
export type DecidedCall = {
  readonly decisionId: string;
  readonly contract: 'advice' | 'riskAssessment';
  readonly asOfMs: number;
  readonly facts: unknown;
  readonly answer: unknown;
};

const PROVIDER = 'rules';
/** The provider reads no prompt: its question is the facts. Raised when their shape changes. */
const FACTS_VERSION = 1;

export async function insertAdviceCalls(
  trx: Transaction<Tables>,
  sessionId: string,
  calls: readonly DecidedCall[],
): Promise<void> {
  const records = calls.flatMap(recordOf);
  if (records.length === 0) return;
  const bodies = new Map(records.flatMap(({ request, response }) => [bodyOf(request), bodyOf(response)]));
  const payloads = [...bodies].map(([ref, body]) => ({ ref, body }));
  await insertRows(trx, 'model_payloads', payloads, { onConflict: 'nothing' });
  const at = toInstant(Date.now());
  const shared = { session_id: sessionId, requested_at: at, answered_at: at };
  await insertRows(
    trx,
    'model_calls',
    records.map((one) => ({ ...rowOf(one), ...shared })),
  );
  await insertRows(trx, 'model_asks', records.map(askOf), { onConflict: 'nothing' });
}

/** What the question came to: by this it is found when its trade has closed. */
const askOf = (record: CallRecord) => {
  const { call_id, ask_key, provider, model, prompt_id: promptId, prompt_version: promptVersion } = rowOf(record);
  const told = { callIds: [call_id], costMicroUsd: 0, provider, model, promptId, promptVersion };
  const value: unknown = JSON.parse(record.response);
  return { ask_key, outcome: { kind: 'answer', value, ...told, cached: false, contaminated: false } };
};

type CallRecord = {
  readonly decisionId: string;
  readonly contract: string;
  readonly asOfMs: number;
  readonly request: string;
  readonly response: string;
};

const recordOf = ({ facts, answer, ...call }: DecidedCall): CallRecord[] =>
  answer === null ? [] : [{ ...call, request: canonicalJson(facts), response: canonicalJson(answer) }];

const bodyOf = (body: string): [string, string] => [sha256Hex(body), body];

const rowOf = ({ decisionId, contract, asOfMs, request, response }: CallRecord) => {
  const key = `${decisionId}/${contract}`;
  return {
    call_id: sha256Hex(key).slice(0, 32),
    call_key: key,
    ask_key: key,
    step: 'answer',
    task: contract,
    contract,
    decision_id: decisionId,
    prompt_id: contract,
    prompt_version: FACTS_VERSION,
    prompt_hash: sha256Hex(request),
    provider: PROVIDER,
    model: PROVIDER,
    tier: 'fast',
    tokens_in: 0,
    tokens_out: 0,
    cost_micro_usd: 0,
    latency_ms: 0,
    outcome: ANSWERED,
    request_ref: sha256Hex(request),
    response_ref: sha256Hex(response),
    as_of: toInstant(asOfMs),
  };
};
