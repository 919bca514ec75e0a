/**
 * Orders of a live account: a real desk, the live adapter, a test venue that calls itself live. Nothing leaves unarmed.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alpacaLiveConfig } from '../../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaLive } from '../../adapters/broker/alpaca/alpaca-venue.ts';
import { arm, disarm, lastArmingId } from '../../db/armings.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { paperRecordOf } from '../../domain/risk/paper-record.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import type { OrderRun } from '../../scripts/lib/desk-in-process.ts';
import { startVenue, type Venue } from '../../scripts/lib/venue/start-venue.ts';
import { orderQuery } from '../../workflows/messages/order-execution.ts';
import { newJournal, readJournal } from '../scripts/lib/venue/venue-under-test.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, until } from './desk-under-test.ts';

const ACCOUNT = 'alpaca-live';
const SYMBOL = 'BTC/USD';
const MINUTE_MS = 60_000;
const journal = newJournal();
let venue: Venue;
let desk: DeskUnderTest;
let isPublic = false;
let seen: { readonly venueAccountId: string; readonly cash: string; readonly currency: string };
beforeAll(async () => {
  venue = await startVenue({
    journal,
    tickMs: 0,
    isLive: true,
    credentials: [{ key: 'AKVENUE', secret: 'live-secret' }],
  });
  venue.control.price(SYMBOL, toDecimal('100'));
  const settings = {
    paperKey: null,
    paperUrl: 'https://paper-api.alpaca.markets',
    liveKey: 'AKVENUE:live-secret',
    liveUrl: venue.url,
  };
  const live = createAlpacaLive(alpacaLiveConfig(settings, true));
  const identity = await live.identity();
  if (identity.kind === 'failed') throw new Error(identity.reason);
  seen = { venueAccountId: identity.value.accountId, cash: '100000', currency: 'USD' };
  const onTheNet = Object.defineProperty({ ...live }, 'isPublic', { get: () => isPublic });
  desk = await openDeskUnderTest([onTheNet]);
  await storeCloses(
    desk.db,
    SYMBOL,
    Array.from({ length: 40 }, () => 100),
  );
});
afterAll(async () => {
  await desk.close();
  await venue.close();
});

/** Arms orders by hand; `minutes` below 0: an arming that is over already. */
async function armFor(minutes: number): Promise<void> {
  const nowMs = Date.now();
  const outcome = await arm(desk.db, {
    accountId: ACCOUNT,
    armedBy: 'a person',
    armedAtMs: nowMs,
    expiresAtMs: nowMs + minutes * MINUTE_MS,
    scope: { everyStrategy: false, strategies: [paperRecordOf('manual', 20, [])] },
    overrideReason: null,
    seenArmingId: await lastArmingId(desk.db, ACCOUNT),
    seen,
  });
  expect(outcome.outcome).toBe('armed');
}

const start = (change: Record<string, unknown> = {}): Promise<OrderRun> =>
  desk.startOrder(freshId('live'), {
    accountId: ACCOUNT,
    symbol: SYMBOL,
    side: 'buy',
    quantity: '10',
    reasoning: 'a test of the desk',
    checkIntervalMs: 100,
    ...change,
  });

const refusals = async (run: OrderRun): Promise<string[]> => {
  const status = await run.result();
  return status.reasons.map((one) => `${status.state} ${one.rule}`);
};
const accepted = (): number => readJournal(journal).filter((line) => line.kind === 'accept').length;
const reaches = (run: OrderRun, states: readonly string[]) =>
  until(`the states ${states.join(', ')}`, async () => {
    const { orders } = await run.query(orderQuery);
    return JSON.stringify(orders.map((one) => `${one.leg} ${one.state}`)) === JSON.stringify(states) ? true : null;
  });

it('are refused after the arming has expired: not a byte reaches the venue', async () => {
  await armFor(-1);
  expect(await refusals(await start())).toEqual(['refused tradingMode']);
  expect(accepted()).toBe(0);
});

it('go out while armed, and once disarmed only what closes does', async () => {
  await armFor(5);
  const entry = await start();
  await reaches(entry, ['entry FILLED', 'stop ACKED']);
  await disarm(desk.db, ACCOUNT, { disarmedBy: 'a person', atMs: Date.now() });
  const before = accepted();
  expect(await refusals(await start())).toEqual(['refused tradingMode']);
  expect(accepted()).toBe(before);
  const exit = await start({ side: 'sell' });
  await reaches(exit, ['exit FILLED']);
  const modes = await desk.db.selectFrom('orders').select(['venue', 'simulated']).distinct().execute();
  expect(modes).toEqual([{ venue: ACCOUNT, simulated: false }]);
});

it('are judged by the clock on the wall where prices are those of now: stored bars that are old open nothing', async () => {
  isPublic = true;
  await armFor(5);
  const before = accepted();
  expect(await refusals(await start())).toEqual(['refused staleData']);
  expect(accepted()).toBe(before);
  isPublic = false;
  const entry = await start();
  await reaches(entry, ['entry FILLED', 'stop ACKED']);
  isPublic = true;
  const exit = await start({ side: 'sell' });
  await reaches(exit, ['exit FILLED']);
});
