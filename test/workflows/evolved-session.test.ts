import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveStrategy } from '../../activities/session/open-session.ts';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { saveSeat, seatedAgent, seatWeights } from '../../db/agent-seats.ts';
import { readWalked } from '../../db/backtests.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { reviewTrade } from '../../db/llm/trade-review.ts';
import { backtests } from '../../db/read/research-resources.ts';
import { readOne } from '../../db/read/resource.ts';
import { readStrategy, saveEvolved } from '../../db/strategies.ts';
import { insertTrades } from '../../db/trades.ts';
import { evolvedStrategy } from '../../domain/signals/evolved/evolved-rules.ts';
import { agentTrainingInputSchema, type MarketTrainingInput } from '../../schemas/agent-training.ts';
import type { Chromosome } from '../../schemas/chromosome.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import type { Strategy } from '../../schemas/signals.ts';
import { readSessionOutcome } from '../../scripts/lib/backtest/read-session.ts';
import { runLoop } from '../../scripts/lib/backtest/run-loop.ts';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { trainingPage } from '../../scripts/lib/research/training-page.ts';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { drawn, hashOf } from '../domain/learning/agents/leverage-networks.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

let desk: DeskUnderTest;
let research: ResearchInProcess;
let runId: string;

const SYMBOL = 'BRED/USDT';
const CHROMOSOME: Chromosome = {
  entryLong: [
    { kind: 'compare', indicator: 'rsi', periods: [14], comparator: 'below', threshold: 40, lookback: 2 },
    { kind: 'compare', indicator: 'change', periods: [5], comparator: 'below', threshold: 0, lookback: 1 },
  ],
  entryShort: [],
  exit: [
    { kind: 'compare', indicator: 'rsi', periods: [14], comparator: 'above', threshold: 60, lookback: 1 },
    { kind: 'barsHeld', above: 30 },
  ],
  filter: [],
  risk: { positionFraction: 0.08, stopAtr: 3, targetAtr: 6, maxHoldBars: 60 },
};
const STRATEGY_ID = 'evolved-0123456789abcdef';

const saveBred = (strategy: { strategyId: string; definition: Strategy; promoted: boolean }): Promise<void> =>
  saveEvolved(desk.db, {
    ...strategy,
    health: 'unknown',
    symbol: SYMBOL,
    barIntervalMs: HOUR_MS,
    runId,
    decidedAtMs: Date.now(),
  });

beforeAll(async () => {
  desk = await openDeskUnderTest();
  research = await openResearchInProcess(desk, `research-${randomUUID()}`);
  await storeBars(desk.db, SYMBOL, walkBars('bred', 2_500, 0.006));
  const run = await research.startEvolution('of-this-market', {
    symbol: SYMBOL,
    barIntervalMs: HOUR_MS,
    population: 4,
    generations: 1,
  });
  runId = (await run.result()).runId;
  await saveBred({ strategyId: STRATEGY_ID, definition: evolvedStrategy(CHROMOSOME), promoted: true });
});
afterAll(async () => {
  await research?.close();
  await desk?.close();
});

const session = (change: object = {}) => ({
  accountId: 'paper-1',
  strategy: STRATEGY_ID,
  symbols: [SYMBOL],
  tradingMode: 'backtest',
  barIntervalMs: HOUR_MS,
  market: { source: 'replay' },
  startingCash: '10000',
  ...change,
});

const shown = (trades: readonly { entryAtMs: number; exitAtMs: number; quantity: string; pnl: string }[]) =>
  trades.map(({ pnl, entryAtMs, exitAtMs, quantity }) => ({
    entryAtMs,
    exitAtMs,
    quantity,
    pnl: Number(pnl).toFixed(4),
  }));

describe('a bred strategy', () => {
  it('runs alone in a session by its id and trades as in its backtest', async () => {
    const sessionId = freshId('bred');
    await (await desk.startSession(sessionId, session({ components: ['technical'] }))).result();
    const run = await research.startBacktest(freshId('bred'), {
      strategy: STRATEGY_ID,
      symbol: SYMBOL,
      interval: '1h',
    });
    const { runId, report } = await run.result();
    const stored = await readWalked(desk.db, runId);
    const walked = await readSessionOutcome(desk.db, sessionId);
    expect(walked.trades.length).toBeGreaterThan(20);
    expect(shown(stored?.trades ?? [])).toEqual(shown(walked.trades));
    expect(Number(report.equityEnd)).toBeCloseTo(Number(walked.report.equityEnd), 6);
    expect(stored?.equity.at(-1)).toBeCloseTo(Number(walked.report.equityEnd), 6);
  });

  it('leaves a chain of the regimes that its session has seen', async () => {
    const { session_id: sessionId } = await desk.db
      .selectFrom('sessions')
      .select('session_id')
      .executeTakeFirstOrThrow();
    const query = desk.db.selectFrom('regime_transitions').selectAll().where('session_id', '=', sessionId);
    const changes = await query.orderBy('at').execute();
    expect(changes.length).toBeGreaterThan(10);
    for (const [k, { from_regime, to_regime, symbol }] of changes.entries()) {
      expect([symbol, from_regime]).toEqual([SYMBOL, changes[k - 1]?.to_regime ?? null]);
      expect(to_regime).not.toBe(from_regime);
    }
  });

  it('votes as the evolved component where a session lists it', async () => {
    const components = ['technical', 'evolved', 'llm'];
    const sessionId = freshId('voting');
    await (await desk.startSession(sessionId, session({ strategy: { type: 'hybrid' }, components }))).result();
    const rows = await desk.db
      .selectFrom('decisions')
      .select('contributions')
      .where('session_id', '=', sessionId)
      .execute();
    const votes = rows.flatMap(({ contributions }) => contributions.filter((one) => one.component === 'evolved'));
    expect(votes.length).toBeGreaterThan(2_000);
    expect(votes.some((one) => one.side === 1)).toBe(true);
  });

  it('is joined by what its trades have taught, of those that had closed before the first bar only', async () => {
    const firstMs = Date.UTC(2020, 0, 1);
    const teach = (n: number, won: boolean, closedMs: number) => {
      const trade = {
        ...{ tradeId: `${STRATEGY_ID}-${n}`, symbol: SYMBOL, strategyId: STRATEGY_ID, side: 'long' as const },
        ...{ quantity: '1', entryPrice: '100', exitPrice: '101', entryAtMs: closedMs - HOUR_MS, exitAtMs: closedMs },
        ...{ pnl: won ? '1' : '-1', fees: '0', exitReason: 'signal' as const },
      };
      return insertTrades(desk.db, { accountId: 'paper-1', sessionId: null }, [
        { trade, entryFeatures: null, regime: 'bull' },
      ]).then(() => reviewTrade(desk.db, trade.tradeId, Date.now()));
    };
    for (let n = 0; n < 10; n += 1) await teach(n, true, firstMs - (n + 1) * HOUR_MS);
    for (let n = 10; n < 20; n += 1) await teach(n, false, firstMs + n * HOUR_MS);
    const sessionId = freshId('taught');
    await (await desk.startSession(sessionId, session({ components: ['technical', 'online'] }))).result();
    const rows = await desk.db
      .selectFrom('decisions')
      .select(['contributions', 'inputs'])
      .where('session_id', '=', sessionId)
      .execute();
    const votes = rows.flatMap(({ contributions }) => contributions.filter((one) => one.component === 'online'));
    expect(votes.length).toBeGreaterThan(2_000);
    // (10 + 10 × 0.5) / 20: the ten losses came later. Of long / bull it is (10 + 10 × 0.75) / 20.
    const known = new Set(votes.filter(({ side }) => side !== 0).map(({ confidence }) => confidence));
    expect([...known].sort()).toEqual([0.75, 0.875]);
    const asked = rows.flatMap(({ inputs }) => (inputs.shouldTrade === undefined ? [] : [inputs.shouldTrade]));
    expect(asked.length).toBeGreaterThan(20);
    expect(asked[0]).toMatchObject({ trade: true, adjustment: 1 });
  });

  it('is joined by the network of its market once it holds a seat, and trades as in the plain loop', async () => {
    const input = { environment: 'market', symbol: SYMBOL, seeds: [1, 2, 3], steps: 3_000 };
    const trained = await (await research.startTraining(freshId('market'), input)).result();
    expect(trained).toMatchObject({ stoppedBy: 'steps', data: { symbol: SYMBOL, bars: 2_500 } });
    expect(trained.seat).toMatchObject({ seated: false, judged: [{ seed: 1 }, { seed: 2 }, { seed: 3 }] });
    expect(trained.seat?.checks.some(({ passed }) => !passed)).toBe(true);
    expect((await trainingPage(desk.db, trained)).sections[0]?.heading).toBe('Out of sample');
    const asked = session({ strategy: { type: 'hybrid' }, components: ['technical', 'agent'], direction: 'longShort' });
    const votesOf = async (sessionId: string) => {
      const rows = await desk.db
        .selectFrom('decisions')
        .select(['contributions', 'inputs'])
        .where('session_id', '=', sessionId)
        .execute();
      return rows.filter(({ contributions }) => contributions.some((one) => one.component === 'agent'));
    };
    const [alone, joined] = [freshId('benched'), freshId('seated')];
    await (await desk.startSession(alone, asked)).result();
    expect(await votesOf(alone)).toEqual([]);
    await desk.db.updateTable('agent_seats').set({ seated: true }).where('run_id', '=', trained.runId).execute();
    await (await desk.startSession(joined, asked)).result();
    const votes = await votesOf(joined);
    expect(votes.length).toBeGreaterThan(2_000);
    expect(new Set(votes.map(({ inputs }) => inputs.agentWeights))).toEqual(new Set([trained.seat?.weightsHash]));

    const seat = await seatedAgent(desk.db, 'spot', SYMBOL, HOUR_MS);
    if (seat === undefined) throw new Error('nobody is seated');
    const seats = { agents: { [SYMBOL]: { seat, weights: await seatWeights(desk.db, seat.runId) } } };
    const parts = {
      ...{ market: deskMarketData(barReaders(desk.db)), configFolder: path.join(projectFolder, 'config'), seats },
      ...{ codeVersion: 'in-process', seedIndicators: 'talib' as const },
    };
    const parsed = parseSessionInput(asked, `strategy-session:${joined}`, Date.now());
    const [looped, walked] = [await runLoop(parsed, parts), await readSessionOutcome(desk.db, joined)];
    expect(walked.trades.length).toBeGreaterThan(10);
    expect(shown(looped.trades)).toEqual(shown(walked.trades));
    const benched = await readSessionOutcome(desk.db, alone);
    expect(shown(benched.trades)).not.toEqual(shown(walked.trades));
  }, 120_000);

  it('begins its leverage with the network of the leverage seat, and trades as in the plain loop', async () => {
    const weights = drawn(1);
    const walked = { sharpe: 0.1, returnFraction: 0.1, tradeCount: 30 };
    const outOfSample = {
      ...{ ...walked, bars: 500, probability: 0.99, timing: 0.01, baselines: [] },
      ...{ beatsBuyAndHold: true, beatsRandom: true, beatsAll: true },
    };
    const named = { seed: 1, steps: 3_000, weightsHash: hashOf(weights) };
    const judged = [{ ...named, selection: walked, valueSpread: 0.3, outOfSample }];
    const seat = {
      ...named,
      agent: 'leverage' as const,
      seated: true,
      reason: 'every check passed',
      checks: [],
      judged,
    };
    const training = { environment: 'market', agent: 'leverage', symbol: SYMBOL };
    const input = agentTrainingInputSchema.parse(training) as MarketTrainingInput;
    await saveSeat(desk.db, { runId, seat, weights, input, dataHash: 'data', nowMs: Date.now() });
    const managed = { strategy: { type: 'hybrid', leverage: 3 }, leverage: { targetVolatility: 2 } };
    const asked = session({ ...managed, components: ['technical', 'agent'], direction: 'longShort' });
    const [joined, alone] = [freshId('levered'), freshId('unlevered')];
    await (await desk.startSession(joined, asked)).result();
    const rows = await desk.db.selectFrom('decisions').select('inputs').where('session_id', '=', joined).execute();
    const bases = rows.flatMap(
      ({ inputs }) => (inputs.leverage as { base?: { from: string } } | undefined)?.base ?? [],
    );
    const heard = bases.filter(({ from }) => from === 'agent');
    expect(heard.length).toBeGreaterThan(20);
    expect(heard).toEqual(heard.map(() => expect.objectContaining({ runId, weightsHash: hashOf(weights) })));

    const loaded = async (agent: 'spot' | 'leverage') => {
      const found = await seatedAgent(desk.db, agent, SYMBOL, HOUR_MS);
      return found === undefined ? {} : { [SYMBOL]: { seat: found, weights: await seatWeights(desk.db, found.runId) } };
    };
    const parts = {
      ...{ market: deskMarketData(barReaders(desk.db)), configFolder: path.join(projectFolder, 'config') },
      ...{ seats: { agents: await loaded('spot'), leverageAgents: await loaded('leverage') } },
      ...{ codeVersion: 'in-process', seedIndicators: 'talib' as const },
    };
    const parsed = parseSessionInput(asked, `strategy-session:${joined}`, Date.now());
    const outcome = await readSessionOutcome(desk.db, joined);
    expect(outcome.trades.length).toBeGreaterThan(10);
    expect(shown((await runLoop(parsed, parts)).trades)).toEqual(shown(outcome.trades));
    await desk.db.updateTable('agent_seats').set({ seated: false }).where('agent', '=', 'leverage').execute();
    await (await desk.startSession(alone, asked)).result();
    const unlevered = await readSessionOutcome(desk.db, alone);
    expect(shown(unlevered.trades)).not.toEqual(shown(outcome.trades));
  }, 120_000);

  it('is refused with real money until it is promoted', async () => {
    const strategyId = 'evolved-unproven';
    const definition = evolvedStrategy({ ...CHROMOSOME, exit: [{ kind: 'barsHeld', above: 5 }] });
    await saveBred({ strategyId, definition, promoted: false });
    const parts = { readStrategy: (id: string) => readStrategy(desk.db, id) };
    const resolve = (strategy: string | Strategy, tradingMode: 'paper' | 'live') =>
      resolveStrategy(parts, { ...parseSessionInput(session(), 'strategy-session:one', 0), strategy, tradingMode });
    for (const unproven of [strategyId, definition]) {
      const refused = { problems: [{ code: 'STRATEGY_NOT_PROMOTED', path: 'strategy' }] };
      await expect(resolve(unproven, 'live')).rejects.toMatchObject(refused);
      expect(await resolve(unproven, 'paper')).toEqual(definition);
    }
    expect(await resolve(STRATEGY_ID, 'live')).toEqual(evolvedStrategy(CHROMOSOME));
  });

  it('is refused as a backtest when nobody has stored it', async () => {
    const run = await research.startBacktest(freshId('no'), {
      strategy: 'evolved-none',
      symbol: SYMBOL,
      interval: '1h',
    });
    expect((await problemsOf(run)).map(({ code }) => code)).toEqual(['STRATEGY_UNKNOWN']);
  });
});

describe('a backtest by workflow', () => {
  it('gives the trades and the report of a session, and lists every mistake of its input', async () => {
    const sessionId = freshId('plain');
    await (
      await desk.startSession(sessionId, session({ strategy: { type: 'momentum' }, components: ['technical'] }))
    ).result();
    const walked = await readSessionOutcome(desk.db, sessionId);
    const flags = { strategy: 'momentum', params: 'lookback=20', symbol: SYMBOL, interval: '1h' };
    const { runId, report, figures } = await (await research.startBacktest(freshId('plain'), flags)).result();
    const stored = await readWalked(desk.db, runId);
    expect(shown(stored?.trades ?? [])).toEqual(shown(walked.trades));
    expect(Number(report.equityEnd)).toBeCloseTo(Number(walked.report.equityEnd), 6);
    const told = await readOne(desk.db, backtests, runId, null);
    expect(told).toMatchObject({ runId, report, figures, input: { symbols: [SYMBOL] } });
    const wrong = await research.startBacktest(freshId('wrong'), { ...flags, size: 'all', commission: 'free', fil: 1 });
    expect((await problemsOf(wrong)).map(({ path }) => path).sort()).toEqual(['commission', 'fil', 'size']);
  });
});
