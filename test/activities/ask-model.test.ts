/** A question to a model from end to end: asked once, paid for once, written down before it leaves, and never guessed at. */

import { randomUUID } from 'node:crypto';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelStore } from '../../db/llm/model-store.ts';
import { endExperiment, registerPrompts, startExperiment, storedPrompts } from '../../db/llm/prompts.ts';
import { promptArm } from '../../domain/llm/prompt-arm.ts';
import type { AskOutcome, PriorTurns } from '../../schemas/llm/ask-model.ts';
import { budgetLimitsSchema } from '../../schemas/llm/budget.ts';
import { ModelCallFailed, type ModelFailureCode } from '../../schemas/llm/model-call.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from '../db/desk-database.ts';
import { ADVICE, aReply, type GatewayUnderTest, openGateway, REGISTRY } from './gateway-under-test.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase(6);
});
afterAll(() => desk.close());

const GOOD = JSON.stringify(ADVICE);
const good = () => aReply(GOOD);

function fails(
  code: ModelFailureCode,
  change: { retryable?: boolean; billed?: boolean; afterMs?: number } = {},
): never {
  const { retryable = true, billed = false, afterMs = null } = change;
  throw new ModelCallFailed({
    code,
    retryable,
    retryAfterMs: afterMs,
    mayHaveBeenBilled: billed,
    detail: `scripted ${code}`,
  });
}

const rowOf = (callId: string) =>
  desk.db.selectFrom('model_calls').selectAll().where('call_id', '=', callId).executeTakeFirstOrThrow();
const callsOf = (askKey: string) => createModelStore(desk.db).calls(askKey);
const spentBy = async (askKey: string) =>
  desk.db
    .selectFrom('budgets')
    .select(['reserved_micro_usd', 'spent_micro_usd'])
    .where('scope', '=', 'call')
    .where('key', '=', askKey)
    .executeTakeFirst();

describe('an answer', () => {
  it('has its row before it leaves, its cost after, and is never asked for again', async () => {
    const callKey = randomUUID();
    const seen: unknown[] = [];
    const gateway = await openGateway(desk.db, async () => {
      const [row] = await callsOf(callKey);
      seen.push(row?.outcome, (row?.reserved_micro_usd ?? 0) > 2_000, row?.request_ref !== null);
      return good();
    });
    const first = await gateway.ask({ callKey });
    expect(seen).toEqual(['requested', true, true]);
    expect(first).toMatchObject({ kind: 'answer', value: ADVICE, costMicroUsd: 2_000, model: 'near-1', cached: false });
    const [row] = await callsOf(callKey);
    expect(row).toMatchObject({ outcome: 'answered', tokens_in: 1_000, tokens_out: 100, cost_micro_usd: 2_000 });
    expect(await spentBy(callKey)).toEqual({ reserved_micro_usd: 0, spent_micro_usd: 2_000 });
    expect(await gateway.ask({ callKey })).toEqual(first);
    expect(gateway.requests).toHaveLength(1);
  });

  it('that came before the worker died is not asked for again, nor is its repair', async () => {
    const callKey = randomUUID();
    const store = createModelStore(desk.db);
    const dying = { ...store, keepOutcome: () => Promise.reject(new Error('killed')) };
    const script = (_: unknown, count: number) => aReply(count === 1 ? 'no json' : GOOD);
    const before = await openGateway(desk.db, script, { store: dying });
    await expect(before.ask({ callKey })).rejects.toThrow('killed');
    expect(before.requests).toHaveLength(2);
    const after = await openGateway(desk.db, good);
    expect(await after.ask({ callKey })).toMatchObject({ kind: 'answer', value: ADVICE, costMicroUsd: 4_000 });
    expect(after.requests).toHaveLength(0);
  });

  it('that never came back stays charged, and the question is asked anew', async () => {
    const callKey = randomUUID();
    const dying = await openGateway(desk.db, () => {
      throw new Error('killed');
    });
    await expect(dying.ask({ callKey })).rejects.toThrow('killed');
    const reserved = (await callsOf(callKey))[0]?.reserved_micro_usd ?? 0;
    const after = await openGateway(desk.db, good);
    expect(await after.ask({ callKey })).toMatchObject({ kind: 'answer', costMicroUsd: reserved + 2_000 });
    expect((await callsOf(callKey)).map(({ outcome }) => outcome)).toEqual(['lost', 'answered']);
    expect(await spentBy(callKey)).toEqual({ reserved_micro_usd: 0, spent_micro_usd: reserved + 2_000 });
  });

  it('that was broken off with its worker is no outcome: nobody else is asked, and the next attempt asks anew', async () => {
    const callKey = randomUUID();
    const here = new MockActivityEnvironment();
    const ending = await openGateway(desk.db, () => {
      here.cancel();
      return fails('LLM_ABORTED', { retryable: false, billed: true });
    });
    await expect(ending.ask({ callKey }, here)).rejects.toThrow(CancelledFailure);
    expect(ending.requests).toHaveLength(1);
    const reserved = (await callsOf(callKey))[0]?.reserved_micro_usd ?? 0;
    const after = await openGateway(desk.db, good);
    expect(await after.ask({ callKey })).toMatchObject({ kind: 'answer', costMicroUsd: reserved + 2_000 });
    expect((await callsOf(callKey)).map(({ outcome }) => outcome)).toEqual(['LLM_ABORTED', 'answered']);
    expect(await spentBy(callKey)).toEqual({ reserved_micro_usd: 0, spent_micro_usd: reserved + 2_000 });
  });

  it('has room for thoughts on top of what its prompt allows it, in its request and in its reservation', async () => {
    const reservedBy = async (thinkingTokens: number, change: object = {}): Promise<[number, number]> => {
      const registry = { ...REGISTRY, models: REGISTRY.models.map((one) => ({ ...one, thinkingTokens })) };
      const gateway = await openGateway(desk.db, good, { registry, ...change });
      const callKey = randomUUID();
      await gateway.ask({ callKey });
      const [row] = await callsOf(callKey);
      return [gateway.requests[0]?.maxTokens ?? 0, row?.reserved_micro_usd ?? 0];
    };
    const [plainTokens, plain] = await reservedBy(0);
    const [thinkingTokens, thinking] = await reservedBy(1_000);
    expect([plainTokens, thinkingTokens]).toEqual([512, 1_512]);
    // A thousand tokens at ten dollars a million.
    expect(thinking - plain).toBe(10_000);
    expect((await reservedBy(1_000, { maxTokens: 100 }))[0]).toBe(1_100);
    expect((await reservedBy(3_900))[0]).toBe(4_000);
  });

  it('without usage costs its whole reservation', async () => {
    const callKey = randomUUID();
    const gateway = await openGateway(desk.db, () => aReply(GOOD, { usage: null }));
    const outcome = await gateway.ask({ callKey });
    const [row] = await callsOf(callKey);
    expect(outcome.costMicroUsd).toBe(row?.reserved_micro_usd);
    expect(row?.problems).toMatchObject([{ code: 'LLM_USAGE_INVALID' }]);
  });

  it('says that its window begins before the model stopped learning', async () => {
    const gateway = await openGateway(desk.db, good);
    const windowFromMs = Date.UTC(2024, 5, 30);
    expect(await gateway.ask({ windowFromMs })).toMatchObject({ contaminated: true });
    expect(await gateway.ask({ windowFromMs: windowFromMs + 86_400_000 })).toMatchObject({ contaminated: false });
    const refusing = await openGateway(desk.db, () => aReply('', { stop: 'refused' }));
    expect(await refusing.ask({ windowFromMs })).toMatchObject({ kind: 'noDecision', contaminated: true });
    expect(await refusing.ask({ windowFromMs: windowFromMs + 86_400_000 })).not.toHaveProperty('contaminated');
    const poor = await openGateway(desk.db, good, { limits: budgetLimitsSchema.parse({ callMicroUsd: 10 }) });
    expect(await poor.ask({ windowFromMs })).not.toHaveProperty('contaminated');
  });

  it('to the same words within 300 s of the session is given again and costs nothing; later it is asked anew', async () => {
    const gateway = await openGateway(desk.db, good);
    const asOfMs = Date.UTC(2024, 7, 1);
    const variables = { asOf: 'now', symbol: 'BTC/USDT', close: '1.5' };
    const kinds = [];
    for (const laterMs of [0, 299_999, -1, 300_000]) {
      const outcome = await gateway.ask({ variables, cache: true, asOfMs: asOfMs + laterMs });
      kinds.push(outcome.kind === 'answer' && outcome.cached, outcome.costMicroUsd);
    }
    expect(kinds).toEqual([false, 2_000, true, 0, false, 2_000, false, 2_000]);
    expect(gateway.requests).toHaveLength(3);
  });

  it('is given again once, though the worker died in between, and never beyond the bounds of the question', async () => {
    const asked = { variables: { asOf: 'then', symbol: 'BTC/USDT', close: '2.5' }, cache: true };
    const store = createModelStore(desk.db);
    const gateway = await openGateway(desk.db, good);
    await gateway.ask(asked);
    const callKey = randomUUID();
    const keepOutcome = () => Promise.reject(new Error('killed'));
    const dying = await openGateway(desk.db, good, { store: { ...store, keepOutcome } });
    await expect(dying.ask({ ...asked, callKey })).rejects.toThrow('killed');
    expect(await gateway.ask({ ...asked, callKey })).toMatchObject({ kind: 'answer', cached: true, costMicroUsd: 0 });
    expect((await callsOf(callKey)).map(({ cached }) => cached)).toEqual([true]);
    const elsewhere = await gateway.ask({ ...asked, symbols: ['ETH/USDT'] });
    expect(elsewhere).toMatchObject({ kind: 'noDecision', reason: 'LLM_SYMBOL_NOT_ALLOWED' });
  });
});

describe('a bad answer', () => {
  it('gets one repair, told what was wrong; a second bad one is no decision with its code', async () => {
    const gateway = await openGateway(desk.db, () => aReply(JSON.stringify({ ...ADVICE, confidence: 75 })));
    const callKey = randomUUID();
    const outcome = await gateway.ask({ callKey });
    expect(outcome).toMatchObject({ kind: 'noDecision', reason: 'LLM_RANGE', costMicroUsd: 4_000 });
    expect(gateway.requests).toHaveLength(2);
    const [, repair] = gateway.requests;
    expect(repair?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect((await callsOf(callKey)).map((one) => [one.step, one.outcome])).toEqual([
      ['answer', 'LLM_RANGE'],
      ['repair', 'LLM_RANGE'],
    ]);
  });

  it('is repaired without the calls of tools that nobody offered: they have no results', async () => {
    const text = JSON.stringify({ ...ADVICE, confidence: 75 });
    const call = { id: 'call-1', name: 'place_order', arguments: '{}' };
    const blocks = [
      { type: 'text' as const, text },
      { type: 'toolCall' as const, ...call },
    ];
    const gateway = await openGateway(desk.db, () => aReply(text, { blocks, toolCalls: [call] }));
    await gateway.ask();
    expect(gateway.requests[1]?.messages[1]).toEqual({ role: 'assistant', blocks: [{ type: 'text', text }] });
  });

  it('keeps its code where its names and words cannot be stored as they came', async () => {
    const callKey = randomUUID();
    const odd = await openGateway(desk.db, () => aReply('{"a\\u0000b":1,"\\ud83d":2}'));
    expect(await odd.ask({ callKey })).toMatchObject({ kind: 'noDecision', reason: 'LLM_UNKNOWN_FIELD' });
    const [first] = await callsOf(callKey);
    const paths = (first?.problems ?? []).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['a\ufffdb', '\ufffd']));
    for (const before of ['', 'x']) {
      const sorry = await openGateway(desk.db, () => aReply(`I am sorry, ${before}${'🙏'.repeat(60)}`));
      expect(await sorry.ask()).toMatchObject({ kind: 'noDecision', reason: 'LLM_REFUSED' });
    }
  });

  it('is no decision at once when the model refused', async () => {
    const gateway = await openGateway(desk.db, () => aReply('', { stop: 'refused' }));
    expect(await gateway.ask()).toMatchObject({ kind: 'noDecision', reason: 'LLM_REFUSED' });
    expect(gateway.requests).toHaveLength(1);
  });
});

describe('a budget without room', () => {
  it.each(['sessionMicroUsd', 'decisionMicroUsd', 'callMicroUsd'] as const)(
    '%s ends the question unasked',
    async (name) => {
      const limits = budgetLimitsSchema.parse({ [name]: 10 });
      const gateway = await openGateway(desk.db, good, { limits });
      const callKey = randomUUID();
      const outcome = await gateway.ask({ callKey, sessionId: `s-${callKey}`, decisionId: `d-${callKey}` });
      expect(outcome).toMatchObject({ kind: 'noDecision', reason: 'BUDGET_EXHAUSTED', costMicroUsd: 0 });
      expect(await gateway.ask({ callKey })).toEqual(outcome);
      expect(gateway.requests).toHaveLength(0);
    },
  );
});

describe('a provider that fails', () => {
  it('is replaced by the next of the chain', async () => {
    const script = ({ model }: { model: string }) =>
      model === 'near-1' ? fails('LLM_BAD_REQUEST', { retryable: false }) : good();
    const gateway = await openGateway(desk.db, script);
    expect(await gateway.ask()).toMatchObject({ kind: 'answer', model: 'far-1' });
  });

  it('for nothing is paid nothing, whatever its words are', async () => {
    const detail = 'status 400 invalid_request_error: \ud83d\0';
    const free = { retryable: false, retryAfterMs: null, mayHaveBeenBilled: false };
    const gateway = await openGateway(desk.db, ({ model }) => {
      if (model === 'far-1') return good();
      throw new ModelCallFailed({ code: 'LLM_BAD_REQUEST', ...free, detail });
    });
    expect(await gateway.ask()).toMatchObject({ kind: 'answer', model: 'far-1', costMicroUsd: 2_000 });
    expect(gateway.requests.map(({ model }) => model)).toEqual(['near-1', 'far-1']);
  });

  it.each(['LLM_TOO_LARGE', 'LLM_PROTOCOL', 'LLM_AUTH', 'LLM_SPEND_CAP'] as const)(
    'for good, with %s, is asked once, paid once and held against it once, however often another one is asked again',
    async (code) => {
      await desk.db.deleteFrom('model_breakers').execute();
      const script = ({ model }: { model: string }) =>
        model === 'near-1' ? fails(code, { retryable: false, billed: true }) : fails('LLM_RATE_LIMITED');
      const gateway = await openGateway(desk.db, script);
      const callKey = randomUUID();
      for (const _ of [1, 2]) await expect(gateway.ask({ callKey })).rejects.toThrow(ApplicationFailure);
      const outcome = await gateway.ask({ callKey });
      expect(gateway.requests.map(({ model }) => model)).toEqual(['near-1', 'far-1', 'far-1', 'far-1']);
      const [paid] = await callsOf(callKey);
      expect(outcome).toMatchObject({ reason: 'LLM_RATE_LIMITED', costMicroUsd: paid?.reserved_micro_usd });
      const held = desk.db.selectFrom('model_breakers').select('failures').where('provider', '=', 'near');
      expect((await held.executeTakeFirst())?.failures ?? 0).toBe(code === 'LLM_TOO_LARGE' ? 0 : 1);
      await desk.db.deleteFrom('model_breakers').execute();
    },
  );

  it('with a stream that broke off is asked again', async () => {
    const script = ({ model }: { model: string }, count: number) =>
      model === 'near-1' && count > 2 ? good() : fails('LLM_PROTOCOL', { billed: true });
    const gateway = await openGateway(desk.db, script);
    const callKey = randomUUID();
    await expect(gateway.ask({ callKey })).rejects.toThrow(ApplicationFailure);
    expect(await gateway.ask({ callKey })).toMatchObject({ kind: 'answer', model: 'near-1' });
    expect((await callsOf(callKey)).map(({ retryable }) => retryable)).toEqual([true, true, null]);
    await desk.db.deleteFrom('model_breakers').execute();
  });

  it('for want of money is left out with all its models, by the next attempt too', async () => {
    const models = [...REGISTRY.models, { ...REGISTRY.models[0], id: 'near-2' }] as typeof REGISTRY.models;
    const registry = { ...REGISTRY, models, fallbacks: { ...REGISTRY.fallbacks, fast: ['near-2', 'far-1'] } };
    const script = ({ model }: { model: string }) =>
      model === 'far-1' ? fails('LLM_RATE_LIMITED') : fails('LLM_SPEND_CAP', { retryable: false });
    const gateway = await openGateway(desk.db, script, { registry });
    const callKey = randomUUID();
    for (const _ of [1, 2]) await expect(gateway.ask({ callKey })).rejects.toThrow(ApplicationFailure);
    expect(gateway.requests.map(({ model }) => model)).toEqual(['near-1', 'far-1', 'far-1']);
    await desk.db.deleteFrom('model_breakers').execute();
  });

  it('is asked again when it says, three times at most, and then it is no decision', async () => {
    const registry = { ...REGISTRY, models: REGISTRY.models.slice(0, 1) };
    const gateway = await openGateway(desk.db, () => fails('LLM_RATE_LIMITED', { afterMs: 7_000 }), { registry });
    const callKey = randomUUID();
    for (const attempt of [1, 2]) {
      const failure = await gateway.ask({ callKey }).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(ApplicationFailure);
      expect(failure).toMatchObject({ type: 'LLM_RATE_LIMITED', nextRetryDelay: 7_000, nonRetryable: false });
      expect(gateway.requests).toHaveLength(attempt);
    }
    expect(await gateway.ask({ callKey })).toMatchObject({
      kind: 'noDecision',
      reason: 'LLM_RATE_LIMITED',
      costMicroUsd: 0,
    });
    await desk.db.deleteFrom('model_breakers').execute();
  });

  it('is charged as reserved when it may have done the work', async () => {
    const gateway = await openGateway(desk.db, () => fails('LLM_TIMEOUT', { billed: true, retryable: false }));
    const callKey = randomUUID();
    const outcome = await gateway.ask({ callKey });
    const reserved = (await callsOf(callKey)).reduce((sum, one) => sum + one.reserved_micro_usd, 0);
    expect(outcome).toMatchObject({ kind: 'noDecision', reason: 'LLM_TIMEOUT', costMicroUsd: reserved });
    await desk.db.deleteFrom('model_breakers').execute();
  });

  it('has its breaker open after five, over a restart, with one probe in 30 s that closes it', async () => {
    let nowMs = START_MS;
    const change = { registry: { ...REGISTRY, models: REGISTRY.models.slice(0, 1) }, nowMs: () => nowMs };
    const down = await openGateway(desk.db, () => fails('PROVIDER_DOWN', { retryable: false }), change);
    for (let n = 0; n < 5; n += 1) await down.ask();
    const restarted = await openGateway(desk.db, () => fails('PROVIDER_DOWN', { retryable: false }), change);
    for (let n = 0; n < 3; n += 1) {
      expect(await restarted.ask()).toMatchObject({ kind: 'noDecision', reason: 'PROVIDER_DOWN' });
    }
    expect(restarted.requests).toHaveLength(0);
    nowMs += 30_000;
    for (let n = 0; n < 3; n += 1) await restarted.ask();
    expect(restarted.requests).toHaveLength(1);
    nowMs += 30_000;
    const back = await openGateway(desk.db, good, change);
    expect(await back.ask()).toMatchObject({ kind: 'answer' });
    expect(await back.ask()).toMatchObject({ kind: 'answer' });
  });
});

describe('the pace of a model', () => {
  it('holds the third call of a minute back, and hands it to the server with the time that is left', async () => {
    const models = [{ ...REGISTRY.models[0], id: 'slow-1', requestsPerMinute: 2 }] as typeof REGISTRY.models;
    const registry = { ...REGISTRY, models };
    const gateway = await openGateway(desk.db, good, { registry });
    await gateway.ask({ model: 'slow-1' });
    await gateway.ask({ model: 'slow-1' });
    const failure = await gateway.ask({ model: 'slow-1' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'LLM_RATE_LIMITED' });
    expect((failure as ApplicationFailure).nextRetryDelay).toBeGreaterThan(10_000);
    expect(gateway.requests).toHaveLength(2);
  });

  it('leaves no gap in the numbers of a question: the next attempt goes on where this one ended', async () => {
    const pacedAt = (requestsPerMinute: number) => ({
      ...REGISTRY,
      models: REGISTRY.models.map((one) => (one.id === 'near-1' ? { ...one, requestsPerMinute } : one)),
    });
    const callKey = randomUUID();
    await (await openGateway(desk.db, good)).ask();
    const full = await openGateway(desk.db, () => fails('LLM_RATE_LIMITED'), { registry: pacedAt(1) });
    await expect(full.ask({ callKey })).rejects.toMatchObject({ type: 'LLM_RATE_LIMITED' });
    expect(full.requests.map(({ model }) => model)).toEqual(['far-1']);
    const free = await openGateway(desk.db, good);
    expect(await free.ask({ callKey })).toMatchObject({ kind: 'answer', model: 'near-1' });
    expect((await callsOf(callKey)).map((one) => one.call_key)).toEqual([`${callKey}#0`, `${callKey}#1`]);
    await desk.db.deleteFrom('model_breakers').execute();
  });
});

const CALL = { id: 'c1', name: 'get_market_features', arguments: '{}' };
const tools = [{ name: CALL.name, description: 'features', jsonSchema: {} }];
const toolFirst = ({ messages }: { messages: readonly unknown[] }) =>
  messages.length > 1
    ? good()
    : aReply('', { stop: 'tools', toolCalls: [CALL], blocks: [{ type: 'toolCall', ...CALL }] });

async function answeredBy({ store }: GatewayUnderTest, turn: AskOutcome): Promise<PriorTurns> {
  if (turn.kind !== 'tools') throw new Error(`not tools but ${turn.kind}`);
  const resultRef = await store.storePayload('{"rsi":61.25}');
  return { ref: turn.turnsRef, toolResults: [{ callId: 'c1', name: CALL.name, resultRef, isError: false }] };
}

describe('tools', () => {
  it('that the model wants are handed over, and their results lead on in the same conversation', async () => {
    const gateway = await openGateway(desk.db, toolFirst);
    const first = await gateway.ask({ tools });
    expect(first).toMatchObject({ kind: 'tools', calls: [CALL] });
    const second = await gateway.ask({ tools, priorTurns: await answeredBy(gateway, first) });
    expect(second).toMatchObject({ kind: 'answer', value: ADVICE });
    expect(gateway.requests[1]?.messages.slice(1)).toEqual([
      { role: 'assistant', blocks: [{ type: 'toolCall', ...CALL }] },
      { role: 'tool', callId: 'c1', name: CALL.name, result: '{"rsi":61.25}', isError: false },
    ]);
  });
});

describe('prompts', () => {
  it('a text that was edited without a new version is refused, a new version is not', async () => {
    const [row] = await desk.db.selectFrom('prompts').select('definition').where('prompt_id', '=', 'advisor').execute();
    if (row === undefined) throw new Error('no advisor');
    const edited = { ...row.definition, instructions: 'Buy.' };
    await expect(registerPrompts(desk.db, [edited], START_MS)).rejects.toThrow(InvalidInput);
    await expect(registerPrompts(desk.db, [edited], START_MS)).rejects.toThrow('PROMPT_CHANGED');
    await registerPrompts(desk.db, [{ ...edited, version: 2 }], START_MS);
  });

  it('of an experiment are split by session, and a session keeps its own', async () => {
    const arms = [
      { version: 1, share: 1 },
      { version: 2, share: 1 },
    ];
    await startExperiment(desk.db, { experimentId: 'ab', promptId: 'advisor', arms }, START_MS);
    const gateway = await openGateway(desk.db, good);
    const versions = async (): Promise<(number | null)[]> => {
      const outcomes = [];
      for (const sessionId of ['a', 'b', 'c', 'd', 'e', 'f']) outcomes.push(await gateway.ask({ sessionId }));
      return outcomes.map((one) => (one.kind === 'answer' ? one.promptVersion : null));
    };
    const first = await versions();
    expect(new Set(first)).toEqual(new Set([1, 2]));
    expect(await versions()).toEqual(first);
    await endExperiment(desk.db, 'advisor', START_MS);
    expect(new Set(await versions())).toEqual(new Set([1]));
  });

  it('of an experiment are split by conversation where there is no session, and all its turns are of one arm', async () => {
    const arms = [
      { version: 1, share: 1 },
      { version: 2, share: 1 },
    ];
    await startExperiment(desk.db, { experimentId: 'talks', promptId: 'advisor', arms }, START_MS);
    const gateway = await openGateway(desk.db, toolFirst);
    for (const conversationId of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const promptVersion = promptArm('advisor', conversationId, arms);
      const first = await gateway.ask({ tools, conversationId });
      expect(first).toMatchObject({ kind: 'tools', promptVersion });
      const priorTurns = await answeredBy(gateway, first);
      expect(await gateway.ask({ tools, conversationId, priorTurns })).toMatchObject({ kind: 'answer', promptVersion });
    }
    await endExperiment(desk.db, 'advisor', START_MS);
  });

  it('of a conversation stay those of its first words, whatever is released between two turns', async () => {
    const definitions = (await storedPrompts(desk.db)).map(({ definition }) => definition);
    const newer = definitions.map((one) => ({ ...one, version: 9, instructions: 'Sell.', maxTokens: 64 }));
    await registerPrompts(desk.db, newer, START_MS);
    const [before, after] = [
      await openGateway(desk.db, toolFirst),
      await openGateway(desk.db, toolFirst, { prompts: newer }),
    ];
    const first = await before.ask({ tools });
    const second = await after.ask({ tools, priorTurns: await answeredBy(before, first) });
    const rows = await Promise.all([...first.callIds, ...second.callIds].map(rowOf));
    const [sent, again] = rows.map((row) => [row.prompt_version, row.prompt_hash]);
    expect(again).toEqual(sent);
    const asked = [before, after].map(({ requests: [one] }) => [one?.system, one?.maxTokens, one?.temperature]);
    expect(asked[1]).toEqual(asked[0]);
    expect(await after.ask({ tools })).toMatchObject({ kind: 'tools', promptVersion: 9 });
  });

  it('of a reply that came before the worker died are those it was asked with', async () => {
    const arms = [{ version: 2, share: 1 }];
    await startExperiment(desk.db, { experimentId: 'short', promptId: 'advisor', arms }, START_MS);
    const callKey = randomUUID();
    const keepOutcome = () => Promise.reject(new Error('killed'));
    const dying = await openGateway(desk.db, good, { store: { ...createModelStore(desk.db), keepOutcome } });
    await expect(dying.ask({ callKey })).rejects.toThrow('killed');
    await endExperiment(desk.db, 'advisor', START_MS);
    const after = await openGateway(desk.db, good);
    expect(await after.ask({ callKey })).toMatchObject({ kind: 'answer', promptVersion: 2 });
    expect(after.requests).toHaveLength(0);
  });
});
