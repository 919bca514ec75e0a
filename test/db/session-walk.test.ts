/**
 * A walk whose report was lost is told again to whoever asks next, and a look between two bars never takes its place.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { readAdvice } from '../../db/llm/advice-slots.ts';
import type { LoadedSession } from '../../db/load-session.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { createPaperBroker } from '../../db/paper-broker.ts';
import type { WalkOutcome } from '../../db/save-outcome.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { createSessionStore } from '../../db/session-store.ts';
import type { AdviceCall } from '../../domain/backtest/advisor.ts';
import { costsSchema } from '../../schemas/execution.ts';
import type { AdviceAnswer } from '../../schemas/llm/advice-slot.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import type { SessionHandle, WalkResult } from '../../schemas/session-walk.ts';
import { strategySchema } from '../../schemas/signals.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(desk.db, { mode: startMode, settings, nowMs: START_MS });
});
afterAll(() => desk.close());

const strategy = strategySchema.parse({ type: 'pairsTrading' });

async function openPair(sessionId: string) {
  const workflowId = `strategy-session:${sessionId}`;
  const symbols = ['AAA/USDT', 'BBB/USDT'];
  const input = parseSessionInput(
    { accountId: 'paper-1', strategy, symbols, tradingMode: 'paper', barIntervalMs: 3_600_000 },
    workflowId,
    START_MS,
  );
  const at = { dataHash: 'abc', startsAtMs: START_MS, dataEndsAtMs: START_MS, nowMs: START_MS };
  const request = { input, workflowId, openKey: 'one', strategy, strategyId: sessionId, ...at };
  const store = createSessionStore(desk.db);
  const opened = await store.open(request);
  if (opened.outcome !== 'opened') throw new Error('the session did not open');
  const { epoch, runCount: run, accountId } = opened.session;
  const handle = { sessionId, workflowId, run, epoch, accountId, strategyId: sessionId, strategy } as SessionHandle;
  return { store, handle, limits: input.limits };
}

/** A walk that did nothing but move to `cursor`; `warning` tells its answer from others. */
const outcomeAt =
  (cursor: number, bars: number) =>
  ({ state }: LoadedSession): WalkOutcome => ({
    batch: {
      ...{ state, cursor, decisions: [], intents: [], orders: new Map(), fills: [], entries: [], trades: [] },
      ...{ equity: [], handOver: [], cancels: [], awaited: [] },
    },
    result: { cursor, progress: { bars } } as WalkResult,
    record: null,
  });

it('a look asked for before the lost batch gives its answer, acts not, and leaves it to be told again', async () => {
  const { store, handle, limits } = await openPair('lost-batch');
  const walked = await store.walk(handle, 0, limits, outcomeAt(1, 11));
  const never = (): never => {
    throw new Error('there is nothing to unwind yet');
  };
  expect(await store.unwind(handle, { key: 'look-1', cursor: 0 }, never)).toEqual(walked);
  expect(await store.unwind(handle, { key: 'look-1', cursor: 0 }, never)).toEqual(walked);
  const looked = await store.unwind(handle, { key: 'look-2', cursor: 1 }, outcomeAt(1, 22));
  expect(looked).toMatchObject({ cursor: 1, progress: { bars: 22 } });
  expect(await store.unwind(handle, { key: 'look-2', cursor: 1 }, never)).toEqual(looked);
  expect(await store.walk(handle, 0, limits, never)).toEqual(walked);
});

it('a look whose answer was lost gives it again after a slow batch was committed behind it', async () => {
  const { store, handle, limits } = await openPair('slow-batch');
  await store.walk(handle, 0, limits, outcomeAt(1, 11));
  const looked = await store.unwind(handle, { key: 'look', cursor: 1 }, outcomeAt(1, 22));
  const second = await store.walk(handle, 1, limits, outcomeAt(2, 33));
  expect(await store.unwind(handle, { key: 'look', cursor: 1 }, outcomeAt(2, 44))).toEqual(looked);
  expect(await store.walk(handle, 1, limits, outcomeAt(2, 55))).toEqual(second);
});

const silent = { reason: 'LLM_TIMEOUT', detail: '', voices: [], callIds: [], costMicroUsd: 0 };
const answer = (reason: string): AdviceAnswer => ({
  ...{ symbol: 'AAA/USDT', asOfMs: START_MS },
  outcome: { kind: 'noDecision', ...silent, reason },
});

it('answers are taken once: the walk that brings them again is told what came of the first', async () => {
  const { store, handle, limits } = await openPair('answered');
  const call = {
    symbol: 'AAA/USDT',
    asOfMs: START_MS,
    facts: { proposed: null, features: { close: 1 } },
    advice: null,
  };
  const walked = await store.walk(handle, 0, limits, (loaded) => {
    const outcome = outcomeAt(1, 11)(loaded);
    return { ...outcome, batch: { ...outcome.batch, awaited: [call as unknown as AdviceCall] } };
  });
  const never = (): never => {
    throw new Error('it has been walked');
  };
  expect(await store.walk(handle, 0, limits, never)).toEqual(walked);
  expect(await store.walk(handle, 1, limits, never)).toEqual(walked);
  const heard: string[] = [];
  const answered = await store.walk(
    handle,
    1,
    limits,
    (loaded) => {
      expect(loaded.checkpoint.waiting).toEqual(['AAA/USDT']);
      heard.push(...[...loaded.answers.values()].map((one) => (one.kind === 'noDecision' ? one.reason : '')));
      return outcomeAt(1, 22)(loaded);
    },
    [answer('LLM_TIMEOUT')],
  );
  expect(heard).toEqual(['LLM_TIMEOUT']);
  expect(await store.walk(handle, 1, limits, never, [answer('LLM_REFUSED')])).toEqual(answered);
  const kept = await readAdvice(desk.db, { sessionId: 'answered', run: 1 });
  expect(kept).toEqual([answer('LLM_TIMEOUT')]);
  expect(await store.walk(handle, 1, limits, outcomeAt(2, 33))).toMatchObject({ cursor: 2 });
});

it('an open session matches its own symbols: what an earlier one left in another is matched beside it', async () => {
  await openPair('beside');
  const costs = costsSchema.parse({});
  const broker = createPaperBroker({ db: desk.db, costs, desk: loadGovernance('config').desk, killFile: () => null });
  const since = async (symbol: string) => {
    const decisionId = `left-${symbol.slice(0, 3).toLowerCase()}`;
    const request = anOrderRequest(decisionId, {}, { strategyId: 'beside' });
    const intents = request.intents.map((one) => ({ ...one, symbol }));
    expect(await createOrderStore(desk.db).record({ ...request, intents })).toEqual({ approved: true, reasons: [] });
    await broker.submit(decisionId, null);
    return broker.unmatchedSince(decisionId, symbol);
  };
  expect(await since('AAA/USDT')).toBeNull();
  expect(await since('CCC/USDT')).toBeGreaterThan(START_MS);
});
