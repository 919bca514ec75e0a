/**
 * The port of market data: one request, one series of bars in time order. What a session, a backtest and a check see.
 * Implementations: synthetic-market-data (seeded), replay-market-data (Postgres or a CSV file),
 * vendor-market-data (a vendor's past, through Postgres), cached-market-data.
 */
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { MarketSource } from '../../schemas/market.ts';

/**
 * `seed` is the session's; a synthetic source with a seed of its own uses that one. `speed` does not change the bars.
 */
export type MarketDataRequest = {
  readonly source: MarketSource;
  readonly symbol: string;
  readonly intervalMs: number;
  readonly seed: number;
};

export type MarketData = {
  /**
   * Loads the whole requested range. Safe to repeat.
   * @throws InvalidInput with DATA_EMPTY and the like when there are no usable bars
   */
  readonly load: (request: MarketDataRequest) => Promise<BarSeries>;
  /** Changes whenever the data behind the request may have changed; a cache holds a series only for one revision. */
  readonly revision?: (request: MarketDataRequest) => Promise<string>;
};

/** Sends each request to the implementation of its source. */
export function marketDataBySource(parts: { readonly [S in MarketSource['source']]: MarketData }): MarketData {
  return {
    load: (request) => parts[request.source.source].load(request),
    revision: async (request) => (await parts[request.source.source].revision?.(request)) ?? '',
  };
}
