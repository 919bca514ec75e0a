/**
 * The questions that a walk put to the provider which answers in the step itself: one row a question, with its facts and
 * its answer, written with the decision it was asked for. Nothing was sent and nothing was paid.
 */
import type { Transaction } from 'kysely';
import type { AdviceCall } from '../../domain/backtest/advisor.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Tables } from '../tables.ts';
import { ANSWERED } from './calls.ts';

/** An answered question and the decision it was asked for. */
export type DecidedCall = { readonly decisionId: string; readonly call: AdviceCall };

const PROVIDER = 'rules';
const CONTRACT = 'advice';
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
}

type CallRecord = {
  readonly decisionId: string;
  readonly asOfMs: number;
  readonly request: string;
  readonly response: string;
};

const recordOf = ({ decisionId, call: { facts, advice, asOfMs } }: DecidedCall): CallRecord[] =>
  advice === null ? [] : [{ decisionId, asOfMs, request: canonicalJson(facts), response: canonicalJson(advice) }];

const bodyOf = (body: string): [string, string] => [sha256Hex(body), body];

const rowOf = ({ decisionId, asOfMs, request, response }: CallRecord) => {
  const key = `${decisionId}/${CONTRACT}`;
  return {
    call_id: sha256Hex(key).slice(0, 32),
    call_key: key,
    ask_key: key,
    step: 'answer',
    task: CONTRACT,
    contract: CONTRACT,
    decision_id: decisionId,
    prompt_id: CONTRACT,
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
