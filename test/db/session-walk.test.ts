/**
 * A walk whose report was lost is told again to whoever asks next, and a look between two bars never takes its place.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { readAccount } from '../../db/accounts.ts';
import { readAdvice } from '../../db/llm/advice-slots.ts';
import type { LoadedSession } from '../../db/load-session.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { createPaperBroker } from '../../db/paper-broker.ts';
import type { WalkOutcome } from '../../db/save-outcome.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { createSessionStore } from '../../db/session-store.ts';
import type { AdviceCall } from '../../domain/backtest/advisor.ts';
import { onMark } from '../../domain/risk/risk-state.ts';
import { costsSchema } from '../../schemas/execution.ts';
import type { AdviceAnswer } from '../../schemas/llm/advice-slot.ts';
import type { RiskState } from '../../schemas/risk.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import type { SessionHandle, WalkResult } from '../../schemas/session-walk.ts';
import { strategySchema } from '../../schemas/signals.ts';
import { type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';

const DAY_MS = 86_400_000;

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(desk.db, { mode: startMode, settings, nowMs: START_MS });
});
afterAll(() => desk.close());

const strategy = strategySchema.parse({ type: 'pairsTrading' });

async function openPair(sessionId: string, change: object = {}) {
  const workflowId = `strategy-session:${sessionId}`;
  const symbols = ['AAA/USDT', 'BBB/USDT'];
  const input = parseSessionInput(
    { accountId: 'paper-1', strategy, symbols, tradingMode: 'paper', barIntervalMs: 3_600_000, ...change },
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

it('two replays on one account turn each its own day, and a clock that has stopped is forgotten', async () => {
  const pairs = { early: await openPair('early'), late: await openPair('late') };
  const marking = { autoReleaseMs: null, drawdownBreakerFraction: 0.5 };
  const day = async (name: keyof typeof pairs, cursor: number, atMs: number) => {
    const { store, handle, limits } = pairs[name];
    const risks: RiskState[] = [];
    await store.walk(handle, cursor - 1, limits, (loaded) => {
      const risk = onMark({ ...loaded.state.risk, tradesToday: cursor }, loaded.state.equity, atMs, marking);
      risks.push(risk);
      return outcomeAt(cursor, cursor)({ ...loaded, state: { ...loaded.state, risk } });
    });
    return [risks[0]?.dayKey, risks[0]?.tradesToday];
  };
  const [in2020, in2024] = [Date.UTC(2020, 4, 5), Date.UTC(2024, 0, 3)];
  expect(await day('late', 1, in2024)).toEqual([in2024 / DAY_MS, 0]);
  expect(await day('early', 1, in2020)).toEqual([in2020 / DAY_MS, 0]);
  expect(await day('late', 2, in2024 + 1)).toEqual([in2024 / DAY_MS, 2]);
  expect(await day('early', 2, in2020 + 1)).toEqual([in2020 / DAY_MS, 2]);
  const riskOf = async () => (await readAccount(desk.db, 'paper-1'))?.riskState;
  expect(await riskOf()).toMatchObject({ clock: 'early', otherDays: { late: { tradesToday: 2 } } });
  await pairs.late.store.abandon('late', START_MS, pairs.late.handle.epoch, 'terminated');
  await openPair('next');
  expect(Object.keys((await riskOf())?.otherDays ?? {})).not.toContain('late');
});

it('what one session that follows a market loses counts in the day of every other', async () => {
  const market = { source: 'alpaca' };
  const [first, second] = [await openPair('first', { market }), await openPair('second', { market })];
  const state = { dayStartEquity: '123', tradesToday: 7 };
  await second.store.walk(second.handle, 0, second.limits, outcomeAt(1, 1));
  await first.store.walk(first.handle, 0, first.limits, (loaded) =>
    outcomeAt(1, 1)({ ...loaded, state: { ...loaded.state, risk: { ...loaded.state.risk, ...state } } }),
  );
  const seen: RiskState[] = [];
  await second.store.walk(second.handle, 1, second.limits, (loaded) => {
    seen.push(loaded.state.risk);
    return outcomeAt(2, 1)(loaded);
  });
  expect(seen).toMatchObject([state]);
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
