/** What a review feeds: health and patterns of the strategy, once a trade, whatever is repeated or taken back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taughtBefore, taughtNow } from '../../../activities/session/open-session.ts';
import { createAccount } from '../../../db/accounts.ts';
import { readPatterns } from '../../../db/learning/outcomes.ts';
import { reviewTrade } from '../../../db/llm/trade-review.ts';
import { insertTrades } from '../../../db/trades.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { anAccount, type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from '../desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await createAccount(desk.db, anAccount(), []);
  await createAccount(desk.db, anAccount({ accountId: 'sim', tradingMode: 'backtest' }), []);
});
afterAll(() => desk.close());

/** A long trade of 1 × 100 that ended n hours after the start; not reviewed yet. */
async function closed(n: number, pnl: string, strategyId: string, accountId = 'paper-1'): Promise<string> {
  const tradeId = `${strategyId}-${n}`;
  const trade = {
    ...{ tradeId, symbol: 'BTC/USDT', strategyId, side: 'long' as const, quantity: '1' },
    ...{ entryPrice: '100', exitPrice: '99', entryAtMs: START_MS, exitAtMs: START_MS + n * HOUR_MS, pnl },
    ...{ fees: '0.1', funding: '0', exitReason: 'signal' as const },
  };
  const entryFeatures = { regime: { volatility: 'high' }, momentum: { rsi: 75 }, volume: { volumeRatio: null } };
  await insertTrades(desk.db, { accountId, sessionId: null }, [{ trade, entryFeatures, regime: 'bull' }]);
  return tradeId;
}

const monitorOf = (strategyId: string) =>
  desk.db.selectFrom('strategy_monitors').selectAll().where('strategy_id', '=', strategyId).executeTakeFirst();
const patternsOf = (strategyId: string) =>
  desk.db.selectFrom('patterns').selectAll().where('strategy_id', '=', strategyId).orderBy('pattern').execute();

describe('a review', () => {
  it('feeds a trade once, when it is repeated, and when four are at it at the same time', async () => {
    const tradeId = await closed(1, '-2', 'once');
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
    const trades = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => closed(n, '-1', 'many')));
    await Promise.all(trades.map((tradeId) => reviewTrade(desk.db, tradeId, START_MS)));
    const monitor = await monitorOf('many');
    expect(monitor).toMatchObject({ trades: 6, health: 'degraded', losses_in_a_row: 6 });
    expect(monitor?.reasons[0]).toContain('6 losses in a row');
    expect(monitor?.false_alarms.lossesInARow).toBeCloseTo(0.3949383255083956, 12);
  });

  it('of a backtest teaches nothing', async () => {
    await reviewTrade(desk.db, await closed(1, '3', 'simulated', 'sim'), START_MS);
    expect([await monitorOf('simulated'), await patternsOf('simulated')]).toEqual([undefined, []]);
  });
});

describe('patterns', () => {
  it('forget a trade that the venue took back', async () => {
    const tradeId = await closed(1, '3', 'busted');
    await reviewTrade(desk.db, tradeId, START_MS);
    expect(await patternsOf('busted')).toHaveLength(4);
    const busted = { busted_at: new Date(START_MS).toISOString() };
    await desk.db.updateTable('trades').set(busted).where('trade_id', '=', tradeId).execute();
    expect(await patternsOf('busted')).toEqual([]);
    expect(await readPatterns(desk.db, 'busted', START_MS + 10 * HOUR_MS)).toEqual({});
  });

  it('know at an instant of market time only what had closed by then', async () => {
    for (const n of [1, 2, 3]) await reviewTrade(desk.db, await closed(n, n === 2 ? '-1' : '2', 'then'), START_MS);
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

  it('in real time knows at every walk what has been reviewed by then; in virtual time what closed before it', async () => {
    const handle = { strategyId: 'then', online: { '': { trades: 1, wins: 1, returnSum: 0.02 } } };
    const now = await taughtNow(parts, parsed('paper', heard), handle);
    expect(now.online?.['']).toMatchObject({ trades: 3, wins: 2 });
    expect(await taughtNow(parts, parsed('backtest', heard), handle)).toEqual({ online: handle.online });
    const opening = { strategyId: 'then', firstBarMs: START_MS + 1.5 * HOUR_MS };
    const before = await taughtBefore(parts, parsed('backtest', heard), opening);
    expect(before.online?.['']).toMatchObject({ trades: 1, wins: 1 });
    expect(await taughtBefore(parts, parsed('paper', heard), opening)).toEqual({});
  });

  it('and one that does not is not taught', async () => {
    const handle = { strategyId: 'then', online: {} };
    expect(await taughtNow(parts, parsed('paper', ['technical']), handle)).toEqual({});
    const opening = { strategyId: 'then', firstBarMs: START_MS };
    expect(await taughtBefore(parts, parsed('backtest', ['technical']), opening)).toEqual({});
  });
});
