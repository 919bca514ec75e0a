/** A paper session whose orders work at a network venue: decisions on bars, fills and positions from the venue. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { stopSignal, tickUpdate } from '../../workflows/messages/strategy-session.ts';
import { freshId, until } from './desk-under-test.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';

const SYMBOL = 'ETH/USD';
const DOUBTFUL = 'SOL/USD';
let at: VenueDeskUnderTest;
beforeAll(async () => {
  at = await openVenueDesk({ [SYMBOL]: '100', [DOUBTFUL]: '100' });
});
afterAll(() => at.close());

/** Flat, then up by 3 % a bar, then down again: momentum enters on the way up and leaves on the way down. */
const closes = (): number[] => {
  const values = Array.from({ length: 30 }, () => 100);
  for (const change of [1.03, 1.03, 1.0, 0.9, 0.9, 0.9]) values.push((values.at(-1) as number) * change);
  return values;
};

const ordersOf = (sessionId: string) =>
  at.desk.db
    .selectFrom('orders')
    .select(['leg', 'state', 'venue'])
    .where('session_id', '=', sessionId)
    .orderBy('created_at')
    .orderBy('leg')
    .execute();

it('enters, protects and leaves at the venue, and its report counts what the venue filled', async () => {
  await storeCloses(at.desk.db, SYMBOL, closes());
  const sessionId = freshId('venue');
  const run = await at.desk.startSession(sessionId, {
    accountId: 'alpaca-paper',
    strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
    symbols: [SYMBOL],
    tradingMode: 'paper',
    barIntervalMs: 3_600_000,
  });
  for (let bar = 0; bar < 36; bar += 1) {
    await run.executeUpdate(tickUpdate, { args: [{}] });
    await settled(sessionId);
  }
  const states = (await ordersOf(sessionId)).map((one) => `${one.leg} ${one.state} ${one.venue}`);
  expect(states).toEqual(['entry FILLED alpaca-paper', 'stop CANCELED alpaca-paper', 'exit FILLED alpaca-paper']);
  await run.signal(stopSignal, { reason: 'end of the test' });
  expect(await run.result()).toMatchObject({ orders: 3, fills: 2, trades: 1 });
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal' });
}, 60_000);

it('leaves the stop of an entry in doubt to its order when the session ends, and it protects what filled', async () => {
  await storeCloses(at.desk.db, DOUBTFUL, closes().slice(0, 32));
  const sessionId = freshId('doubt');
  const run = await at.desk.startSession(sessionId, {
    accountId: 'alpaca-paper',
    strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
    symbols: [DOUBTFUL],
    tradingMode: 'paper',
    barIntervalMs: 3_600_000,
  });
  at.venue.control.faults({ cutAfter: 1, cutRead: 1 });
  const statesNow = async () => (await ordersOf(sessionId)).map((one) => `${one.leg} ${one.state}`);
  for (let bar = 0; bar < 32 && (await statesNow()).length === 0; bar += 1) {
    await run.executeUpdate(tickUpdate, { args: [{}] });
  }
  await until('an entry in doubt', async () => ((await statesNow()).includes('entry UNKNOWN') ? true : null));
  await run.signal(stopSignal, { reason: 'end of the test' });
  await run.result();
  expect(await statesNow()).toEqual(['entry UNKNOWN', 'stop INTENT']);
  at.venue.control.faults({ cutAfter: 0, cutRead: 0 });
  await until('a stop at work', async () => ((await statesNow()).join() === 'entry FILLED,stop ACKED' ? true : null));
}, 60_000);

/** Waits while an order of the session is on its way or its legs have not left. */
const settled = (sessionId: string) =>
  until('orders at rest', async () => {
    const moving = (await ordersOf(sessionId)).filter(
      ({ leg, state }) => !['FILLED', 'CANCELED', 'REJECTED'].includes(state) && !(leg === 'stop' && state === 'ACKED'),
    );
    return moving.length === 0 ? true : null;
  });
