/** A paper session on each vendor's market: it opens on the past, decides at each close, trades, and bears bad data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { createLiveSessionStore } from '../../db/live-session-store.ts';
import { assessmentKey } from '../../schemas/llm/proposal-assessment.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import type { SessionRun } from '../../scripts/lib/desk-in-process.ts';
import { verifyLedger } from '../../scripts/lib/verify/verify-ledger.ts';
import {
  pauseSignal,
  resumeSignal,
  statusQuery,
  stopSignal,
  tickUpdate,
} from '../../workflows/messages/strategy-session.ts';
import type { PeerAnswer } from '../adapters/llm/peers/model-peer.ts';
import { type ChatPeer, chatModel, isAssessment, startChatPeer } from './chat-peer.ts';
import { freshId, openAccount, problemsOf, until } from './desk-under-test.ts';
import { flatBar, type LiveMarket, openLiveMarket, VENDORS } from './live-market-under-test.ts';
import { killMachines, startLlmMachine } from './machines.ts';

const HOUR = 3_600_000;

const TOKENS = { in: 300, cached: 0, out: 40 };
const recommendationOf = (symbol: string): PeerAnswer => ({
  text: JSON.stringify({
    ...{ version: 1, symbol, intent: 'proposeTrade', timeframe: 'swing', rationale: 'It has fuel.', keyRisks: [] },
    action: {
      ...{ type: 'enter_long', confidence: 0.9, entryPrice: null, stopLossPrice: null, takeProfitPrice: null },
      ...{ sizeFraction: null, riskRewardRatio: null, constraints: null },
    },
  }),
  usage: TOKENS,
});
const assessmentOf = (symbol: string): PeerAnswer => ({
  text: JSON.stringify({
    ...{ version: 1, symbol, riskLevel: 'high', recommendation: 'avoid', confidence: 0.8, concerns: [] },
    ...{ maxPositionFraction: 0, rationale: 'It may fall.' },
  }),
  usage: TOKENS,
});

/** An answer that is on its way until it is said. */
function withheld(told: PeerAnswer): { readonly answer: Promise<PeerAnswer>; readonly say: () => void } {
  let say = (): void => undefined;
  const answer = new Promise<PeerAnswer>((resolve) => {
    say = () => resolve(told);
  });
  return { answer, say: () => say() };
}

describe.each(VENDORS)('on the market of %s', (vendor) => {
  let at: LiveMarket;
  beforeAll(async () => {
    at = await openLiveMarket(vendor);
  });
  afterEach(async () => {
    at.peer.state.faults = [];
    at.peer.state.keepsFault = false;
    await at.desk.db.updateTable('data_sets').set({ quarantined: null }).execute();
  });
  afterAll(() => at.end());

  /** Opens on a market that has been flat for as long as the strategy looks back. */
  const start = async (change: Record<string, unknown> = {}) => {
    for (let bar = 0; bar < 25; bar += 1) at.close(100);
    return open(change);
  };
  const open = async (change: Record<string, unknown> = {}) => {
    const sessionId = freshId('live');
    const accountId = await openAccount(at.desk, freshId('account'));
    const run = await at.desk.startSession(sessionId, {
      accountId,
      strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
      components: ['technical'],
      symbols: [at.symbol],
      tradingMode: 'paper',
      barIntervalMs: HOUR,
      market: at.source,
      checkIntervalMs: 86_400_000,
      ...change,
    });
    await until('an open session', async () => ((await run.query(statusQuery)).nextStepAtMs === null ? null : true));
    return { sessionId, run, accountId };
  };
  const tick = (run: SessionRun) => run.executeUpdate(tickUpdate, { args: [{}] });
  const closeAt = async (run: SessionRun, price: number) => {
    at.close(price);
    return tick(run);
  };
  const end = async (run: SessionRun) => {
    await run.signal(stopSignal, { reason: 'end of the test' });
    return run.result();
  };

  it('opens on the past, decides at the first close after it, and trades what a replay of its bars would', async () => {
    const { run, sessionId } = await start();
    expect(await run.query(statusQuery)).toMatchObject({ state: 'running', bars: 0, decisions: 0, warnings: [] });
    const openedMs = at.clock.nowMs;
    for (const price of [100, 103, 106, 106, 95, 95, 95, 100]) await closeAt(run, price);
    const report = await end(run);
    expect(report).toMatchObject({ bars: 8, decisions: 8, trades: 1, gaps: 0, noDecisionsByReason: {} });
    const decisions = await decisionsOf(sessionId);
    expect(decisions.every((one) => one.asOfMs > openedMs)).toBe(true);

    const replayId = freshId('replay');
    const market = { source: 'replay', from: new Date(openedMs - 500 * HOUR).toISOString() };
    const replay = await at.desk.startSession(replayId, {
      accountId: 'paper-1',
      strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
      components: ['technical'],
      symbols: [at.symbol],
      tradingMode: 'backtest',
      barIntervalMs: HOUR,
      market,
    });
    const replayed = await replay.result();
    expect(replayed.dataHash).toBe(report.dataHash);
    const again = (await decisionsOf(replayId)).filter((one) => one.asOfMs > openedMs);
    expect(again.map(sameWords)).toEqual(decisions.map(sameWords));
    expect(again.filter((one) => one.approved === true)).toHaveLength(1);
  }, 60_000);

  it('never uses a bar that has not closed', async () => {
    const { run } = await start();
    const openMs = Math.floor(at.clock.nowMs / HOUR) * HOUR;
    at.peer.state.bars.push(flatBar(openMs, 100, 140));
    expect(await tick(run)).toEqual([]);
    expect(await run.query(statusQuery)).toMatchObject({ bars: 0, state: 'running' });
    at.peer.state.bars.pop();
    expect(await closeAt(run, 100)).toMatchObject({ asOfMs: openMs + HOUR, action: 'hold', repeated: false });
    expect(await tick(run)).toMatchObject({ asOfMs: openMs + HOUR, repeated: true });
    await end(run);
  }, 60_000);

  it('writes a revised bar down and changes neither what was decided nor what comes after', async () => {
    const { run, sessionId } = await start();
    await closeAt(run, 100);
    const told = at.peer.state.bars.at(-1);
    const before = await decisionsOf(sessionId);
    at.peer.state.bars.splice(-1, 1, flatBar(told?.t ?? 0, 100, 103));
    await tick(run);
    await tick(run);
    expect(await revisionsOf(told?.t ?? 0)).toMatchObject([
      { before: { close: '100' }, after: { close: '103' }, applied: false },
    ]);
    expect(await decisionsOf(sessionId)).toEqual(before);
    // 2.4 % above the last bar as it was first told, which momentum buys; 0.6 % below the revised one.
    expect(await closeAt(run, 102.4)).toMatchObject({ action: 'buy' });
    await end(run);
    at.close(100);
  }, 60_000);

  it('pauses when the feed is silent, opens nothing on bars that come too late, and goes on by itself', async () => {
    const { run, sessionId } = await start();
    await closeAt(run, 100);
    at.pass(3 * HOUR);
    await tick(run);
    const silent = await run.query(statusQuery);
    expect(silent.state).toBe('paused');
    expect(silent.warnings).toEqual([expect.stringMatching(/^STALE: no bar of /)]);
    expect(await eventsOf(sessionId)).toEqual(['session_opened', 'session_feed_stale']);
    await tick(run);
    // The three missing hours and two more; the last two are young enough to trade on.
    at.pass(-3 * HOUR);
    for (const price of [103, 106, 109, 112, 115]) at.close(price);
    for (let bar = 0; bar < 5; bar += 1) await tick(run);
    const back = await run.query(statusQuery);
    expect(back).toMatchObject({ state: 'running', warnings: [], bars: 6 });
    const verdicts = (await decisionsOf(sessionId)).slice(1).map((one) => [one.action, one.approved]);
    const tooLate = ['buy', false];
    expect(verdicts).toEqual([tooLate, tooLate, tooLate, ['buy', true], ['hold', null]]);
    expect(await refusalsOf(sessionId)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/DATA_STALE: bar opened/)),
    );
    expect(await eventsOf(sessionId)).toContain('session_feed_back');
    for (const price of [100, 100]) await closeAt(run, price);
    await end(run);
  }, 60_000);

  it('bears a vendor that limits, fails and hangs, and says so', async () => {
    const { run } = await start();
    at.peer.state.faults = [{ kind: 'status', status: 429, retryAfter: '0' }];
    expect(await closeAt(run, 100)).toMatchObject({ action: 'hold', repeated: false });
    at.peer.state.faults = [{ kind: 'silent' }, { kind: 'cut' }];
    expect(await closeAt(run, 100)).toMatchObject({ action: 'hold', repeated: false });
    at.peer.state.faults = [{ kind: 'status', status: 500 }];
    at.peer.state.keepsFault = true;
    at.close(100);
    expect(await tick(run)).toMatchObject({ repeated: true });
    expect((await run.query(statusQuery)).warnings).toEqual([expect.stringMatching(/^VENDOR_UNREACHABLE/)]);
    at.peer.state.faults = [];
    at.peer.state.keepsFault = false;
    await until('the bar', async () => {
      await tick(run);
      return (await run.query(statusQuery)).bars === 3 ? true : null;
    });
    expect((await run.query(statusQuery)).warnings).toEqual([]);
    await end(run);
  }, 60_000);

  it.each([
    ['jumps to the hundredfold', (t: number) => flatBar(t, 10_000, 10_000), 'DATA_JUMP'],
    ['has a negative price', (t: number) => ({ t, cells: ['100', '101', '-1', '100', '5'] }), 'DATA_'],
    ['has a high below its low', (t: number) => ({ t, cells: ['100', '98', '99', '98.5', '5'] }), 'DATA_'],
    ['is no number', (t: number) => ({ t, cells: ['100', 'NaN', '99', '100', '5'] }), 'DATA_'],
  ])(
    'holds when a bar %s: refused, the symbol quarantined',
    async (_what, lie, code) => {
      const { run, sessionId } = await start();
      await closeAt(run, 100);
      const openMs = Math.floor(at.clock.nowMs / HOUR) * HOUR;
      at.close(103);
      at.peer.state.bars.splice(-1, 1, lie(openMs));
      await tick(run);
      const held = await run.query(statusQuery);
      expect(held).toMatchObject({ bars: 1, ordersSent: 0 });
      expect(held.warnings.some((one) => one.startsWith(`QUARANTINED: ${at.symbol}: ${code}`))).toBe(true);
      expect(await eventsOf(sessionId)).toContain('session_data_refused');
      // The vendor mends it: it is walked, and nothing is opened until a person has lifted the quarantine.
      at.peer.state.bars.splice(-1, 1, flatBar(openMs, 100, 103));
      await until('the mended bar', async () => {
        await tick(run);
        return (await run.query(statusQuery)).bars === 2 ? true : null;
      });
      expect((await decisionsOf(sessionId)).at(-1)).toMatchObject({ action: 'buy', approved: false });
      expect(await refusalsOf(sessionId)).toEqual([expect.stringMatching(/quarantined/)]);
      await closeAt(run, 100);
      await end(run);
    },
    60_000,
  );

  it.each([
    ['crossed', () => ['103.5', '3', '102.5', '4'], 0, /QUOTE_CROSSED/],
    ['half a minute old', () => ['102.99', '3', '103.01', '4'], 31_000, /DATA_STALE: quote of/],
    ['6 % away from the close', () => ['109.2', '3', '109.3', '4'], 0, /away from the last price/],
  ])(
    'opens nothing on a quote that is %s',
    async (_what, quote, ageMs, message) => {
      const { run, sessionId } = await start();
      at.close(103);
      at.peer.state.quote = quote();
      at.peer.state.quoteAtMs = at.clock.nowMs - ageMs - 250;
      await tick(run);
      expect(await refusalsOf(sessionId)).toEqual([expect.stringMatching(message)]);
      expect((await decisionsOf(sessionId)).at(-1)?.inputs).toHaveProperty('quote');
      expect(await run.query(statusQuery)).toMatchObject({ ordersSent: 0 });
      await closeAt(run, 100);
      await end(run);
    },
    60_000,
  );

  it('walks what came while no worker was up, in order, and goes through continue-as-new and a pause', async () => {
    const { run, sessionId } = await start({ maxHistoryEvents: 90 });
    await closeAt(run, 100);
    await at.desk.stopWorker();
    for (const price of [100, 101, 100]) at.close(price);
    await at.desk.startWorker();
    await tick(run);
    await until('three bars', async () => {
      await tick(run);
      return (await run.query(statusQuery)).bars === 4 ? true : null;
    });
    await run.signal(pauseSignal);
    for (const price of [100, 101]) at.close(price);
    await run.signal(resumeSignal);
    await until('two more', async () => ((await run.query(statusQuery)).bars === 6 ? true : null));
    for (let bar = 0; bar < 6; bar += 1) await closeAt(run, 100);
    expect(await run.describe()).not.toMatchObject({ runId: run.firstExecutionRunId });
    const report = await end(at.desk.client.workflow.getHandle(run.workflowId) as SessionRun);
    expect(report).toMatchObject({ bars: 12, decisions: 12, gaps: 0 });
    const history = await at.desk.client.workflow.getHandle(run.workflowId).fetchHistory();
    const workflowBundle = { codePath: at.desk.targets.codePath };
    await Worker.runReplayHistory({ workflowBundle }, history, run.workflowId);
    const steps = (await decisionsOf(sessionId)).map((one) => one.asOfMs);
    expect(steps.map((ms) => ms - (steps[0] ?? 0))).toEqual(Array.from({ length: 12 }, (_, i) => i * HOUR));
  }, 90_000);

  it('trades two symbols of one market, each at its own quote', async () => {
    const other = at.symbol.replace('BTC', 'ETH');
    const { run, sessionId } = await start({ symbols: [at.symbol, other] });
    expect(await closeAt(run, 103)).toMatchObject([
      { symbol: at.symbol, action: 'buy' },
      { symbol: other, action: 'buy' },
    ]);
    const decisions = await decisionsOf(sessionId);
    expect(decisions.map((one) => (one.inputs.quote as { ask: string }).ask)).toEqual(['103.01', '103.01']);
    await closeAt(run, 100);
    expect(await end(run)).toMatchObject({ bars: 2, decisions: 4, gaps: 0 });
    const { rows } = await sql<{ symbol: string }>`select distinct i.symbol from fills f join order_intents i
      using (client_order_id) join orders o using (client_order_id) where o.session_id = ${sessionId}`.execute(
      at.desk.db,
    );
    expect(rows.map((row) => row.symbol).sort()).toEqual([at.symbol, other].sort());
  }, 60_000);

  it('keeps what a look found, once, when the worker dies before it is walked', async () => {
    const { run, sessionId } = await start();
    await run.signal(pauseSignal);
    await until('a pause', async () => ((await run.query(statusQuery)).state === 'paused' ? true : null));
    const { epoch, run_count } = await at.desk.db
      .selectFrom('sessions')
      .selectAll()
      .where('session_id', '=', sessionId)
      .executeTakeFirstOrThrow();
    const live = createLiveSessionStore(at.desk.db);
    const handle = { sessionId, epoch, run: run_count, workflowId: run.workflowId } as SessionHandle;
    at.close(100);
    const seen = await live.seen(handle, [at.symbol]);
    const openTimeMs = (seen.lastMs ?? 0) + HOUR;
    const bar = { openTimeMs, open: '100', high: '101', low: '99', close: '100', volume: '1000000' };
    const instants = [{ openTimeMs, bars: [{ symbol: at.symbol, bar }] }];
    const arrival = { from: seen.instants, instants, feeds: [], nowMs: at.clock.nowMs };
    expect(await live.arrive({ ...handle, epoch: epoch - 1 }, arrival)).toBe(seen.instants);
    const both = await Promise.all([live.arrive(handle, arrival), live.arrive(handle, arrival)]);
    expect(both).toEqual([seen.instants + 1, seen.instants + 1]);
    await run.signal(resumeSignal);
    expect(await tick(run)).toMatchObject({ asOfMs: openTimeMs + HOUR });
    expect(await end(run)).toMatchObject({ bars: 1, decisions: 1, gaps: 0 });
  }, 60_000);

  it('gives two sessions of one symbol the same bars, and analysis decides without orders', async () => {
    const first = await start();
    const second = await open({ tradingMode: 'analysis' });
    for (const price of [100, 103, 100]) {
      at.close(price);
      await Promise.all([tick(first.run), tick(second.run)]);
    }
    const reports = [await end(first.run), await end(second.run)];
    expect(reports.map((one) => one.bars)).toEqual([3, 3]);
    expect(reports[0]?.dataHash).toBe(reports[1]?.dataHash);
    expect(reports.map((one) => one.orders > 0)).toEqual([true, false]);
    const stored = deskMarketData(barReaders(at.desk.db));
    for (const { sessionId } of [first, second]) {
      expect(await verifyLedger(at.desk.db, stored, { accountId: null, sessionId })).toMatchObject({
        ok: true,
        problems: [],
      });
    }
  }, 60_000);

  it('takes an order by hand at the quote of the moment, and refuses it when the feed has stopped', async () => {
    const accountId = await openAccount(at.desk, freshId('hand'));
    const order = {
      accountId,
      symbol: at.symbol,
      side: 'buy',
      sizeFraction: 0.03,
      reasoning: 'a test',
      market: at.source,
      barIntervalMs: HOUR,
    };
    at.close(101);
    at.close(101);
    const filled = await at.desk.startOrder(freshId('hand'), order);
    const [fill] = await until('a fill', async () => {
      const fills = await at.desk.db.selectFrom('fills').selectAll().where('account_id', '=', accountId).execute();
      return fills.length > 0 ? fills : null;
    });
    // The ask of 101.01, with half a spread and slippage of 3 basis points on top.
    expect(Number(fill?.price)).toBeCloseTo(101.01 * 1.0003, 4);
    await filled.terminate('enough seen');
    at.pass(4 * HOUR);
    const late = await at.desk.startOrder(freshId('hand'), order);
    expect(await late.result()).toMatchObject({ state: 'refused', reasons: [{ rule: 'staleData' }] });
    at.pass(-4 * HOUR);
  }, 60_000);

  it('fills the stop of an order by hand in the bar that reached it, after more bars than one look shows', async () => {
    const accountId = await openAccount(at.desk, freshId('stop'));
    const order = { accountId, symbol: at.symbol, side: 'buy', sizeFraction: 0.03, stop: '95', reasoning: 'a test' };
    at.close(100);
    at.close(100);
    const run = await at.desk.startOrder(freshId('stop'), {
      ...{ ...order, market: at.source, barIntervalMs: HOUR, checkIntervalMs: 1_000 },
    });
    const fills = (count: number) =>
      until(`${count} fills`, async () => {
        const query = at.desk.db.selectFrom('fills').selectAll().where('account_id', '=', accountId);
        const rows = await query.orderBy('at').execute();
        return rows.length === count ? rows : null;
      });
    await fills(1);
    await at.desk.stopWorker();
    at.close(100);
    at.close(90);
    const reachedMs = Math.floor(at.clock.nowMs / HOUR) * HOUR;
    for (let bar = 0; bar < 230; bar += 1) at.close(100);
    await at.desk.startWorker();
    const [, stop] = await fills(2);
    expect(stop?.side).toBe('sell');
    expect(stop?.at.getTime()).toBeLessThanOrEqual(reachedMs);
    expect(Number(stop?.price)).toBeLessThanOrEqual(95);
    expect(await run.result()).toMatchObject({ state: 'done' });
  }, 60_000);

  it('refuses a session and an order by hand on a market with an end', async () => {
    const market = { ...at.source, to: new Date(at.clock.nowMs - HOUR).toISOString() };
    const account = { accountId: 'paper-1', strategy: 'momentum', tradingMode: 'paper', barIntervalMs: HOUR };
    const bounded = await at.desk.startSession(freshId('end'), { ...account, symbols: [at.symbol], market });
    expect(await problemsOf(bounded)).toMatchObject([{ code: 'INPUT_RANGE', path: 'market.to' }]);
    const order = {
      accountId: 'paper-1',
      symbol: at.symbol,
      side: 'buy',
      sizeFraction: 0.01,
      reasoning: 'a test',
      market,
    };
    const byHand = await at.desk.startOrder(freshId('end'), order);
    expect(await problemsOf(byHand)).toMatchObject([{ code: 'INPUT_RANGE', path: 'market.to' }]);
  }, 60_000);

  describe('proposed by a model behind a network', () => {
    let peer: ChatPeer;
    let folder: string;
    beforeAll(async () => {
      peer = await startChatPeer();
      folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-models-'));
      const file = path.join(folder, 'models.yaml');
      const providers = [{ name: 'peer', baseUrls: [peer.url], apiFamily: 'openaiChat', keyEnv: null }];
      writeFileSync(file, JSON.stringify({ providers, models: [chatModel('one')] }));
      await startLlmMachine(at.desk, { QUARTERDECK_ALLOW_LOOPBACK: '1', QUARTERDECK_MODELS: file });
    });
    afterAll(async () => {
      killMachines();
      await peer.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('waits for the proposal and trades it, and does not wait to be told what could go wrong with it', async () => {
      const [proposed, assessed] = [withheld(recommendationOf(at.symbol)), withheld(assessmentOf(at.symbol))];
      peer.answer = (request) => (isAssessment(request) ? assessed.answer : proposed.answer);
      const strategy = { type: 'aiDiscretionary' };
      const components = ['technical', 'llm'];
      const { run, sessionId } = await start({ strategy, components, model: { provider: 'peer', model: 'one' } });
      at.close(100);
      const ticked = tick(run);
      await until('a question', async () => (peer.bodies.length === 1 ? true : null));
      expect(await decisionsOf(sessionId)).toEqual([]);
      proposed.say();
      expect(await ticked).toMatchObject({ action: 'buy', verdict: { approved: true }, noDecision: null });
      await until('the other question', async () => (peer.bodies.length === 2 ? true : null));
      await until('the order', async () => {
        const [sent] = await decisionsOf(sessionId);
        const orders = at.desk.db
          .selectFrom('orders')
          .selectAll()
          .where('decision_id', '=', sent?.decision_id ?? '');
        return (await orders.execute()).length > 0 ? true : null;
      });
      expect(await closeAt(run, 100)).toMatchObject({ repeated: false });
      expect(await run.query(statusQuery)).toMatchObject({ tradesExecuted: 0, activePositions: 1 });
      assessed.say();

      const [decision] = await decisionsOf(sessionId);
      const key = assessmentKey(decision?.decision_id ?? '');
      const told = await until('what could go wrong', async () => {
        const [row] = await at.desk.db.selectFrom('model_asks').selectAll().where('ask_key', '=', key).execute();
        return row ?? null;
      });
      expect(told.outcome).toMatchObject({ kind: 'answer', model: 'one', value: { riskLevel: 'high' } });
      const report = await end(run);
      const cost = peer.bodies.length * (TOKENS.in + TOKENS.out);
      expect(report).toMatchObject({ bars: 2, decisions: 2, orders: 2, modelCostMicroUsd: cost, contaminated: false });
      const calls = await at.desk.db
        .selectFrom('model_calls')
        .selectAll()
        .where('session_id', '=', sessionId)
        .execute();
      const asked = calls
        .filter((call) => call.provider === 'peer')
        .map(({ contract, outcome }) => [contract, outcome]);
      expect(asked.sort()).toEqual([
        ['recommendation', 'answered'],
        ['riskAssessment', 'answered'],
      ]);
      const budgets = at.desk.db.selectFrom('budgets').selectAll().where('key', '=', sessionId);
      expect(await budgets.execute()).toMatchObject([{ reserved_micro_usd: 0, spent_micro_usd: cost }]);
    }, 90_000);
  });

  const eventsOf = async (sessionId: string): Promise<string[]> => {
    const { rows } = await sql<{ type: string }>`select type from events where payload->>'sessionId' = ${sessionId}
      order by sequence`.execute(at.desk.db);
    return rows.map((row) => row.type);
  };
  const refusalsOf = async (sessionId: string): Promise<string[]> => {
    const { rows } = await sql<{ message: string }>`select r.message from gate_refusals r join decisions d
      using (decision_id) where d.session_id = ${sessionId} order by d.sequence, r.position`.execute(at.desk.db);
    return rows.map((row) => row.message);
  };
  const revisionsOf = (openMs: number) =>
    at.desk.db.selectFrom('bar_revisions').selectAll().where('open_time', '=', new Date(openMs)).execute();

  const decisionsOf = async (sessionId: string) =>
    (
      await at.desk.db
        .selectFrom('decisions')
        .selectAll()
        .where('session_id', '=', sessionId)
        .orderBy('sequence')
        .execute()
    ).map((row) => ({ ...row, asOfMs: row.as_of.getTime() }));
  type Row = Awaited<ReturnType<typeof decisionsOf>>[number];
  const sameWords = ({ asOfMs, action, confidence, size_fraction, stop_price, no_decision, approved }: Row) => ({
    asOfMs,
    action,
    confidence,
    size_fraction,
    stop_price,
    no_decision,
    approved,
  });
});
