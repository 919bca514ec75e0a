/**
 * Keeps the last few series in memory, so that forty activities over one data set read it once.
 * Least recently used goes first. Calls at the same time share one load; a failed load is forgotten at once.
 * The key holds the request without `speed`, and the revision of the data, so a new import is seen.
 */
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { MarketData, MarketDataRequest } from './market-data.ts';

/** @throws RangeError when `entriesMax` is below 1 */
export function cachedMarketData(inner: MarketData, { entriesMax }: { readonly entriesMax: number }): MarketData {
  if (!(entriesMax >= 1)) throw new RangeError(`entriesMax ${entriesMax} is below 1`);
  const kept = new Map<string, Promise<BarSeries>>();
  return {
    async load(request) {
      const key = `${requestKey(request)}@${(await inner.revision?.(request)) ?? ''}`;
      const series = kept.get(key) ?? loadAndForgetFailure(inner, request, kept, key);
      // A map lists its keys by age of insertion: putting a used key back makes it the youngest.
      kept.delete(key);
      kept.set(key, series);
      dropOldest(kept, entriesMax);
      return series;
    },
    revision: async (request) => (await inner.revision?.(request)) ?? '',
  };
}

function loadAndForgetFailure(
  inner: MarketData,
  request: MarketDataRequest,
  kept: Map<string, Promise<BarSeries>>,
  key: string,
): Promise<BarSeries> {
  const series = inner.load(request);
  series.catch(() => {
    if (kept.get(key) === series) kept.delete(key);
  });
  return series;
}

function dropOldest(kept: Map<string, Promise<BarSeries>>, entriesMax: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= entriesMax) return;
    kept.delete(oldest);
  }
}

function requestKey({ source, symbol, intervalMs, seed }: MarketDataRequest): string {
  if (source.source === 'synthetic') {
    return JSON.stringify(['synthetic', symbol, intervalMs, source.count, source.seed ?? seed]);
  }
  if (source.source === 'replay') {
    return JSON.stringify(['replay', symbol, intervalMs, source.from, source.to, source.file]);
  }
  const exchange = source.source === 'ccxt' ? source.exchange : null;
  return JSON.stringify([source.source, symbol, intervalMs, source.from, source.to, exchange]);
}
