/** Market data that is computed, not stored: see domain/market/synthetic.ts. Needs no network and no database. */
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { MarketData } from './market-data.ts';

/** The seed is the source's own where it has one, else the session's. */
export const syntheticMarketData = (): MarketData => ({
  async load({ source, symbol, intervalMs, seed }) {
    if (source.source !== 'synthetic') {
      throw new InvalidInput([problem('INPUT_ENUM', 'market.source', source.source, 'synthetic')]);
    }
    return syntheticSeries({ symbol, intervalMs, count: source.count, seed: source.seed ?? seed });
  },
});
