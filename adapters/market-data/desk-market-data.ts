/**
 * The market data of a desk: stored, synthetic and vendors' bars behind one port, with the last series kept in memory.
 */
import { cachedMarketData } from './cached-market-data.ts';
import { type MarketData, marketDataBySource } from './market-data.ts';
import { type ReplayParts, replayMarketData } from './replay-market-data.ts';
import { syntheticMarketData } from './synthetic-market-data.ts';
import { type VendorDataParts, vendorMarketData } from './vendor-market-data.ts';

const SERIES_KEPT = 64;

/**
 * `readers`: how stored bars are read; the store is injected. `ensureStored` is for those who may fetch from vendors;
 * without it a vendor's bars are those that are stored.
 */
export function deskMarketData(
  readers: Omit<ReplayParts, 'nowMs'>,
  ensureStored: VendorDataParts['ensureStored'] = async () => undefined,
): MarketData {
  const vendor = vendorMarketData({ ...readers, ensureStored });
  const replay = replayMarketData({ ...readers, nowMs: Date.now });
  const bySource = marketDataBySource({ replay, synthetic: syntheticMarketData(), alpaca: vendor, ccxt: vendor });
  return cachedMarketData(bySource, { entriesMax: SERIES_KEPT });
}
