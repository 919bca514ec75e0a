/**
 * A venue that takes its fee of what a fill brings and does not say how much: books and venue stay equal to the cent.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toDecimal } from '../../domain/decimal.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { freshId, until } from './desk-under-test.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';
import { FLAT_CLOSES, reaches, statesOf, venueOrder } from './venue-orders-under-test.ts';

const SYMBOL = 'BTC/USD';
let at: VenueDeskUnderTest;
beforeAll(async () => {
  at = await openVenueDesk({ [SYMBOL]: '100' }, { receivedFee: 0.0025, isStrict: true });
  await storeCloses(at.desk.db, SYMBOL, FLAT_CLOSES);
});
afterAll(() => at.close());

const anOrder = (change: Record<string, unknown> = {}) => venueOrder(SYMBOL, change);

const position = () =>
  at.desk.db
    .selectFrom('positions')
    .select(['quantity', 'cost', 'fees'])
    .where('symbol', '=', SYMBOL)
    .executeTakeFirst();
const cash = async (): Promise<string | undefined> =>
  (await at.desk.db.selectFrom('accounts').select('cash').where('account_id', '=', 'alpaca-paper').executeTakeFirst())
    ?.cash;

it('holds what a buy really brought, protects and sells just that, and nothing differs', async () => {
  const run = await at.desk.startOrder(freshId('coin'), anOrder());
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  // 0.25 % of 10 coins at 100: 0.025 coins, worth 2.50.
  expect(await position()).toMatchObject({ quantity: '9.975', cost: '997.5', fees: '2.5' });
  expect(await cash()).toBe('99000');
  expect(at.told('accept').map((line) => `${line.side} ${line.quantity}`)).toEqual(['buy 10', 'sell 9.975']);
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal', differences: [] });
  const exit = await at.desk.startOrder(freshId('out'), anOrder({ side: 'sell' }));
  await reaches(exit, ['exit FILLED 9.975']);
  // 997.5 less 0.25 % of it, 2.49375.
  expect(await cash()).toBe('99995.00625');
  expect(await position()).toMatchObject({ quantity: '0', fees: '4.99375' });
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal', differences: [] });
  const trade = await at.desk.db.selectFrom('trades').select(['pnl_net', 'fees']).executeTakeFirst();
  expect(trade).toEqual({ pnl_net: '-4.99375', fees: '4.99375' });
}, 60_000);

it('sells what is held when the stop fills, also where the fee of each part was rounded up', async () => {
  at.venue.control.faults({ partial: 1 });
  const run = await at.desk.startOrder(freshId('parts'), anOrder({ quantity: '3', stop: '95' }));
  await until('a part', async () => ((await statesOf(run))[0]?.startsWith('entry PARTIAL') ? true : null));
  at.venue.control.faults({ partial: 0 });
  at.venue.control.tick();
  await reaches(run, ['entry FILLED 3', 'stop ACKED 0']);
  at.venue.control.price(SYMBOL, toDecimal('94'));
  await until('a filled stop', async () => ((await statesOf(run))[1]?.startsWith('stop FILLED 2.9924') ? true : null));
  at.venue.control.price(SYMBOL, toDecimal('100'));
  expect(await position()).toMatchObject({ quantity: '0' });
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal', differences: [] });
}, 60_000);

it('gives back the coins with a busted buy', async () => {
  const run = await at.desk.startOrder(freshId('bust'), anOrder({ quantity: '2' }));
  await reaches(run, ['entry FILLED 2', 'stop ACKED 0']);
  const before = await cash();
  const tradeId = String(at.told('fill').at(-1)?.tradeId);
  at.venue.control.bust(tradeId, toDecimal('99'));
  const report = await at.reconcile();
  expect(report).toMatchObject({ verdict: 'equal', reason: null });
  expect(await position()).toMatchObject({ quantity: '1.995' });
  expect(
    toDecimal((await cash()) ?? '0')
      .minus(before ?? '0')
      .toFixed(),
  ).toBe('2');
}, 60_000);
