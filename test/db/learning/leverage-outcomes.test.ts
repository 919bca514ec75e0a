/** What reviewed trades say of their leverage, once each; and what a session knows of it when. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leverageBefore, leverageNow } from '../../../activities/session/learnt-leverage.ts';
import { createAccount } from '../../../db/accounts.ts';
import { readLeverageRecord } from '../../../db/learning/leverage-outcomes.ts';
import { reviewTrade } from '../../../db/llm/trade-review.ts';
import { insertOrders, recordIntents } from '../../../db/orders.ts';
import { insertTrades } from '../../../db/trades.ts';
import { measuredIn } from '../../../domain/learning/leverage/leverage-record.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySchema } from '../../../schemas/signals.ts';
import {
  anAccount,
  anIntent,
  anOrder,
  type DeskDatabase,
  HOUR_MS,
  openDeskDatabase,
  START_MS,
} from '../desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await createAccount(desk.db, anAccount(), []);
  await createAccount(desk.db, anAccount({ accountId: 'sim', tradingMode: 'backtest' }), []);
});
afterAll(() => desk.close());

type Closed = { readonly n: number; readonly pnl: string; readonly leverage: number; readonly regime?: string };

/** A trade of 1 × 100 that was opened by an order of that leverage and ended n hours after the start, reviewed. */
async function reviewed({ n, pnl, leverage, regime = 'bull' }: Closed, accountId = 'paper-1'): Promise<string> {
  const [tradeId, decisionId] = [`t-${accountId}-${n}`, `d-${accountId}-${n}`];
  const named = { accountId, decisionId, clientOrderId: `o-${accountId}-${n}`, leverage };
  await recordIntents(desk.db, [anIntent(n, named)], { epoch: 1, origin: 'session', reasoning: null });
  await insertOrders(desk.db, [anOrder(n, { ...named, state: 'FILLED' })]);
  const trade = {
    ...{ tradeId, symbol: 'BTC/USDT', strategyId: 'levered', side: 'long' as const, quantity: '1', decisionId },
    ...{ entryPrice: '100', exitPrice: '99', entryAtMs: START_MS, exitAtMs: START_MS + n * HOUR_MS, pnl },
    ...{ fees: '0.1', funding: '0', exitReason: 'signal' as const },
  };
  await insertTrades(desk.db, { accountId, sessionId: null }, [{ trade, entryFeatures: null, regime }]);
  await Promise.all([1, 2, 3].map((at) => reviewTrade(desk.db, tradeId, START_MS + at)));
  return tradeId;
}

const known = (hours: number) => readLeverageRecord(desk.db, 'levered', START_MS + hours * HOUR_MS);

it('counts each trade once, by leverage and regime, as the market knew it; not those of backtests, nor busted ones', async () => {
  await reviewed({ n: 1, pnl: '2', leverage: 3 });
  await reviewed({ n: 2, pnl: '-1', leverage: 3 });
  await reviewed({ n: 3, pnl: '-4', leverage: 5, regime: 'bear' });
  const busted = await reviewed({ n: 4, pnl: '-50', leverage: 5 });
  await reviewed({ n: 5, pnl: '-50', leverage: 5 }, 'sim');
  const at = { busted_at: new Date(START_MS).toISOString() };
  await desk.db.updateTable('trades').set(at).where('trade_id', '=', busted).execute();
  const three = { leverage: 3, regime: 'bull', trades: 2, wins: 1, winSum: 0.02, lossSum: 0.01 };
  const five = { leverage: 5, regime: 'bear', trades: 1, wins: 0, winSum: 0, lossSum: 0.04 };
  expect(await known(10)).toEqual([three, five]);
  expect(await known(2)).toEqual([{ ...three, trades: 1, lossSum: 0 }]);
  expect(measuredIn(await known(10), 'bull')).toMatchObject([{ leverage: 3, trades: 2 }]);
});

it('is told to sessions whose leverage is managed: by their first bar in virtual time, by now in real time', async () => {
  const strategy = strategySchema.parse({ type: 'momentum', leverage: 3 });
  const session = (tradingMode: 'paper' | 'backtest', more = {}) =>
    parseSessionInput(
      {
        ...{ accountId: 'paper-1', strategy, symbols: ['BTC/USDT'], barIntervalMs: HOUR_MS, tradingMode },
        ...more,
      },
      'strategy-session:levered',
      START_MS,
    );
  const parts = {
    learntLeverage: (strategyId: string, untilMs: number) => readLeverageRecord(desk.db, strategyId, untilMs),
    nowMs: () => START_MS + 100 * HOUR_MS,
  };
  const opening = { strategy, strategyId: 'levered', firstBarMs: START_MS + 2.5 * HOUR_MS };
  const virtual = session('backtest', { leverage: { targetVolatility: 0.4 } });
  const before = await leverageBefore(parts, virtual, opening);
  expect(before.leverageRecord).toMatchObject([{ leverage: 3, trades: 2 }]);
  const handle = { strategy, strategyId: 'levered', ...before };
  expect(await leverageNow(parts, virtual, handle)).toEqual({
    leverage: { targetVolatility: 0.4, record: before.leverageRecord },
  });
  const { leverage } = await leverageNow(parts, session('paper'), { strategy, strategyId: 'levered' });
  expect(leverage?.record).toHaveLength(2);
  expect(await leverageBefore(parts, session('paper'), opening)).toEqual({});
  expect(await leverageBefore(parts, session('backtest'), opening)).toEqual({});
  expect(await leverageNow(parts, session('backtest'), handle)).toEqual({});
});
