/** A live session on a share: it sleeps while the exchange is closed, and is silent only when it is open. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusQuery, stopSignal, tickUpdate } from '../../workflows/messages/strategy-session.ts';
import { freshId, until } from './desk-under-test.ts';
import { flatBar, type LiveMarket, openLiveMarket } from './live-market-under-test.ts';

const HOUR = 3_600_000;
/** A Saturday; the exchange closed on Friday at 21:00 and opens on Monday at 14:30. */
const SATURDAY = Date.parse('2029-01-06T12:00:00Z');
const FRIDAY_CLOSE = Date.parse('2029-01-05T21:00:00Z');
const MONDAY_OPEN = Date.parse('2029-01-08T14:30:00Z');

let at: LiveMarket;
beforeAll(async () => {
  at = await openLiveMarket('alpaca', 'AAPL', SATURDAY);
  at.peer.state.bars = at.peer.state.bars.filter((bar) => bar.t < FRIDAY_CLOSE);
});
afterAll(() => at.end());

it('looks again when the first bar after the next opening has closed, and then minds silence', async () => {
  const run = await at.desk.startSession(freshId('hours'), {
    accountId: 'paper-1',
    strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
    components: ['technical'],
    symbols: ['AAPL'],
    tradingMode: 'paper',
    barIntervalMs: HOUR,
    market: { source: 'alpaca' },
    checkIntervalMs: 86_400_000,
  });
  const status = () => run.query(statusQuery);
  const tick = () => run.executeUpdate(tickUpdate, { args: [{}] });
  await until('a look', async () => ((await status()).nextStepAtMs === null ? null : true));
  expect(await status()).toMatchObject({ state: 'running', warnings: [], bars: 0 });
  // The first hour is stamped 09:00 New York and closes at 10:00.
  expect((await status()).nextStepAtMs).toBe(MONDAY_OPEN + HOUR / 2 + 2_000);
  at.pass(24 * HOUR);
  expect(await tick()).toEqual([]);
  expect(await status()).toMatchObject({ state: 'running', warnings: [] });

  at.pass(MONDAY_OPEN + 2 * HOUR - at.clock.nowMs);
  await tick();
  expect(await status()).toMatchObject({ state: 'running', warnings: [] });
  at.pass(60_000);
  await tick();
  expect(await status()).toMatchObject({
    state: 'paused',
    warnings: [expect.stringMatching(/^STALE: no bar of AAPL/)],
  });
  at.peer.state.bars.push(flatBar(Date.parse('2029-01-08T15:00:00Z'), 100, 100));
  expect(await tick()).toMatchObject({ asOfMs: Date.parse('2029-01-08T16:00:00Z'), action: 'hold' });
  expect(await status()).toMatchObject({ state: 'running', warnings: [], bars: 1 });
  await run.signal(stopSignal, { reason: 'end of the test' });
  expect(await run.result()).toMatchObject({ bars: 1, orders: 0 });
}, 60_000);
