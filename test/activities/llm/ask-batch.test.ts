/** Questions handed over as a batch to servers that speak the vendors' own formats: once, for less, whatever dies. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { createModelStore, type ModelStore } from '../../../db/llm/model-store.ts';
import { registerPrompts } from '../../../db/llm/prompts.ts';
import { takePlaces } from '../../../db/llm/screening-places.ts';
import type { AskOutcome } from '../../../schemas/llm/ask-model.ts';
import { llmActivities, llmSettings } from '../../../workers/llm.ts';
import { type BatchPeer, startBatchPeer } from '../../adapters/llm/peers/batch-peer.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from '../../db/desk-database.ts';
import { ADVICE, aModel, aQuestion } from '../gateway-under-test.ts';

const PROJECT = path.resolve(import.meta.dirname, '../../..');
const KEYS = { ANTHROPIC_API_KEY: 'sk-ant-test', OPENAI_API_KEY: 'sk-test' };

let desk: DeskDatabase;
let peer: BatchPeer;
let folder: string;
beforeAll(async () => {
  desk = await openDeskDatabase(6);
  folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-batch-'));
});
afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await peer?.close();
  peer = await startBatchPeer();
  peer.answer = () => JSON.stringify(ADVICE);
});
afterAll(() => peer?.close());

type Vendor = 'anthropic' | 'openai';

/** Models at half price in a batch: one dollar a million tokens in, ten out. */
function activitiesOf(vendor: Vendor, store: Partial<ModelStore> = {}) {
  const family = vendor === 'anthropic' ? 'anthropicMessages' : 'openaiResponses';
  const one = aModel('batch-1', vendor);
  const model = { ...one, apiFamily: family, prices: { ...one.prices, batchFraction: 0.5 } };
  const baseUrls = [vendor === 'anthropic' ? peer.url : `${peer.url}/v1`];
  const keyEnv = vendor === 'anthropic' ? 'ANTHROPIC_API_KEY' : 'OPENAI_API_KEY';
  const file = path.join(folder, `${randomUUID()}.yaml`);
  const providers = [{ name: vendor, apiFamily: family, baseUrls, keyEnv }];
  const tierDefaults = { fast: 'batch-1', screening: 'batch-1' };
  writeFileSync(file, JSON.stringify({ providers, models: [model], tierDefaults }));
  const environment = parseEnvironment({
    ...{ ...KEYS, QUARTERDECK_MODELS: file, QUARTERDECK_ALLOW_LOOPBACK: '1', LLM_BACKEND: vendor },
  });
  const settings = llmSettings(environment, { configFolder: path.join(PROJECT, 'config'), project: PROJECT });
  return {
    settings,
    ...llmActivities({ ...settings, db: desk.db, store: { ...createModelStore(desk.db), ...store } }),
  };
}

const run = <A, T>(activity: (input: A) => Promise<T>, input: A): Promise<T> =>
  new MockActivityEnvironment().run(activity, input) as Promise<T>;

describe.each(['anthropic', 'openai'] as const)('a batch at %s', (vendor) => {
  it('goes out once, is waited for, and answers its questions at half the price without another request', async () => {
    const { settings, submitBatch, lookAtBatch, askModel } = activitiesOf(vendor);
    await registerPrompts(desk.db, settings.prompts, START_MS);
    const [batchKey, questions] = [randomUUID(), [aQuestion(), aQuestion({ symbols: ['BTC/USDT'] })]];
    expect(await run(submitBatch, { batchKey, questions })).toEqual({ kind: 'submitted' });
    expect(await run(lookAtBatch, { batchKey })).toEqual({ state: 'running' });
    peer.end();
    expect(await run(lookAtBatch, { batchKey })).toEqual({ state: 'over' });
    expect(await run(submitBatch, { batchKey, questions })).toEqual({ kind: 'submitted' });
    const before = peer.requests.length;
    for (const question of questions) {
      const outcome: AskOutcome = await run(askModel, question);
      expect(outcome).toMatchObject({ kind: 'answer', value: ADVICE, costMicroUsd: 1_000, model: 'batch-1' });
    }
    expect(peer.requests.length).toBe(before);
    expect(peer.batches.map(({ items }) => items.length)).toEqual([2]);
  });

  it('is not handed over again when the worker dies before it has heard its id, and when the reply is cut', async () => {
    for (const death of ['killed', 'cut'] as const) {
      peer.batches.length = 0;
      const noteSubmitted = () => Promise.reject(new Error('killed'));
      const first = activitiesOf(vendor, death === 'killed' ? { noteSubmitted } : {});
      const [batchKey, questions] = [randomUUID(), [aQuestion()]];
      peer.next = death === 'cut' ? 0 : 200;
      const submitted = run(first.submitBatch, { batchKey, questions });
      if (death === 'killed') await expect(submitted).rejects.toThrow('killed');
      else await submitted;
      const { submitBatch, lookAtBatch, askModel } = activitiesOf(vendor);
      expect(await run(submitBatch, { batchKey, questions })).toEqual({ kind: 'submitted' });
      expect(await run(lookAtBatch, { batchKey })).toEqual({ state: 'running' });
      peer.end();
      expect(await run(lookAtBatch, { batchKey })).toEqual({ state: 'over' });
      expect(peer.batches).toHaveLength(1);
      expect(await run(askModel, questions[0] ?? aQuestion())).toMatchObject({ kind: 'answer', costMicroUsd: 1_000 });
    }
    // What was held against the address when the reply was cut is over: the batch came.
    expect((await createModelStore(desk.db).standing('advisor')).troubled).toEqual([]);
    await desk.db.deleteFrom('model_breakers').execute();
  });

  it('that the provider no longer knows is over, and charged as it was reserved', async () => {
    const { submitBatch, lookAtBatch } = activitiesOf(vendor);
    const [batchKey, question] = [randomUUID(), aQuestion()];
    await run(submitBatch, { batchKey, questions: [question] });
    peer.batches.length = 0;
    expect(await run(lookAtBatch, { batchKey })).toEqual({ state: 'over' });
    const [call] = await createModelStore(desk.db).calls(question.callKey);
    expect(call).toMatchObject({ outcome: 'PROVIDER_DOWN', cost_micro_usd: call?.reserved_micro_usd });
  });

  it('that was wrong in itself is held neither against the provider nor against its questions', async () => {
    const { submitBatch } = activitiesOf(vendor);
    peer.next = 400;
    const question = aQuestion();
    const told = await run(submitBatch, { batchKey: randomUUID(), questions: [question] });
    expect(told).toMatchObject({ kind: 'none', reason: 'LLM_BAD_REQUEST' });
    expect((await createModelStore(desk.db).standing('advisor')).troubled).toEqual([]);
    const [call] = await createModelStore(desk.db).calls(question.callKey);
    expect(call).toMatchObject({ outcome: 'LLM_BAD_REQUEST', retryable: true });
  });

  it('that is refused costs nothing and says why; a question it did not answer costs nothing either', async () => {
    const { submitBatch, lookAtBatch } = activitiesOf(vendor);
    peer.next = 529;
    const refused = randomUUID();
    const told = await run(submitBatch, { batchKey: refused, questions: [aQuestion()] });
    expect(told).toMatchObject({ kind: 'none', reason: 'LLM_OVERLOADED' });
    const [batchKey, question] = [randomUUID(), aQuestion()];
    peer.answer = () => null;
    await run(submitBatch, { batchKey, questions: [question] });
    peer.end();
    await run(lookAtBatch, { batchKey });
    expect((await createModelStore(desk.db).standing('advisor')).troubled).toMatchObject([{ provider: vendor }]);
    const [call] = await createModelStore(desk.db).calls(question.callKey);
    expect(call).toMatchObject({ cost_micro_usd: 0, batch_key: batchKey });
    expect(['LLM_OVERLOADED', 'LLM_RATE_LIMITED']).toContain(call?.outcome);
    await desk.db.deleteFrom('model_breakers').execute();
  });
});

it('gives a place of the day to each analysis once, whoever asks at the same time', async () => {
  const ask = (keys: string[]) =>
    takePlaces(desk.db, { stage: 'deep', keys, placesMax: 5, nowMs: Date.UTC(2024, 0, 1, 12) });
  const [first, second] = await Promise.all([ask(['a', 'b', 'c', 'd']), ask(['e', 'f', 'g', 'h'])]);
  expect((first?.length ?? 0) + (second?.length ?? 0)).toBe(5);
  expect(await ask(first ?? [])).toEqual(first);
  expect(await ask(['z'])).toEqual([]);
});
