/** The life of a session that follows a vendor's market, on bars of one second that come with the clock. */
import type { VendorMarket } from '../../../adapters/market-data/vendor-market.ts';
import type { Bar } from '../../../schemas/market.ts';
import { statusQuery, stopSignal } from '../../../workflows/messages/strategy-session.ts';
import { until } from '../until.ts';
import { ended, type Scenario } from './scenario.ts';

const barAt = (openTimeMs: number): Bar => {
  const price = 100 + (Math.floor(openTimeMs / 1_000) % 3);
  return { openTimeMs, open: `${price}`, high: `${price + 1}`, low: `${price - 1}`, close: `${price}`, volume: '1000' };
};

/** Every second has closed when it is over. */
export const secondsMarket: VendorMarket = {
  name: 'ccxt:binance',
  async *bars({ fromMs, toMs, intervalMs }) {
    const bars: Bar[] = [];
    const lastMs = Math.min(toMs, Date.now() - intervalMs + 1);
    for (let at = Math.ceil(fromMs / intervalMs) * intervalMs; at < lastMs; at += intervalMs) bars.push(barAt(at));
    yield bars;
  },
  quote: async () => ({ atMs: Date.now(), bid: '100', ask: '100.01' }),
};

const NAME = 'session-on-a-live-market';

export const LIVE_SCENARIOS: readonly Scenario[] = [
  {
    name: NAME,
    play: async (desk) => {
      const run = await desk.startSession(NAME, {
        accountId: 'paper-1',
        strategy: { type: 'smaCross', parameters: { fast: 2, slow: 3 } },
        symbols: ['LIVE/USDT'],
        tradingMode: 'paper',
        barIntervalMs: 1_000,
        market: { source: 'ccxt', exchange: 'binance' },
        checkIntervalMs: 500,
      });
      await until('four bars', async () => ((await run.query(statusQuery)).bars >= 4 ? true : null));
      await run.signal(stopSignal, { reason: 'end of the recording' });
      await run.result();
      return [ended(NAME, run.workflowId)];
    },
  },
];
