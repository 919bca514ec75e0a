/**
 * A reply to one stage of a question, from the first model that gives one: each candidate in turn, each address behind its
 * breaker. Nobody left to ask: again later where that may help and has not been tried too often, else no decision.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { Address, BreakerState } from '../../db/llm/breakers.ts';
import type { ModelCallRow } from '../../db/llm/calls.ts';
import { describeFull } from '../../domain/llm/budget.ts';
import { RETRY_AFTER_MS_MIN } from '../../domain/llm/retry-after.ts';
import type { ModelFailure, ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { type Called, type CallRequest, type Charge, callOnce } from './one-call.ts';
import type { GatewayParts } from './parts.ts';

export type TurnRequest = Omit<CallRequest, 'record' | 'request' | 'baseUrl' | 'number' | 'contaminated'> & {
  readonly candidates: readonly ModelRecord[];
  readonly requestFor: (record: ModelRecord) => ModelRequest;
  readonly isContaminated: (record: ModelRecord) => boolean;
  /** Where a call asks the breaker first. */
  readonly troubled: readonly Address[];
  /** All calls of the question so far. */
  readonly before: readonly ModelCallRow[];
};

export type Turn =
  | {
      readonly kind: 'replied';
      readonly callId: string;
      readonly reply: ModelReply;
      readonly record: ModelRecord;
      readonly charges: readonly Charge[];
    }
  | {
      readonly kind: 'none';
      readonly reason: string;
      readonly detail: string;
      /** Of the calls that this turn made; those before it are known. */
      readonly charges: readonly Charge[];
    };

/** Requests that one model gets in one stage before it is given up. */
const TRIES_MAX = 3;
/** A turn that comes sooner is waited for here; a later one is left to the server. */
const WAIT_MS_MAX = 5_000;
const BACKOFF_MS_MAX = 60_000;
/** It concerns all models of its provider. */
const SPEND_CAP = 'LLM_SPEND_CAP';
const ABORTED = 'LLM_ABORTED';
/** What says nothing about the provider: the breaker does not count it. */
const OUR_OWN_FAULTS = [ABORTED, 'LLM_BAD_REQUEST', 'LLM_TOO_LARGE', 'MODEL_FILE_NOT_FOUND', 'PROVIDER_NOT_INSTALLED'];

type Refused = { readonly code: string; readonly detail: string; readonly retryInMs: number | null };

/**
 * @throws ApplicationFailure (retried after `nextRetryDelay`) where asking later may help; CancelledFailure where the
 * activity was ended in the middle (its workflow, its worker, a lost heartbeat): that says nothing about the question
 */
export async function requestTurn(parts: GatewayParts, turn: TurnRequest): Promise<Turn> {
  const refusals: Refused[] = [];
  const charges: Charge[] = [];
  const final = finalIn(turn);
  const capped = new Set(final.flatMap((one) => (one.outcome === SPEND_CAP ? [one.provider] : [])));
  const done = new Set(final.map(({ model }) => model));
  for (const { record, baseUrl } of placesOf(parts, turn)) {
    if (done.has(record.id) || capped.has(record.provider) || triesOf(turn, record) >= TRIES_MAX) continue;
    const breaker = await breakerOf(parts, turn, { provider: record.provider, baseUrl });
    if (breaker === 'open') {
      refusals.push({ code: 'PROVIDER_DOWN', detail: `${record.provider}: its breaker is open`, retryInMs: null });
      continue;
    }
    const called = await callPaced(parts, turn, record, baseUrl, turn.before.length + charges.length);
    if ('costMicroUsd' in called) {
      const { callId, costMicroUsd } = called;
      charges.push({ callId, costMicroUsd, contaminated: turn.isContaminated(record) });
    }
    if (called.kind === 'replied') {
      if (breaker === 'troubled') await parts.store.noteSuccess({ provider: record.provider, baseUrl });
      return { ...called, record, charges };
    }
    if (called.kind === 'exhausted') {
      const detail = describeFull(called.full, called.amountMicroUsd);
      return { kind: 'none', reason: 'BUDGET_EXHAUSTED', detail, charges };
    }
    if (called.kind === 'overtaken') throw overtaken();
    turn.signal.throwIfAborted();
    const failure = called.kind === 'wait' ? pacedFailure(record, called.ms) : called.failure;
    if (called.kind === 'failed') await noteFailure(parts, { provider: record.provider, baseUrl }, failure);
    if (failure.code === SPEND_CAP) capped.add(record.provider);
    // Another address helps where this one is down or full; not against a question that is wrong, nor our own pace.
    if (!failure.retryable || called.kind === 'wait') done.add(record.id);
    refusals.push(refusalOf(turn, record, failure));
  }
  return { ...giveUp(turn, refusals), charges };
}

/** What earlier attempts were told for good. Asked again it would be paid again; an end by our own hand says nothing. */
const finalIn = ({ before, step }: TurnRequest): ModelCallRow[] =>
  before.filter((one) => one.step === step && one.retryable === false && one.outcome !== ABORTED);

const triesOf = ({ before, step }: TurnRequest, record: ModelRecord): number =>
  before.filter((one) => one.step === step && one.model === record.id && one.outcome !== 'answered').length;

/** Nothing stands against an address whose last call went well. */
async function breakerOf(
  { store, nowMs }: GatewayParts,
  { troubled }: TurnRequest,
  at: Address,
): Promise<BreakerState> {
  const isTroubled = troubled.some(({ provider, baseUrl }) => provider === at.provider && baseUrl === at.baseUrl);
  return isTroubled ? store.breaker(at, nowMs()) : 'clear';
}

type Place = { readonly record: ModelRecord; readonly baseUrl: string };

/** Each model at each of its addresses, which take turns at being first, so that all share the work. */
const placesOf = ({ registry }: GatewayParts, { candidates }: TurnRequest): Place[] =>
  candidates.flatMap((record) => {
    const { baseUrls = [] } = registry.providers.find(({ name }) => name === record.provider) ?? {};
    const addresses = baseUrls.length === 0 ? [''] : baseUrls;
    const first = addresses.length === 1 ? 0 : turnOf(record.provider);
    return addresses.map((_, n) => ({ record, baseUrl: addresses[(first + n) % addresses.length] ?? '' }));
  });

const turns = new Map<string, number>();

function turnOf(provider: string): number {
  const turn = turns.get(provider) ?? 0;
  turns.set(provider, turn + 1);
  return turn;
}

/** Waits for the model's pace as long as that is short. */
async function callPaced(
  parts: GatewayParts,
  turn: TurnRequest,
  record: ModelRecord,
  baseUrl: string,
  number: number,
): Promise<Called> {
  const request = turn.requestFor(record);
  const contaminated = turn.isContaminated(record);
  const call = { ...turn, record, request, baseUrl, number, contaminated };
  const until = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const called = await callOnce(parts, call);
    if (called.kind !== 'wait' || performance.now() + called.ms > until) return called;
    await sleep(called.ms, turn.signal);
  }
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });

const pacedFailure = ({ id }: ModelRecord, ms: number): ModelFailure => ({
  code: 'LLM_RATE_LIMITED',
  retryable: true,
  retryAfterMs: ms,
  mayHaveBeenBilled: false,
  detail: `the desk's own pace of ${id}: its next turn is in ${ms} ms`,
});

/** Told to the breaker of the address, where it says something about the provider. */
export async function noteFailure(
  { store, nowMs }: Pick<GatewayParts, 'store' | 'nowMs'>,
  { provider, baseUrl }: Address,
  { code }: ModelFailure,
): Promise<void> {
  if (!OUR_OWN_FAULTS.includes(code)) await store.noteFailure({ provider, baseUrl }, { code, nowMs: nowMs() });
}

function refusalOf(turn: TurnRequest, record: ModelRecord, failure: ModelFailure): Refused {
  const { code, detail, retryable, retryAfterMs } = failure;
  const tries = triesOf(turn, record) + 1;
  const isLast = !retryable || tries >= TRIES_MAX;
  const backoffMs = Math.min(BACKOFF_MS_MAX, RETRY_AFTER_MS_MIN * 2 ** (tries - 1));
  return { code, detail, retryInMs: isLast ? null : (retryAfterMs ?? backoffMs) };
}

function giveUp(
  { before }: TurnRequest,
  refusals: readonly Refused[],
): Omit<Extract<Turn, { kind: 'none' }>, 'charges'> {
  const waits = refusals.flatMap(({ retryInMs }) => (retryInMs === null ? [] : [retryInMs]));
  const [first] = refusals;
  if (first !== undefined && waits.length > 0) {
    throw ApplicationFailure.create({
      type: first.code,
      message: refusals.map(({ code, detail }) => `${code} ${detail}`).join('; '),
      nextRetryDelay: Math.max(RETRY_AFTER_MS_MIN, Math.min(...waits)),
    });
  }
  const last = before.findLast(({ outcome }) => outcome !== 'answered');
  if (first !== undefined) return { kind: 'none', reason: first.code, detail: first.detail };
  const reason = last === undefined ? 'MODEL_NONE' : last.outcome === 'lost' ? 'PROVIDER_DOWN' : last.outcome;
  return { kind: 'none', reason, detail: 'no model that could be asked is left' };
}

const overtaken = (): ApplicationFailure =>
  ApplicationFailure.create({ type: 'LLM_OVERTAKEN', message: 'another attempt took this question over' });
