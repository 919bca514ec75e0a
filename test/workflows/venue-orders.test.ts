/** Orders at a venue over the network: a real desk, the real Alpaca adapter, the test venue behind real HTTP. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alpacaPaperConfig } from '../../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaPaper } from '../../adapters/broker/alpaca/alpaca-venue.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import type { OrderRun } from '../../scripts/lib/desk-in-process.ts';
import { startVenue, type Venue } from '../../scripts/lib/venue/start-venue.ts';
import { cancelOrderUpdate, orderQuery } from '../../workflows/messages/order-execution.ts';
import { type Json, newJournal, readJournal } from '../scripts/lib/venue/venue-under-test.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, until } from './desk-under-test.ts';

const SYMBOL = 'BTC/USD';
const journal = newJournal();
let venue: Venue;
let desk: DeskUnderTest;
beforeAll(async () => {
  venue = await startVenue({ journal, tickMs: 0 });
  venue.control.price(SYMBOL, toDecimal('100'));
  const settings = {
    paperKey: 'PKVENUE:venue-secret',
    paperUrl: venue.url,
    liveKey: null,
    liveUrl: 'https://api.alpaca.markets',
  };
  desk = await openDeskUnderTest([createAlpacaPaper(alpacaPaperConfig(settings, true))]);
  await storeCloses(
    desk.db,
    SYMBOL,
    Array.from({ length: 40 }, () => 100),
  );
  const opened = await desk.client.workflow.execute('reconciliation', {
    workflowId: freshId('reconciliation'),
    taskQueue: desk.targets.taskQueue,
  });
  expect(opened).toMatchObject({ accounts: [{ accountId: 'alpaca-paper', verdict: 'equal' }] });
});
afterAll(async () => {
  await desk.close();
  await venue.close();
});

const anOrder = (change: Record<string, unknown> = {}) => ({
  accountId: 'alpaca-paper',
  symbol: SYMBOL,
  side: 'buy',
  quantity: '10',
  reasoning: 'a test of the desk',
  checkIntervalMs: 100,
  ...change,
});

const statesOf = (run: OrderRun) =>
  run.query(orderQuery).then((status) => status.orders.map((one) => `${one.leg} ${one.state} ${one.quantityFilled}`));

const reaches = (run: OrderRun, states: readonly string[]) =>
  until(`the states ${states.join(', ')}`, async () => {
    const now = await statesOf(run);
    return JSON.stringify(now) === JSON.stringify(states) ? now : null;
  });

const accepted = (): Json[] => readJournal(journal).filter((line) => line.kind === 'accept');
const reconcile = () =>
  desk.client.workflow.execute('reconciliation', {
    workflowId: freshId('reconciliation'),
    taskQueue: desk.targets.taskQueue,
  });

it('sends an entry once, books its fills, protects what was filled, and closes both with an exit', async () => {
  const run = await desk.startOrder(freshId('entry'), anOrder());
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  const exit = await desk.startOrder(freshId('exit'), anOrder({ side: 'sell' }));
  await reaches(exit, ['exit FILLED 10']);
  expect(await exit.result()).toMatchObject({ state: 'done' });
  await reaches(run, ['entry FILLED 10', 'stop CANCELED 0']);
  expect(accepted().map((line) => `${line.side} ${line.quantity}`)).toEqual(['buy 10', 'sell 10', 'sell 10']);
  const fills = readJournal(journal).filter((line) => line.kind === 'fill');
  const booked = await desk.db.selectFrom('fills').select(['trade_id', 'price']).execute();
  expect(booked.map((row) => row.trade_id.split('::')[1]).sort()).toEqual(
    fills.map((line) => String(line.tradeId)).sort(),
  );
  expect(await reconcile()).toMatchObject({ accounts: [{ verdict: 'equal', differences: [] }] });
});

it('cancels a resting order at the venue, and its legs never leave', async () => {
  const before = accepted().length;
  const run = await desk.startOrder(freshId('limit'), anOrder({ orderType: 'limit', limitPrice: '99' }));
  await reaches(run, ['entry ACKED 0', 'stop INTENT 0']);
  const status = await run.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'changed my mind' }] });
  expect(status.orders.map((one) => one.state)).toEqual(['CANCELED', 'ABSENT']);
  expect(await run.result()).toMatchObject({ state: 'done' });
  expect(accepted()).toHaveLength(before + 1);
});

it('resolves an order whose answer was cut by looking it up, and never sends it again', async () => {
  const before = accepted().length;
  venue.control.faults({ cutAfter: 1 });
  const run = await desk.startOrder(freshId('cut'), anOrder());
  await until('a cut reply', async () => (venue.control.stats().repliesCut > 0 ? true : null));
  venue.control.faults({ cutAfter: 0 });
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  expect(accepted()).toHaveLength(before + 2);
  const events = await desk.db.selectFrom('events').select('payload').where('type', '=', 'order_moved').execute();
  expect(events.map((row) => row.payload.to)).toContain('UNKNOWN');
});

it('freezes the account when the venue holds an order that is not ours, and refuses what follows', async () => {
  venue.control.order({
    symbol: SYMBOL,
    side: 'buy',
    qty: '1',
    type: 'limit',
    limit_price: '50',
    time_in_force: 'gtc',
  });
  const report = await reconcile();
  expect(report).toMatchObject({ accounts: [{ verdict: 'different', differences: [{ kind: 'extraOrder' }] }] });
  const run = await desk.startOrder(freshId('frozen'), anOrder());
  expect(await run.result()).toMatchObject({ state: 'refused', reasons: [{ rule: 'accountStanding' }] });
}, 30_000);
