/** Bars and quotes from one vendor, orders at a venue: both over HTTP, the way a desk with keys trades. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusQuery, stopSignal, tickUpdate } from '../../workflows/messages/strategy-session.ts';
import { freshId, until } from './desk-under-test.ts';
import { type LiveMarket, openLiveMarket } from './live-market-under-test.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';

const SYMBOL = 'ETH/USD';
const HOUR = 3_600_000;
/** The venue goes by the clock of the machine: bars that are hours old leave room for those to come. */
const HOURS_BACK = 12;

let venue: VenueDeskUnderTest;
let at: LiveMarket;
beforeAll(async () => {
  const atMs = (Math.floor(Date.now() / HOUR) - HOURS_BACK) * HOUR;
  at = await openLiveMarket('alpaca', SYMBOL, atMs, async (markets) => {
    venue = await openVenueDesk({ [SYMBOL]: '100' }, {}, markets);
    return venue.desk;
  });
});
afterAll(async () => {
  await venue.close();
  await at.peer.close();
});

it('enters, protects and leaves at the venue on decisions that live bars made', async () => {
  const sessionId = freshId('live-venue');
  const run = await at.desk.startSession(sessionId, {
    accountId: 'alpaca-paper',
    strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
    components: ['technical'],
    symbols: [SYMBOL],
    tradingMode: 'paper',
    barIntervalMs: HOUR,
    market: { source: 'alpaca' },
  });
  await until('an open session', async () => ((await run.query(statusQuery)).nextStepAtMs === null ? null : true));
  for (const price of [103, 106, 106, 95, 90]) {
    at.close(price);
    await run.executeUpdate(tickUpdate, { args: [{}] });
    await settled(sessionId);
  }
  const orders = await ordersOf(sessionId);
  expect(orders).toEqual(['entry FILLED', 'stop CANCELED', 'exit FILLED']);
  await run.signal(stopSignal, { reason: 'end of the test' });
  expect(await run.result()).toMatchObject({ bars: 5, orders: 3, fills: 2, trades: 1 });
  expect(await venue.reconcile()).toMatchObject({ verdict: 'equal' });
}, 60_000);

const ordersOf = async (sessionId: string): Promise<string[]> => {
  const query = at.desk.db.selectFrom('orders').select(['leg', 'state']).where('session_id', '=', sessionId);
  return (await query.orderBy('created_at').orderBy('leg').execute()).map((one) => `${one.leg} ${one.state}`);
};

/** Waits while an order of the session is on its way or its legs have not left. */
const settled = (sessionId: string) =>
  until('orders at rest', async () => {
    const moving = (await ordersOf(sessionId)).filter((one) => !/FILLED|CANCELED|REJECTED|stop ACKED/.test(one));
    return moving.length === 0 ? true : null;
  });
