/**
 * A pair at a network venue that sells no coins short: the leg that was
 * filled leaves at once, without waiting for a bar.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import { stopSignal, tickUpdate } from '../../workflows/messages/strategy-session.ts';
import { freshId, until } from './desk-under-test.ts';
import { allTaskFailures } from './histories.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';

const BREAK = 25;
const wave = (i: number): number => 100 + 3 * Math.sin(i / 3);
/** 1.7 times the wave and a spread that swings, until it breaks away at bar 25. */
const partner = (i: number, away: number): number => 1.7 * wave(i) + (i < BREAK ? (i % 2 === 0 ? 0.5 : -0.5) : away);

let at: VenueDeskUnderTest;
beforeAll(async () => {
  at = await openVenueDesk({ 'AAVE/USD': '100', 'BTC/USD': '170', 'ETH/USD': '100', 'LTC/USD': '170' });
});
afterAll(() => at.close());

const ordersOf = async (sessionId: string): Promise<string[]> => {
  const query = at.desk.db.selectFrom('orders').select(['symbol', 'side', 'leg', 'state', 'exit_reason']);
  const rows = await query
    .where('session_id', '=', sessionId)
    .orderBy('created_at')
    .orderBy('symbol')
    .orderBy('leg')
    .execute();
  return rows.map(({ symbol, side, leg, state, exit_reason }) =>
    [symbol, side, leg, state, exit_reason ?? ''].join(' ').trim(),
  );
};

async function startPair(first: string, second: string, away: number) {
  const bars = Array.from({ length: BREAK + 10 }, (_, i) => i);
  await storeCloses(at.desk.db, first, bars.map(wave));
  await storeCloses(
    at.desk.db,
    second,
    bars.map((i) => partner(i, away)),
  );
  const sessionId = freshId('pair');
  const run = await at.desk.startSession(sessionId, {
    accountId: 'alpaca-paper',
    strategy: { type: 'pairsTrading', parameters: { lookback: 20 } },
    symbols: [first, second],
    tradingMode: 'paper',
    barIntervalMs: 3_600_000,
  });
  for (let bar = 0; bar <= BREAK; bar += 1) await run.executeUpdate(tickUpdate, { args: [{}] });
  return { sessionId, run };
}

it('a short that the venue rejects closes the long that it has filled', async () => {
  const { sessionId, run } = await startPair('AAVE/USD', 'BTC/USD', 1.6);
  await until('the exit', async () =>
    (await ordersOf(sessionId)).includes('AAVE/USD sell exit FILLED unpaired') ? true : null,
  );
  const orders = await ordersOf(sessionId);
  expect(orders).toContain('AAVE/USD buy entry FILLED');
  expect(orders).toContain('BTC/USD sell entry REJECTED');
  await run.signal(stopSignal, { reason: 'end of the test' });
  expect(await run.result()).toMatchObject({ trades: 1, fills: 2 });
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal' });
}, 60_000);

it('a first leg that the venue rejects keeps the second at home', async () => {
  const { sessionId, run } = await startPair('ETH/USD', 'LTC/USD', -1.6);
  expect((await ordersOf(sessionId)).filter((one) => one.includes('entry'))).toEqual(['ETH/USD sell entry REJECTED']);
  await run.signal(stopSignal, { reason: 'end of the test' });
  expect(await run.result()).toMatchObject({ fills: 0, refusalsByRule: { pairedLeg: 1 } });
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal' });
}, 60_000);

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(at.desk.client, at.desk.targets.taskQueue)).toEqual([]);
});
