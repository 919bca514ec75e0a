/** Answers that were given not long ago to the same words, by the same model, under the same contract. */
import type { ModelCallRow } from '../../db/llm/calls.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { cacheKeyOf } from '../../domain/llm/cache-key.ts';
import { checkAnswer } from '../../domain/llm/check-answer.ts';
import type { AskModel, AskOutcome } from '../../schemas/llm/ask-model.ts';
import { CONTRACTS } from '../../schemas/llm/contracts/index.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { type Asking, isContaminated } from './asking.ts';
import { rowOf } from './one-call.ts';
import type { GatewayParts } from './parts.ts';

/**
 * Such an answer, written down as a call that cost nothing; null: there is none, or it breaks the bounds of this question,
 * which are no part of its words.
 * @param before the calls of former attempts: what one of them found is not written down again
 */
export async function answerFromCache(
  parts: GatewayParts,
  asking: Asking,
  before: readonly ModelCallRow[],
): Promise<AskOutcome | null> {
  const { ask, candidates } = asking;
  const [record] = candidates;
  if (record === undefined || !isCacheable(ask)) return null;
  const found = (await parts.store.cached(keyOf(asking, record.id), ask.asOfMs)) as AskOutcome | undefined;
  if (found?.kind !== 'answer') return null;
  if (checkAnswer(ask.contract, found.value, { symbols: ask.symbols, ...ask.bounds }).length > 0) return null;
  const callId = before.find(({ cached }) => cached)?.call_id ?? (await noteHit(parts, asking, record));
  return { ...found, contaminated: isContaminated(ask, record), callIds: [callId], costMicroUsd: 0, cached: true };
}

async function noteHit(parts: GatewayParts, { ask, chosen }: Asking, record: ModelRecord): Promise<string> {
  const callId = parts.newId();
  const contaminated = isContaminated(ask, record);
  const call = { ask, chosen, step: 'answer' as const, record, number: 0, baseUrl: '', contaminated };
  const hit = { call_key: `${ask.callKey}#cache`, base_url: null, cached: true, outcome: 'answered' };
  await parts.store.noteHit({ ...rowOf(call, callId, 0), ...hit }, canonicalJson(ask));
  return callId;
}

/** Nothing is kept of a conversation, of what is no answer, nor of a model that has no say: it may have one again. */
export async function cacheAnswer({ store }: GatewayParts, asking: Asking, outcome: AskOutcome): Promise<void> {
  if (outcome.kind !== 'answer' || outcome.cached || outcome.shadow || !isCacheable(asking.ask)) return;
  await store.putCached(keyOf(asking, outcome.model), asking.ask.asOfMs, outcome);
}

const isCacheable = ({ cache, tools, priorTurns }: AskModel): boolean => cache && tools === null && priorTurns === null;

const keyOf = ({ ask, chosen }: Asking, model: string): string =>
  cacheKeyOf({
    model,
    promptId: chosen.prompt.id,
    promptVersion: chosen.prompt.version,
    renderedHash: chosen.hash,
    contract: ask.contract,
    contractVersion: CONTRACTS[ask.contract].version,
  });
