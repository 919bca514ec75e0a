/**
 * Questions of one kind, handed over to a provider as a batch. It fills in the replies beforehand: asked under its call key,
 * each question of a batch that has ended finds its reply and costs no request more. What the batch did not bring is asked
 * for itself. Safe to repeat: a batch is written down before it leaves, and is never handed over a second time.
 */
import { heartbeat } from '@temporalio/activity';
import type { BatchAnswer, ModelBatches } from '../../adapters/llm/model-batches.ts';
import type { BatchedCall, BatchRow, OpenBatch } from '../../db/llm/batches.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { promptTokensMax, scopesOf } from '../../domain/llm/budget.ts';
import { costCeilingMicroUsd, costMicroUsd, inBatch, pricesOf } from '../../domain/llm/cost.ts';
import { possibleUsage } from '../../domain/llm/usage.ts';
import { type AskModelInput, askModelSchema } from '../../schemas/llm/ask-model.ts';
import { ModelCallFailed, type ModelFailure, type ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import { problem } from '../../schemas/problem.ts';
import { finalOnInvalidInput } from '../failure.ts';
import { type Asking, askingOf, isContaminated, requestOf, withFacts } from './asking.ts';
import { rowOf } from './one-call.ts';
import type { GatewayParts } from './parts.ts';
import { noteFailure } from './request-turn.ts';
import { standingOf } from './standing.ts';

/** `none`: nobody takes a batch of these; ask each for itself. */
export type BatchSubmitted = { readonly kind: 'submitted' } | { readonly kind: 'none'; readonly reason: string };
export type BatchProgress = { readonly state: 'running' | 'over' };

export type BatchActivities = ReturnType<typeof createBatchActivities>;

export const createBatchActivities = (parts: GatewayParts) => ({
  /** Hands the questions over, once for ever under `batchKey`. @throws ApplicationFailure InvalidInput (final) */
  submitBatch: (input: { readonly batchKey: string; readonly questions: readonly AskModelInput[] }) =>
    finalOnInvalidInput((): Promise<BatchSubmitted> => submitBatch(parts, input)),

  /** Looks how far it is, and writes the replies down when it has ended. */
  lookAtBatch: ({ batchKey }: { readonly batchKey: string }): Promise<BatchProgress> => lookAtBatch(parts, batchKey),
});

const SUBMITTED: BatchSubmitted = { kind: 'submitted' };
const none = (reason: string): BatchSubmitted => ({ kind: 'none', reason });

async function submitBatch(
  parts: GatewayParts,
  { batchKey, questions }: { readonly batchKey: string; readonly questions: readonly AskModelInput[] },
): Promise<BatchSubmitted> {
  const known = await parts.store.batch(batchKey);
  if (known !== undefined) return known.state === 'failed' ? none('BATCH_REFUSED') : SUBMITTED;
  const asked = await Promise.all(
    questions.map(async (one) => {
      const ask = await withFacts(parts, parseInput(askModelSchema, one));
      return askingOf(parts, ask, await standingOf(parts, ask.promptId), []);
    }),
  );
  const record = asked[0]?.candidates[0];
  if (record === undefined) return none('MODEL_NONE');
  const batches = batchesOf(parts, record.provider);
  if (batches === undefined) return none('BATCH_UNSUPPORTED');
  const baseUrl = parts.registry.providers.find(({ name }) => name === record.provider)?.baseUrls[0] ?? '';
  const breaker = await parts.store.breaker({ provider: record.provider, baseUrl }, parts.nowMs());
  if (breaker === 'open') return none('PROVIDER_DOWN');
  const opening = openingOf(parts, asked, { batchKey, record, baseUrl });
  const items = await parts.store.openBatch(opening);
  if (items.length === 0) return none('BUDGET_EXHAUSTED');
  return handOver(parts, batches, opening, items);
}

const batchesOf = ({ providers }: GatewayParts, provider: string): ModelBatches | undefined =>
  providers.get(provider)?.batches;

type Target = { readonly batchKey: string; readonly record: ModelRecord; readonly baseUrl: string };

function openingOf(parts: GatewayParts, asked: readonly Asking[], { batchKey, record, baseUrl }: Target): OpenBatch {
  const atMs = parts.nowMs();
  const prices = pricesOf(record);
  const calls = asked.map((asking, index) => {
    const { ask, chosen, conversation } = asking;
    const request = requestOf(parts, asking, conversation.messages, record);
    const reserved = inBatch(costCeilingMicroUsd(prices, promptTokensMax(request), request.maxTokens), prices);
    const callId = parts.newId();
    const call = {
      ask,
      chosen,
      step: 'answer' as const,
      record,
      baseUrl,
      number: 0,
      contaminated: isContaminated(ask, record),
    };
    const temperature = record.acceptsTemperature ? request.temperature : null;
    return {
      item: { id: itemId(batchKey, index), callId, temperature },
      row: rowOf(call, callId, reserved),
      bodies: { question: canonicalJson(ask), request: JSON.stringify(request) },
      scopes: scopesOf({ ...ask, askKey: ask.callKey }, parts.limits, atMs),
    };
  });
  return { batchKey, provider: record.provider, model: record.id, baseUrl, atMs, calls };
}

/** The item's place in a batch that nobody else has. */
const itemId = (batchKey: string, index: number): string => `${sha256Hex(batchKey).slice(0, 32)}-${index}`;

async function handOver(
  parts: GatewayParts,
  batches: ModelBatches,
  { batchKey, baseUrl, provider, calls }: OpenBatch,
  items: readonly BatchedCall[],
): Promise<BatchSubmitted> {
  const taken = calls.filter(({ item }) => items.includes(item));
  const requests = taken.map(({ item, bodies }) => ({
    id: item.id,
    request: JSON.parse(bodies.request) as ModelRequest,
  }));
  try {
    await parts.store.noteSubmitted(
      batchKey,
      await batches.submit(batchKey, requests, { baseUrl, onProgress: heartbeat }),
    );
    return SUBMITTED;
  } catch (error) {
    if (!(error instanceof ModelCallFailed)) throw error;
    await noteFailure(parts, { provider, baseUrl }, error.failure);
    // It may be under way: whoever looks at it next finds out.
    if (error.failure.mayHaveBeenBilled) return SUBMITTED;
    // The batch was refused: each question may still be asked for itself.
    for (const item of items) await endFailed(parts, item, { ...error.failure, retryable: true }, 0);
    await parts.store.noteBatchEnded(batchKey, 'failed');
    return none(error.failure.code);
  }
}

const OVER: BatchProgress = { state: 'over' };
const RUNNING: BatchProgress = { state: 'running' };
/** What nobody has heard of for so long was never taken. */
const FOUND_WITHIN_MS = 120_000;

async function lookAtBatch(parts: GatewayParts, batchKey: string): Promise<BatchProgress> {
  const row = await parts.store.batch(batchKey);
  const batches = row === undefined ? undefined : batchesOf(parts, row.provider);
  if (row === undefined || batches === undefined || !['submitting', 'submitted'].includes(row.state)) return OVER;
  try {
    const batchId = row.provider_batch_id ?? (await found(parts, batches, row));
    if (batchId === 'running') return RUNNING;
    if (batchId === null) return lost(parts, row);
    const looked = await batches.look(batchId, { baseUrl: row.base_url, onProgress: heartbeat });
    return looked.kind === 'running' ? RUNNING : await ended(parts, row, looked.answers);
  } catch (error) {
    if (!(error instanceof ModelCallFailed)) throw error;
    if (row.provider_batch_id !== null && error.failure.code === 'LLM_BAD_REQUEST') return lost(parts, row);
    parts.warn('MODEL_BATCH', { batchKey, code: error.failure.code, detail: error.failure.detail });
    return RUNNING;
  }
}

/** The id of a batch whose handing over was cut short; null: nobody has it. */
async function found(parts: GatewayParts, batches: ModelBatches, row: BatchRow): Promise<string | null> {
  const sinceMs = new Date(row.submitted_at).getTime();
  const handedOver = { key: row.batch_key, sinceMs, itemIds: row.items.map(({ id }) => id) };
  const told = await batches.find(handedOver, { baseUrl: row.base_url, onProgress: heartbeat });
  if (told.kind === 'found') {
    await parts.store.noteSubmitted(row.batch_key, told.batchId);
    return told.batchId;
  }
  return told.kind === 'maybe' || parts.nowMs() - sinceMs < FOUND_WITHIN_MS ? 'running' : null;
}

/** Charged as it was reserved: somebody may have worked on it. */
async function lost(parts: GatewayParts, { batch_key, items }: BatchRow): Promise<BatchProgress> {
  for (const item of items) await endFailed(parts, item, NEVER_FOUND, 0);
  await parts.store.noteBatchEnded(batch_key, 'lost');
  return OVER;
}

const unanswered = (detail: string): ModelFailure => ({
  ...{ code: 'PROVIDER_DOWN', retryable: true, retryAfterMs: null, mayHaveBeenBilled: true },
  detail,
});
const NEVER_FOUND = unanswered('the provider knows nothing of this batch, which was handed over');
const LEFT_OUT = unanswered('the batch ended without an answer to this');

async function ended(
  parts: GatewayParts,
  row: BatchRow,
  answers: ReadonlyMap<string, BatchAnswer>,
): Promise<BatchProgress> {
  const latencyMs = Math.max(0, parts.nowMs() - new Date(row.submitted_at).getTime());
  const record = parts.registry.models.find(({ id }) => id === row.model);
  for (const item of row.items) {
    const answer = answers.get(item.id);
    if (answer?.kind !== 'replied' || record === undefined) {
      await endFailed(parts, item, answer?.kind === 'failed' ? answer.failure : LEFT_OUT, latencyMs);
    } else await endReplied(parts, item, answer, { record, latencyMs });
  }
  const isWell = [...answers.values()].some(({ kind }) => kind === 'replied');
  if (isWell) await parts.store.noteSuccess({ provider: row.provider, baseUrl: row.base_url });
  await parts.store.noteBatchEnded(row.batch_key, 'ended');
  return OVER;
}

function endReplied(
  parts: GatewayParts,
  { callId, temperature }: BatchedCall,
  { reply }: Extract<BatchAnswer, { kind: 'replied' }>,
  { record, latencyMs }: { readonly record: ModelRecord; readonly latencyMs: number },
): Promise<number | null> {
  const usage = possibleUsage(reply.usage, record);
  const prices = pricesOf(record);
  const end = {
    ...{ callId, outcome: 'answered', retryable: null, usage, latencyMs, atMs: parts.nowMs() },
    spentMicroUsd: usage === null ? null : inBatch(costMicroUsd(prices, usage), prices),
    temperatureSent: temperature,
    providerRequestId: reply.providerRequestId,
    problems: usage === null ? [problem('LLM_USAGE_INVALID', 'usage', null, 'counts of tokens')] : [],
    responseBody: JSON.stringify({ ...reply, temperatureSent: temperature }),
  };
  return parts.store.end(end);
}

function endFailed(parts: GatewayParts, { callId }: BatchedCall, failure: ModelFailure, latencyMs: number) {
  const end = {
    ...{ callId, outcome: failure.code, retryable: failure.retryable, usage: null, latencyMs, atMs: parts.nowMs() },
    spentMicroUsd: failure.mayHaveBeenBilled ? null : 0,
    ...{ temperatureSent: null, providerRequestId: null, responseBody: null },
    problems: [problem(failure.code, '', failure.detail, 'a reply')],
  };
  return parts.store.end(end);
}
