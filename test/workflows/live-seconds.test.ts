/** A live session left to itself on bars of one second: it finds them, walks them once, and outlives its worker. */
import 'ccxt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configuredMarkets } from '../../adapters/market-data/configured-markets.ts';
import { statusQuery, stopSignal } from '../../workflows/messages/strategy-session.ts';
import { startBinanceDataPeer } from '../adapters/market-data/binance-data-peer.ts';
import type { MarketPeer } from '../adapters/market-data/market-peer.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest, until } from './desk-under-test.ts';
import { allTaskFailures } from './histories.ts';
import { flatBar } from './live-market-under-test.ts';

const SECOND = 1_000;
/** Whoever looks at the peer's clock finds the bars of that moment, however long this process was held up. */
const clock = {
  get nowMs() {
    const nowMs = Date.now();
    if (peer !== undefined) grow(peer, nowMs);
    return nowMs;
  },
};

let desk: DeskUnderTest;
let peer: MarketPeer | undefined;
beforeAll(async () => {
  const opened = await startBinanceDataPeer(clock);
  opened.state.pageSize = 1_000;
  const nowMs = Math.floor(Date.now() / SECOND) * SECOND;
  opened.state.bars = Array.from({ length: 600 }, (_, i) => flatBar(nowMs - (600 - i) * SECOND, 100, 100));
  peer = opened;
  const alpaca = { key: null, url: 'https://data.alpaca.markets', feed: 'iex' as const };
  const settings = { alpaca, ccxt: { urls: { binance: opened.url } }, allowLoopback: true };
  desk = await openDeskUnderTest([], { markets: configuredMarkets(settings) });
});
afterAll(async () => {
  await desk.close();
  await peer?.close();
});

/** Each second has its bar as soon as it begins: 140 while it is under way, 100 once it has closed. */
function grow({ state }: MarketPeer, nowMs: number): void {
  const { bars } = state;
  const openMs = Math.floor(nowMs / SECOND) * SECOND;
  while ((bars.at(-1)?.t ?? openMs) < openMs) {
    const { t } = bars.pop() ?? { t: openMs };
    bars.push(flatBar(t, 100, 100), flatBar(t + SECOND, 100, 140));
  }
  state.quoteAtMs = nowMs;
}

it('walks every bar that closes, none of them unfinished, also those that came while its worker was away', async () => {
  const sessionId = freshId('seconds');
  const accountId = await openAccount(desk, freshId('account'));
  const run = await desk.startSession(sessionId, {
    accountId,
    strategy: { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } },
    components: ['technical'],
    symbols: ['BTC/USDT', 'ETH/USDT'],
    tradingMode: 'paper',
    barIntervalMs: SECOND,
    market: { source: 'ccxt', exchange: 'binance' },
    checkIntervalMs: 500,
    maxHistoryEvents: 200,
  });
  const bars = async (): Promise<number> => (await run.query(statusQuery)).bars;
  await until('four bars', async () => ((await bars()) >= 4 ? true : null));
  await desk.stopWorker();
  const away = clock.nowMs;
  await until('bars nobody looks for', () => Promise.resolve(clock.nowMs > away + 4 * SECOND ? true : null));
  await desk.startWorker();
  await until('twelve bars', async () => ((await bars()) >= 12 ? true : null));
  expect((await run.query(statusQuery)).warnings).toEqual([]);
  await run.signal(stopSignal, { reason: 'end of the test' });
  const report = await desk.client.workflow.getHandle(run.workflowId).result();
  expect(report).toMatchObject({ gaps: 0, orders: 0 });
  const rows = await desk.db
    .selectFrom('decisions')
    .select(['symbol', 'as_of', 'inputs'])
    .where('session_id', '=', sessionId)
    .orderBy('sequence')
    .execute();
  const steps = rows.filter((row) => row.symbol === 'BTC/USDT').map((row) => row.as_of.getTime());
  expect(steps.length).toBeGreaterThanOrEqual(12);
  expect(steps).toEqual(steps.map((_, i) => (steps[0] ?? 0) + i * SECOND));
  expect(rows.filter((row) => row.symbol === 'ETH/USDT')).toHaveLength(steps.length);
  expect(rows.every((row) => row.inputs.close === 100)).toBe(true);
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
}, 90_000);
