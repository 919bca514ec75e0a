/** What a review feeds: health and patterns of the strategy, once a trade, whatever is repeated or taken back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patternsBefore, patternsNow } from '../../../activities/session/learnt-patterns.ts';
import { createAccount } from '../../../db/accounts.ts';
import { readExperiences } from '../../../db/learning/experiences.ts';
import { readHealth, readPatterns } from '../../../db/learning/outcomes.ts';
import { reviewTrade } from '../../../db/llm/trade-review.ts';
import { inTransaction } from '../../../db/retry.ts';
import { openSession } from '../../../db/sessions.ts';
import { writeStandings } from '../../../db/strategy-health.ts';
import { insertTrades } from '../../../db/trades.ts';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { NO_POSITION, SPOT_INPUTS, spotRows, spotState } from '../../../domain/learning/agents/spot-features.ts';
import { barsExpected } from '../../../domain/market/session-bars.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { storeBars, walkBars } from '../../workflows/research-bars.ts';
import { anAccount, aSessionInput, type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from '../desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await createAccount(desk.db, anAccount(), []);
  await createAccount(desk.db, anAccount({ accountId: 'sim', tradingMode: 'backtest' }), []);
});
afterAll(() => desk.close());

type Whose = {
  readonly strategyId: string;
  readonly accountId?: string;
  readonly sessionId?: string | null;
  readonly openedHour?: number;
};

/** A long trade of 1 × 100 that ended n hours after the start; not reviewed yet. */
async function closed(n: number, pnl: string, whose: Whose): Promise<string> {
  const { strategyId, accountId = 'paper-1', sessionId = null, openedHour = 0 } = whose;
  const tradeId = `${strategyId}-${n}`;
  const trade = {
    ...{ tradeId, symbol: 'BTC/USDT', strategyId, side: 'long' as const, quantity: '1' },
    ...{
      entryPrice: '100',
      exitPrice: '99',
      entryAtMs: START_MS + openedHour * HOUR_MS,
      exitAtMs: START_MS + n * HOUR_MS,
      pnl,
    },
    ...{ fees: '0.1', funding: '0', exitReason: 'signal' as const },
  };
  const entryFeatures = { regime: { volatility: 'high' }, momentum: { rsi: 75 }, volume: { volumeRatio: null } };
  await insertTrades(desk.db, { accountId, sessionId }, [{ trade, entryFeatures, regime: 'bull' }]);
  return tradeId;
}

const START = new Date(START_MS).toISOString();
const monitorOf = (strategyId: string) =>
  desk.db.selectFrom('strategy_monitors').selectAll().where('strategy_id', '=', strategyId).executeTakeFirst();
const patternsOf = (strategyId: string) =>
  desk.db.selectFrom('patterns').selectAll().where('strategy_id', '=', strategyId).orderBy('pattern').execute();

describe('a review', () => {
  it('feeds a trade once, when it is repeated, and when four are at it at the same time', async () => {
    const tradeId = await closed(1, '-2', { strategyId: 'once' });
    await Promise.all([1, 2, 3, 4].map((n) => reviewTrade(desk.db, tradeId, START_MS + n)));
    const first = await desk.db.selectFrom('trades').selectAll().where('trade_id', '=', tradeId).executeTakeFirst();
    await reviewTrade(desk.db, tradeId, START_MS + 1_000);
    const again = await desk.db.selectFrom('trades').selectAll().where('trade_id', '=', tradeId).executeTakeFirst();
    expect(again?.reviewed_at).toEqual(first?.reviewed_at);
    expect(await monitorOf('once')).toMatchObject({ trades: 1, health: 'healthy', win_rate: 0, losses_in_a_row: 1 });
    const names = ['', 'long / bull', 'long / bull / volatility high'];
    const last = 'long / bull / volatility high / rsi high / volume unknown';
    expect(await patternsOf('once')).toEqual(
      [...names, last].map((pattern) => ({
        ...{ strategy_id: 'once', pattern, trades: 1, wins: 0 },
        average_return: -0.02,
      })),
    );
  });

  it('of many trades at the same time misses none of them, and degrades after five losses', async () => {
    const trades = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => closed(n, '-1', { strategyId: 'many' })));
    await Promise.all(trades.map((tradeId) => reviewTrade(desk.db, tradeId, START_MS)));
    const monitor = await monitorOf('many');
    expect(monitor).toMatchObject({ trades: 6, health: 'degraded', losses_in_a_row: 6 });
    expect(monitor?.reasons[0]).toContain('6 losses in a row');
    expect(monitor?.false_alarms.lossesInARow).toBeCloseTo(0.3949383255083956, 12);
  });

  it('keeps what an agent would have lived through, once, where the bars of the trade are stored', async () => {
    const bars = walkBars('lived', 60, 0.004).map((row, k) => ({ ...row, openTimeMs: START_MS + k * HOUR_MS }));
    await storeBars(desk.db, 'BTC/USDT', bars);
    const input = { symbols: ['BTC/USDT'], barIntervalMs: HOUR_MS, accountId: 'paper-1', strategy: 'momentum' };
    const session = aSessionInput({ sessionId: 'lived', openKey: 'lived', strategyId: 'lived' });
    await inTransaction(desk.db, (trx) => openSession(trx, { ...session, input: { ...input, tradingMode: 'paper' } }));
    const trade = { strategyId: 'lived', sessionId: 'lived', openedHour: 40 };
    const tradeId = await closed(44, '2', trade);
    await Promise.all([1, 2, 3].map((n) => reviewTrade(desk.db, tradeId, START_MS + n)));
    await reviewTrade(desk.db, await closed(45, '2', { ...trade, accountId: 'sim' }), START_MS);
    await reviewTrade(desk.db, await closed(46, '2', { ...trade, sessionId: null }), START_MS);
    const rows = await desk.db.selectFrom('rl_experiences').selectAll().orderBy('step').execute();
    expect(rows.map(({ trade_id, step, action }) => [trade_id, step, action])).toEqual(
      [1, 0, 0, 0, 2].map((action, step) => [tradeId, step, action]),
    );
    expect(rows.map(({ at }) => at.getTime())).toEqual([40, 41, 42, 43, 44].map((hour) => START_MS + hour * HOUR_MS));
    expect(rows[1]?.state).toEqual(rows[0]?.next_state);
    const asked = {
      symbol: 'BTC/USDT',
      barIntervalMs: HOUR_MS,
      sides: ['long' as const],
      limit: 3,
      knownAtMs: Date.now() + HOUR_MS,
    };
    const known = (hour: number) => readExperiences(desk.db, { ...asked, untilMs: START_MS + hour * HOUR_MS });
    expect((await known(45)).map(({ action }) => action)).toEqual([0, 0, 2]);
    expect(await known(44)).toEqual([]);
    expect(await readExperiences(desk.db, { ...asked, sides: ['short'], untilMs: Date.now() })).toEqual([]);
    expect(await readExperiences(desk.db, { ...asked, untilMs: Date.now(), knownAtMs: START_MS })).toEqual([]);
    await desk.db.updateTable('trades').set({ busted_at: START }).where('trade_id', '=', tradeId).execute();
    expect(await known(45)).toEqual([]);
  });

  it('sees a trade at the exchange behind as many bars, though it is closed at night', async () => {
    const stamps = barsExpected('XNYS', HOUR_MS, Date.parse('2023-01-01'), Date.parse('2024-01-01')).slice(0, 1_600);
    const rows = walkBars('nights', stamps.length, 0.004).map((row, k) => ({
      ...row,
      openTimeMs: stamps[k] as number,
    }));
    const series = await storeBars(desk.db, 'SPY', rows);
    const input = { symbols: ['SPY'], barIntervalMs: HOUR_MS, accountId: 'paper-1', strategy: 'momentum' };
    const session = aSessionInput({ sessionId: 'nights', openKey: 'nights', strategyId: 'nights' });
    await inTransaction(desk.db, (trx) => openSession(trx, { ...session, input: { ...input, tradingMode: 'paper' } }));
    const trade = {
      ...{ tradeId: 'nights-1', symbol: 'SPY', strategyId: 'nights', side: 'long' as const, quantity: '1' },
      ...{ entryPrice: '100', exitPrice: '99', pnl: '-1', fees: '0.1', funding: '0', exitReason: 'signal' as const },
      ...{ entryAtMs: stamps[1_590] as number, exitAtMs: stamps[1_592] as number },
    };
    const facts = { entryFeatures: null, regime: null };
    await insertTrades(desk.db, { accountId: 'paper-1', sessionId: 'nights' }, [{ trade, ...facts }]);
    await reviewTrade(desk.db, 'nights-1', START_MS);
    const query = desk.db.selectFrom('rl_experiences').select('state').where('trade_id', '=', 'nights-1');
    const [first] = await query.orderBy('step').execute();
    const known = spotState(spotRows(computeFeatureColumns(series)), 1_589, NO_POSITION, new Float32Array(SPOT_INPUTS));
    expect(first?.state).toEqual(Array.from(known, (one) => expect.closeTo(one, 3)));
  });

  it('of a backtest teaches nothing', async () => {
    await reviewTrade(desk.db, await closed(1, '3', { strategyId: 'simulated', accountId: 'sim' }), START_MS);
    expect([await monitorOf('simulated'), await patternsOf('simulated')]).toEqual([undefined, []]);
  });
});

describe('patterns', () => {
  it('forget a trade that the venue took back', async () => {
    const tradeId = await closed(1, '3', { strategyId: 'busted' });
    await reviewTrade(desk.db, tradeId, START_MS);
    expect(await patternsOf('busted')).toHaveLength(4);
    const busted = { busted_at: new Date(START_MS).toISOString() };
    await desk.db.updateTable('trades').set(busted).where('trade_id', '=', tradeId).execute();
    expect(await patternsOf('busted')).toEqual([]);
    expect(await readPatterns(desk.db, 'busted', START_MS + 10 * HOUR_MS)).toEqual({});
  });

  it('know at an instant of market time only what had closed by then', async () => {
    for (const n of [1, 2, 3])
      await reviewTrade(desk.db, await closed(n, n === 2 ? '-1' : '2', { strategyId: 'then' }), START_MS);
    const known = async (hours: number) => (await readPatterns(desk.db, 'then', START_MS + hours * HOUR_MS))[''];
    expect(await known(1)).toBeUndefined();
    expect(await known(2.5)).toMatchObject({ trades: 2, wins: 1 });
    const all = await known(4);
    expect(all).toMatchObject({ trades: 3, wins: 2 });
    expect(all?.returnSum).toBeCloseTo(0.03, 12);
  });
});

describe('a session that listens to the past of its strategy', () => {
  const parts = {
    learntPatterns: (strategyId: string, untilMs: number) => readPatterns(desk.db, strategyId, untilMs),
    learntHealth: (strategyId: string, untilMs: number) => readHealth(desk.db, strategyId, untilMs),
    nowMs: () => START_MS + 100 * HOUR_MS,
  };
  const parsed = (tradingMode: 'paper' | 'backtest', components: readonly string[]) =>
    parseSessionInput(
      {
        ...{ accountId: 'paper-1', strategy: 'momentum', symbols: ['BTC/USDT'], barIntervalMs: HOUR_MS },
        ...{ tradingMode, components },
      },
      'strategy-session:taught',
      START_MS,
    );
  const heard = ['technical', 'online'];

  it('knows in real time what has been reviewed by then; in virtual time what closed before it', async () => {
    const handle = { strategyId: 'then', online: { '': { trades: 1, wins: 1, returnSum: 0.02 } } };
    const now = await patternsNow(parts, parsed('paper', heard), handle);
    expect(now.online?.['']).toMatchObject({ trades: 3, wins: 2 });
    expect(await patternsNow(parts, parsed('backtest', heard), handle)).toEqual({ online: handle.online });
    const opening = { strategyId: 'then', firstBarMs: START_MS + 1.5 * HOUR_MS };
    const before = await patternsBefore(parts, parsed('backtest', heard), opening);
    expect(before.online?.['']).toMatchObject({ trades: 1, wins: 1 });
    expect(await patternsBefore(parts, parsed('paper', heard), opening)).toEqual({});
  });

  it('knows how its strategy stood by then, and forgets what a person has let pass', async () => {
    for (const n of [1, 2, 3, 4, 5])
      await reviewTrade(desk.db, await closed(n, '-1', { strategyId: 'lost' }), START_MS);
    const health = async (hours: number) => (await readHealth(desk.db, 'lost', START_MS + hours * HOUR_MS)).health;
    expect([await health(1), await health(5), await health(6)]).toEqual(['unknown', 'healthy', 'degraded']);
    const opening = { strategyId: 'lost', firstBarMs: START_MS + 6 * HOUR_MS };
    const { onlineHealth } = await patternsBefore(parts, parsed('backtest', heard), opening);
    expect(onlineHealth?.health).toBe('degraded');
    expect((await patternsNow(parts, parsed('paper', heard), { strategyId: 'lost' })).onlineHealth).toEqual(
      onlineHealth,
    );
    const enabled = { strategyId: 'lost', reason: 'looked at', setBy: 'anna', disabled: false, correlationId: null };
    const nowMs = Date.now();
    await writeStandings(desk.db, [{ ...enabled, atMs: nowMs }]);
    expect((await readHealth(desk.db, 'lost', nowMs + 1)).health).toBe('unknown');
    expect(await health(6)).toBe('degraded');
  });

  it('and one that does not is not taught', async () => {
    const handle = { strategyId: 'then', online: {} };
    expect(await patternsNow(parts, parsed('paper', ['technical']), handle)).toEqual({});
    const opening = { strategyId: 'then', firstBarMs: START_MS };
    expect(await patternsBefore(parts, parsed('backtest', ['technical']), opening)).toEqual({});
  });
});
