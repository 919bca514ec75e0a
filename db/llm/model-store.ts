/**
 * Everything the gateway keeps, as the activity `askModel` sees it: each method is one transaction. Costs are whole
 * micro-USD, instants epoch ms of the desk's clock.
 */
import type { FullScope, ScopeLimit } from '../../schemas/llm/budget.ts';
import type { PromptExperiment } from '../../schemas/llm/prompt.ts';
import type { Problem } from '../../schemas/problem.ts';
import { inTransaction } from '../retry.ts';
import type { Database, JsonObject } from '../tables.ts';
import { type Address, mayCall, noteFailure, noteSuccess } from './breakers.ts';
import { reserveBudget } from './budget.ts';
import {
  type CallEnd,
  callsOfAsk,
  closeCall,
  judgeCall,
  keepOutcome,
  loseCalls,
  type ModelCallRow,
  type NewModelCall,
  openCall,
  outcomeOfAsk,
} from './calls.ts';
import { type Pace, paceOf } from './pacing.ts';
import { readPayload, storePayload } from './payloads.ts';
import { activeExperiment, readPrompt, type StoredPrompt } from './prompts.ts';
import { putCached, readCached } from './response-cache.ts';
import { openDemotions, type Subject } from './scores.ts';

export type BeginCall = {
  /** Without the reference of the request. */
  readonly row: Omit<NewModelCall, 'request_ref'>;
  readonly requestBody: string;
  readonly scopes: readonly ScopeLimit[];
  readonly pace: Pace;
  readonly atMs: number;
};

export type Begun =
  | { readonly kind: 'begun' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'exhausted'; readonly full: readonly FullScope[] };

export type ModelStore = {
  readonly outcome: (askKey: string) => Promise<JsonObject | undefined>;
  /** @returns the outcome that is kept: the first there was */
  readonly keepOutcome: (askKey: string, outcome: JsonObject) => Promise<JsonObject>;
  readonly calls: (askKey: string) => Promise<ModelCallRow[]>;
  readonly loseCalls: (askKey: string, atMs: number) => Promise<void>;
  /** Waits for nothing: a turn that is not there yet, and a budget without room, are answers. */
  readonly begin: (call: BeginCall) => Promise<Begun>;
  /** @returns whether the call was still open: false for an attempt that was given up meanwhile */
  readonly end: (end: Omit<CallEnd, 'responseRef'>, responseBody: string | null) => Promise<boolean>;
  /** A row for an answer out of the cache: it costs nothing and reserves nothing. */
  readonly noteHit: (row: NewModelCall) => Promise<void>;
  readonly judge: (callId: string, problems: readonly Problem[]) => Promise<void>;
  readonly payload: (ref: string) => Promise<string>;
  readonly storePayload: (body: string) => Promise<string>;
  readonly mayCall: (address: Address, nowMs: number) => Promise<boolean>;
  readonly noteSuccess: (address: Address) => Promise<void>;
  readonly noteFailure: (address: Address, failure: { code: string; nowMs: number }) => Promise<void>;
  readonly cached: (key: string, asOfMs: number) => Promise<JsonObject | undefined>;
  readonly putCached: (key: string, asOfMs: number, outcome: JsonObject) => Promise<void>;
  readonly prompt: (promptId: string, version: number) => Promise<StoredPrompt | undefined>;
  readonly experiment: (promptId: string) => Promise<PromptExperiment | undefined>;
  readonly demoted: (subjects: readonly Subject[]) => Promise<Subject[]>;
};

export const createModelStore = (db: Database): ModelStore => ({
  outcome: (askKey) => outcomeOfAsk(db, askKey),
  keepOutcome: (askKey, outcome) => keepOutcome(db, askKey, outcome),
  calls: (askKey) => callsOfAsk(db, askKey),
  loseCalls: (askKey, atMs) => inTransaction(db, (trx) => loseCalls(trx, askKey, atMs)),
  begin: (call) => inTransaction(db, (trx) => begin(trx, call)),
  end: (end, responseBody) =>
    inTransaction(db, async (trx) => {
      const responseRef = responseBody === null ? null : await storePayload(trx, responseBody);
      return closeCall(trx, { ...end, responseRef });
    }),
  noteHit: (row) => inTransaction(db, (trx) => openCall(trx, row)),
  judge: (callId, problems) => judgeCall(db, callId, problems),
  payload: (ref) => readPayload(db, ref),
  storePayload: (body) => storePayload(db, body),
  mayCall: (address, nowMs) => mayCall(db, address, nowMs),
  noteSuccess: (address) => noteSuccess(db, address),
  noteFailure: (address, failure) => noteFailure(db, address, failure),
  cached: (key, asOfMs) => readCached(db, key, asOfMs),
  putCached: (key, asOfMs, outcome) => putCached(db, key, asOfMs, outcome),
  prompt: (promptId, version) => readPrompt(db, promptId, version),
  experiment: (promptId) => activeExperiment(db, promptId),
  demoted: (subjects) => openDemotions(db, subjects),
});

async function begin(trx: Database, { row, requestBody, scopes, pace, atMs }: BeginCall): Promise<Begun> {
  const waitMs = await paceOf(trx, pace);
  if (waitMs > 0) return { kind: 'wait', ms: waitMs };
  const requestRef = await storePayload(trx, requestBody);
  const amountMicroUsd = row.reserved_micro_usd ?? 0;
  const full = await reserveBudget(trx, { callId: row.call_id, amountMicroUsd, scopes, atMs });
  if (full.length > 0) return { kind: 'exhausted', full };
  await openCall(trx, { ...row, request_ref: requestRef });
  return { kind: 'begun' };
}
