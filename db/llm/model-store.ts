/**
 * Everything the gateway keeps, as the activity `askModel` sees it: each method is one transaction. Costs are whole
 * micro-USD, instants epoch ms of the desk's clock.
 */
import type { FullScope, ScopeLimit } from '../../schemas/llm/budget.ts';
import type { Problem } from '../../schemas/problem.ts';
import { inTransaction } from '../retry.ts';
import type { Database, JsonObject } from '../tables.ts';
import {
  type BatchedCall,
  type BatchRow,
  noteEnded,
  noteSubmitted,
  type OpenBatch,
  openBatch,
  readBatch,
} from './batches.ts';
import { type Address, type BreakerState, breakerAt, noteFailure, noteSuccess } from './breakers.ts';
import { reserveBudget } from './budget.ts';
import {
  type CallBodies,
  type CallEnd,
  callsOfAsk,
  closeCall,
  judgeCall,
  keepOutcome,
  loseCalls,
  type ModelCallRow,
  type NewModelCall,
  openCall,
} from './calls.ts';
import { type Pace, paceOf } from './pacing.ts';
import { readPayload, storePayload } from './payloads.ts';
import { readPrompt, type StoredPrompt } from './prompts.ts';
import { putCached, readCached } from './response-cache.ts';
import { openDemotions, type Subject } from './scores.ts';
import { type EarlierRow, readEarlier, readStanding, type StandingRow } from './standing.ts';

export type BeginCall = {
  readonly row: NewModelCall;
  readonly bodies: CallBodies;
  readonly scopes: readonly ScopeLimit[];
  readonly pace: Pace;
  readonly atMs: number;
};

export type Begun =
  | { readonly kind: 'begun' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'exhausted'; readonly full: readonly FullScope[] };

export type ModelStore = {
  /** What a question came to before. */
  readonly earlier: (askKey: string) => Promise<EarlierRow>;
  /** What stands against models, prompts and addresses now. */
  readonly standing: (promptId: string) => Promise<StandingRow>;
  /** @returns the outcome that is kept: the first there was */
  readonly keepOutcome: (askKey: string, outcome: JsonObject) => Promise<JsonObject>;
  readonly calls: (askKey: string) => Promise<ModelCallRow[]>;
  readonly loseCalls: (askKey: string, atMs: number) => Promise<void>;
  /** Waits for nothing: a turn that is not there yet, and a budget without room, are answers. */
  readonly begin: (call: BeginCall) => Promise<Begun>;
  /** @returns what it cost; null for an attempt that was given up meanwhile */
  readonly end: (end: CallEnd) => Promise<number | null>;
  /** A row for an answer out of the cache: it costs nothing and reserves nothing. */
  readonly noteHit: (row: NewModelCall, question: string) => Promise<void>;
  readonly judge: (callId: string, problems: readonly Problem[]) => Promise<void>;
  readonly payload: (ref: string) => Promise<string>;
  readonly storePayload: (body: string) => Promise<string>;
  readonly breaker: (address: Address, nowMs: number) => Promise<BreakerState>;
  readonly noteSuccess: (address: Address) => Promise<void>;
  readonly noteFailure: (address: Address, failure: { code: string; nowMs: number }) => Promise<void>;
  readonly batch: (batchKey: string) => Promise<BatchRow | undefined>;
  /** @returns the questions that are in it: those that the budget has room for */
  readonly openBatch: (batch: OpenBatch) => Promise<BatchedCall[]>;
  readonly noteSubmitted: (batchKey: string, providerBatchId: string) => Promise<void>;
  readonly noteBatchEnded: (batchKey: string, state: 'ended' | 'failed' | 'lost') => Promise<void>;
  readonly cached: (key: string, asOfMs: number) => Promise<JsonObject | undefined>;
  readonly putCached: (key: string, asOfMs: number, outcome: JsonObject) => Promise<void>;
  readonly prompt: (promptId: string, version: number) => Promise<StoredPrompt | undefined>;
  /** Models and prompts that have no say at present. */
  readonly demoted: () => Promise<Subject[]>;
};

export const createModelStore = (db: Database): ModelStore => ({
  earlier: (askKey) => readEarlier(db, askKey),
  standing: (promptId) => readStanding(db, promptId),
  keepOutcome: (askKey, outcome) => keepOutcome(db, askKey, outcome),
  calls: (askKey) => callsOfAsk(db, askKey),
  loseCalls: (askKey, atMs) => inTransaction(db, (trx) => loseCalls(trx, askKey, atMs)),
  begin: (call) => inTransaction(db, (trx) => begin(trx, call)),
  end: (end) => inTransaction(db, (trx) => closeCall(trx, end)),
  noteHit: (row, question) => inTransaction(db, (trx) => openCall(trx, row, { question })),
  judge: (callId, problems) => judgeCall(db, callId, problems),
  payload: (ref) => readPayload(db, ref),
  storePayload: (body) => storePayload(db, body),
  breaker: (address, nowMs) => breakerAt(db, address, nowMs),
  noteSuccess: (address) => noteSuccess(db, address),
  noteFailure: (address, failure) => noteFailure(db, address, failure),
  batch: (batchKey) => readBatch(db, batchKey),
  openBatch: (batch) => inTransaction(db, (trx) => openBatch(trx, batch)),
  noteSubmitted: (batchKey, providerBatchId) => noteSubmitted(db, batchKey, providerBatchId),
  noteBatchEnded: (batchKey, state) => noteEnded(db, batchKey, state),
  cached: (key, asOfMs) => readCached(db, key, asOfMs),
  putCached: (key, asOfMs, outcome) => putCached(db, key, asOfMs, outcome),
  prompt: (promptId, version) => readPrompt(db, promptId, version),
  demoted: () => openDemotions(db),
});

async function begin(trx: Database, call: BeginCall): Promise<Begun> {
  const { row, bodies, scopes, pace, atMs } = call;
  const { waitMs, at } = await paceOf(trx, pace);
  if (waitMs > 0) return { kind: 'wait', ms: waitMs };
  const amountMicroUsd = row.reserved_micro_usd ?? 0;
  const full = await reserveBudget(trx, { callId: row.call_id, amountMicroUsd, scopes, atMs });
  if (full.length > 0) return { kind: 'exhausted', full };
  await openCall(trx, row, bodies, at);
  return { kind: 'begun' };
}
