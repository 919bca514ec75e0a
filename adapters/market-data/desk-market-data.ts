/** The market data of a desk: stored and synthetic bars behind one port, with the last series kept in memory. */
import { cachedMarketData } from './cached-market-data.ts';
import { type MarketData, marketDataBySource } from './market-data.ts';
import { type ReplayParts, replayMarketData } from './replay-market-data.ts';
import { syntheticMarketData } from './synthetic-market-data.ts';

const SERIES_KEPT = 64;

/** `readers`: how stored bars are read; the store is injected. */
export const deskMarketData = (readers: Omit<ReplayParts, 'nowMs'>): MarketData =>
  cachedMarketData(
    marketDataBySource({ replay: replayMarketData({ ...readers, nowMs: Date.now }), synthetic: syntheticMarketData() }),
    { entriesMax: SERIES_KEPT },
  );
