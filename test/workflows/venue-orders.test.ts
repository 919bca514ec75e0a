/** Orders at a venue over the network: a real desk, the real Alpaca adapter, the test venue behind real HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toDecimal } from '../../domain/decimal.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { cancelOrderUpdate } from '../../workflows/messages/order-execution.ts';
import { freshId, problemsOf, until } from './desk-under-test.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';
import { FLAT_CLOSES, reaches, venueOrder } from './venue-orders-under-test.ts';

const SYMBOL = 'BTC/USD';
let at: VenueDeskUnderTest;
beforeAll(async () => {
  at = await openVenueDesk({ [SYMBOL]: '100' });
  await storeCloses(at.desk.db, SYMBOL, FLAT_CLOSES);
});
afterAll(() => at.close());

const anOrder = (change: Record<string, unknown> = {}) => venueOrder(SYMBOL, change);

const accepted = () => at.told('accept');

it('sends an entry once, books its fills, protects what was filled, and closes both with an exit', async () => {
  const run = await at.desk.startOrder(freshId('entry'), anOrder());
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  const exit = await at.desk.startOrder(freshId('exit'), anOrder({ side: 'sell' }));
  await reaches(exit, ['exit FILLED 10']);
  expect(await exit.result()).toMatchObject({ state: 'done' });
  await reaches(run, ['entry FILLED 10', 'stop CANCELED 0']);
  expect(accepted().map((line) => `${line.side} ${line.quantity}`)).toEqual(['buy 10', 'sell 10', 'sell 10']);
  const fills = at.told('fill');
  const booked = await at.desk.db.selectFrom('fills').select(['trade_id', 'price']).execute();
  expect(booked.map((row) => row.trade_id.split('::')[1]).sort()).toEqual(
    fills.map((line) => String(line.tradeId)).sort(),
  );
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal', differences: [] });
});

it('lets one order protect a position, the stop: what stop and target would sell is held only once', async () => {
  const run = await at.desk.startOrder(freshId('bracket'), anOrder({ quantity: '1', stop: '95', target: '110' }));
  await reaches(run, ['entry FILLED 1', 'stop ACKED 0', 'target ABSENT 0']);
  at.venue.control.price(SYMBOL, toDecimal('94'));
  await reaches(run, ['entry FILLED 1', 'stop FILLED 1', 'target ABSENT 0']);
  at.venue.control.price(SYMBOL, toDecimal('100'));
  expect(await run.result()).toMatchObject({ state: 'done' });
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal', differences: [] });
});

it('refuses an exit by hand of a part of what its stop protects, and the stop stays', async () => {
  const run = await at.desk.startOrder(freshId('whole'), anOrder({ quantity: '9' }));
  await reaches(run, ['entry FILLED 9', 'stop ACKED 0']);
  const part = await at.desk.startOrder(freshId('part'), anOrder({ side: 'sell', quantity: '4' }));
  expect(await problemsOf(part)).toMatchObject([{ code: 'ORDER_PARTIAL_EXIT', path: 'quantity' }]);
  await reaches(run, ['entry FILLED 9', 'stop ACKED 0']);
  const exit = await at.desk.startOrder(freshId('all'), anOrder({ side: 'sell', quantity: '9' }));
  await reaches(exit, ['exit FILLED 9']);
  await reaches(run, ['entry FILLED 9', 'stop CANCELED 0']);
}, 30_000);

it('cancels a resting order at the venue, and its legs never leave', async () => {
  const before = accepted().length;
  const run = await at.desk.startOrder(freshId('limit'), anOrder({ orderType: 'limit', limitPrice: '99' }));
  await reaches(run, ['entry ACKED 0', 'stop INTENT 0']);
  const status = await run.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'changed my mind' }] });
  expect(status.orders.map((one) => one.state)).toEqual(['CANCELED', 'ABSENT']);
  expect(await run.result()).toMatchObject({ state: 'done' });
  expect(accepted()).toHaveLength(before + 1);
});

it('resolves an order whose answer was cut by looking it up, and never sends it again', async () => {
  const before = accepted().length;
  at.venue.control.faults({ cutAfter: 1 });
  const run = await at.desk.startOrder(freshId('cut'), anOrder());
  await until('a cut reply', async () => (at.venue.control.stats().repliesCut > 0 ? true : null));
  at.venue.control.faults({ cutAfter: 0 });
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  expect(accepted()).toHaveLength(before + 2);
  const events = await at.desk.db.selectFrom('events').select('payload').where('type', '=', 'order_moved').execute();
  expect(events.map((row) => row.payload.to)).toContain('UNKNOWN');
});

it('keeps a wish to cancel while the order is in doubt, and cancels it once it is found', async () => {
  at.venue.control.faults({ cutAfter: 1, cutRead: 1 });
  const run = await at.desk.startOrder(freshId('doubt'), anOrder({ orderType: 'limit', limitPrice: '99', stop: '95' }));
  await reaches(run, ['entry UNKNOWN 0', 'stop INTENT 0']);
  const cancelled = run.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'changed my mind' }] });
  await sleep(1_000);
  at.venue.control.faults({ cutAfter: 0, cutRead: 0 });
  expect((await cancelled).orders.map((one) => one.state)).toEqual(['CANCELED', 'ABSENT']);
}, 30_000);

it('freezes the account when the venue holds an order that is not ours, and refuses what follows', async () => {
  at.venue.control.order({
    symbol: SYMBOL,
    side: 'buy',
    qty: '1',
    type: 'limit',
    limit_price: '50',
    time_in_force: 'gtc',
  });
  expect(await at.reconcile()).toMatchObject({ verdict: 'different', differences: [{ kind: 'extraOrder' }] });
  const run = await at.desk.startOrder(freshId('frozen'), anOrder());
  expect(await run.result()).toMatchObject({ state: 'refused', reasons: [{ rule: 'accountStanding' }] });
}, 30_000);
