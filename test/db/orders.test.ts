/** Books of an account: intents before orders, fills once, postings that balance, positions and trades exact. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccount, listAccounts, lockAccount, readAccount, saveAccount } from '../../db/accounts.ts';
import { fillsOfAccount, fillsOfOrder, insertFills } from '../../db/fills.ts';
import { entriesOfAccount, insertEntries } from '../../db/ledger.ts';
import {
  insertOrders,
  ordersOfDecision,
  ordersOfSession,
  recordIntents,
  updateOrders,
  workingOrders,
} from '../../db/orders.ts';
import { positionsOfAccount, savePositions } from '../../db/positions.ts';
import { inTransaction, pause, sqlState } from '../../db/retry.ts';
import { insertTrades, tradesOfAccount, tradesOfSession } from '../../db/trades.ts';
import type { ClosedTrade, LedgerEntry, OrderState, Position } from '../../schemas/execution.ts';
import { orderStateSchema } from '../../schemas/execution.ts';
import { aFill, anAccount, anIntent, anOrder, type DeskDatabase, openDeskDatabase, START_MS } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

const context = { epoch: 1, origin: 'session', reasoning: null } as const;
const stateOf = async (promise: Promise<unknown>): Promise<string> =>
  sqlState(await promise.catch((error: unknown) => error));

const anEntry = (change: Partial<LedgerEntry>): LedgerEntry => ({
  postingId: 'deposit-1',
  entryId: 'deposit-1/cash',
  accountId: 'paper-1',
  book: 'cash',
  kind: 'deposit',
  amount: '100000',
  currency: 'USD',
  clientOrderId: null,
  tradeId: null,
  atMs: START_MS,
  ...change,
});

it('opens an account once with its deposit, and reads it back', async () => {
  const entries = [anEntry({}), anEntry({ entryId: 'deposit-1/capital', book: 'capital', amount: '-100000' })];
  const create = () => inTransaction(desk.db, (trx) => createAccount(trx, anAccount(), entries));
  expect(await create()).toBe(true);
  expect(await create()).toBe(false);
  expect(await readAccount(desk.db, 'paper-1')).toEqual(anAccount());
  expect(await readAccount(desk.db, 'nobody')).toBeUndefined();
  expect(await listAccounts(desk.db)).toEqual([anAccount()]);
  expect(await entriesOfAccount(desk.db, 'paper-1')).toEqual([entries[1], entries[0]]);
});

it('serialises writers of one account: sixty increments under the lock lose none', async () => {
  await createAccount(desk.db, anAccount({ accountId: 'locked', cash: '0' }), []);
  const increment = () =>
    inTransaction(desk.db, async (trx) => {
      const account = await lockAccount(trx, 'locked');
      if (account === undefined) throw new Error('no account');
      await pause(1);
      const cash = String(Number(account.cash) + 1);
      await saveAccount(trx, { ...account, cash, riskState: { losses: [cash] }, fundingDoneMs: START_MS });
    });
  await Promise.all(Array.from({ length: 60 }, increment));
  const account = await readAccount(desk.db, 'locked');
  expect(account).toMatchObject({ cash: '60', riskState: { losses: ['60'] }, fundingDoneMs: START_MS });
  await expect(saveAccount(desk.db, anAccount({ accountId: 'nobody' }))).rejects.toThrow('nobody does not exist');
});

it('refuses a posting that does not sum to zero, to the last digit', async () => {
  const cash = anEntry({ postingId: 'p2', entryId: 'p2/a', amount: '0.00000000000000000002' });
  const wrong = anEntry({ postingId: 'p2', entryId: 'p2/b', amount: '-0.00000000000000000001' });
  expect(await stateOf(insertEntries(desk.db, [cash, wrong]))).toBe('23514');
  const otherCurrency = { ...wrong, amount: '-0.00000000000000000002', currency: 'EUR' };
  expect(await stateOf(insertEntries(desk.db, [cash, otherCurrency]))).toBe('23514');
  await insertEntries(desk.db, [cash, { ...wrong, amount: '-0.00000000000000000002' }]);
});

it('refuses an order without an intent, and a second intent for a leg or a client order id', async () => {
  expect(await stateOf(insertOrders(desk.db, [anOrder(1)]))).toBe('23503');
  await recordIntents(desk.db, [anIntent(1)], context);
  await insertOrders(desk.db, [anOrder(1)]);
  const sameLeg = anIntent(1, { clientOrderId: 'order-1b' });
  const sameId = anIntent(1, { leg: 'stop' });
  expect(await stateOf(recordIntents(desk.db, [sameLeg], context))).toBe('23505');
  expect(await stateOf(recordIntents(desk.db, [sameId], context))).toBe('23505');
});

it('writes orders as they are now, and refuses more filled than ordered', async () => {
  const legs = [anIntent(2, { clientOrderId: 'order-2' }), anIntent(2, { leg: 'stop', clientOrderId: 'order-2s' })];
  await recordIntents(desk.db, legs, context);
  const entry = anOrder(2);
  const stop = anOrder(2, {
    leg: 'stop',
    clientOrderId: 'order-2s',
    state: 'INTENT',
    sentAtMs: null,
    stopPrice: '41000.5',
    triggeredAtMs: START_MS,
    referencePrice: '42000.5',
    exitReason: 'stop',
  });
  await updateOrders(desk.db, [entry, stop]);
  const filled = anOrder(2, { state: 'FILLED', quantityFilled: '0.25', venueOrderId: '90071992547409931234' });
  await updateOrders(desk.db, [{ ...filled, state: 'PARTIAL', quantityFilled: '0.1' }, filled]);
  expect(await ordersOfDecision(desk.db, 'decision-2')).toEqual([filled, stop]);
  expect(await stateOf(updateOrders(desk.db, [{ ...filled, quantityFilled: '0.26' }]))).toBe('23514');
});

it('counts every order that may still fill as working, whatever its state', async () => {
  const states: readonly OrderState[] = orderStateSchema.options;
  const orders = states.map((state, index) =>
    anOrder(100 + index, { accountId: 'states', sessionId: 'states', state }),
  );
  await recordIntents(
    desk.db,
    orders.map((order) => anIntent(Number(order.clientOrderId.slice(6)))),
    context,
  );
  await insertOrders(desk.db, orders);
  const working = (await workingOrders(desk.db, 'states')).map((order) => order.state);
  const finished = ['DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED', 'ABSENT'];
  expect(working).toEqual(states.filter((state) => !finished.includes(state)));
  expect(await ordersOfSession(desk.db, 'states')).toEqual(orders);
});

it('records a fill once, in any order of arrival, and says which are new', async () => {
  const first = aFill(1, { accountId: 'fills' });
  const second = aFill(2, { accountId: 'fills' });
  expect(await insertFills(desk.db, [second, second])).toEqual([second]);
  expect(await insertFills(desk.db, [first, second])).toEqual([first]);
  expect(await insertFills(desk.db, [])).toEqual([]);
  const otherVenue = aFill(1, { accountId: 'fills', venue: 'alpaca-paper' });
  expect(await insertFills(desk.db, [otherVenue])).toEqual([otherVenue]);
  expect((await fillsOfAccount(desk.db, 'fills')).map((fill) => fill.tradeId)).toEqual([
    'trade-1',
    'trade-1',
    'trade-2',
  ]);
  expect(await fillsOfOrder(desk.db, 'order-2')).toEqual([second]);
});

it('keeps one exact position for account, strategy and symbol', async () => {
  const position: Position = {
    accountId: 'paper-1',
    strategyId: 'momentum',
    symbol: 'BTC/USDT',
    quantity: '-0.30000000000000000001',
    cost: '-12600.000000000000000001',
    averagePrice: '42000.12345678',
    markPrice: '42001',
    leverage: 3,
    realizedPnl: '-0.00000001',
    fees: '1.5',
    funding: '0',
    openedAtMs: START_MS,
    fundingDoneMs: START_MS,
    trip: {
      decisionId: 'decision-1',
      sessionId: 'btc-momentum',
      venue: 'paper',
      simulated: false,
      entryQuantity: '0.30000000000000000001',
      entryValue: '12600.000000000000000001',
      exitQuantity: '0',
      exitValue: '0',
      realizedPnl: '0',
      fees: '1.5',
      funding: '0',
    },
  };
  await savePositions(desk.db, [position, { ...position, symbol: 'ETH/USDT' }]);
  const flat = { ...position, quantity: '0', cost: '0', openedAtMs: null, fundingDoneMs: null, trip: null };
  await savePositions(desk.db, [flat]);
  expect(await positionsOfAccount(desk.db, 'paper-1')).toEqual([flat, { ...position, symbol: 'ETH/USDT' }]);
});

it('keeps closed trades with the regime and features of their entry', async () => {
  const trade: ClosedTrade = {
    tradeId: 'round-trip-1',
    symbol: 'BTC/USDT',
    strategyId: 'momentum',
    side: 'short',
    quantity: '0.25',
    entryAtMs: START_MS,
    entryPrice: '42000',
    exitAtMs: START_MS + 1,
    exitPrice: '41000.00000001',
    pnl: '239.49999999',
    fees: '10.5',
    funding: '-0.00000001',
    decisionId: 'decision-1',
    exitReason: 'target',
  };
  const record = { trade, entryFeatures: { rsi: 71.25 }, regime: 'bear' };
  await insertTrades(desk.db, { accountId: 'paper-1', sessionId: 'btc-momentum' }, [record]);
  expect(await tradesOfAccount(desk.db, 'paper-1')).toEqual([trade]);
  expect(await tradesOfSession(desk.db, 'btc-momentum')).toEqual([trade]);
  const performance = await desk.db.selectFrom('strategy_performance').selectAll().executeTakeFirstOrThrow();
  expect(performance).toMatchObject({
    strategy_id: 'momentum',
    trading_mode: 'paper',
    trade_count: 1,
    win_rate: '1.000000',
    pnl_net: '239.49999999',
    profit_factor: null,
  });
});
