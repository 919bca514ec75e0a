/**
 * The bars of a session with everything computed over them, kept for the next batch: forty batches over one data set
 * load and compute it once per worker. Not a cache of decisions: state always comes from Postgres.
 */

import type { MarketData } from '../../adapters/market-data/market-data.ts';
import { prepareMarket, type SymbolMarket, type Timeline, timelineOf } from '../../domain/backtest/walk-context.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { type BarSeries, dataHash } from '../../domain/market/bar-series.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { Strategy } from '../../schemas/signals.ts';

export type Prepared = {
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly timeline: Timeline;
  readonly series: readonly BarSeries[];
};

type PrepareInput = Pick<ParsedSession, 'symbols' | 'market' | 'barIntervalMs' | 'seed'>;

const SESSIONS_KEPT = 8;

export function createPreparer(market: MarketData) {
  const kept = new Map<string, Promise<Prepared>>();
  return (key: string, input: PrepareInput, strategy: Strategy): Promise<Prepared> => {
    const found = kept.get(key) ?? prepare(market, input, strategy);
    kept.delete(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) if (kept.size > SESSIONS_KEPT) kept.delete(oldest);
    return found;
  };
}

export async function loadSeries(market: MarketData, input: PrepareInput): Promise<BarSeries[]> {
  const { market: source, barIntervalMs: intervalMs, seed } = input;
  return Promise.all(input.symbols.map((symbol) => market.load({ source, symbol, intervalMs, seed })));
}

async function prepare(market: MarketData, input: PrepareInput, strategy: Strategy): Promise<Prepared> {
  const series = await loadSeries(market, input);
  const markets = new Map(series.map((bars) => [bars.symbol, prepareMarket(bars, strategy)]));
  return { markets, series, timeline: timelineOf(series) };
}

/** One series: its own hash; several: the hash of the hashes by symbol. */
export function dataHashOf(series: readonly BarSeries[]): string {
  const [first] = series;
  if (series.length === 1 && first !== undefined) return dataHash(first);
  return sha256Hex(canonicalJson(series.map((bars) => [bars.symbol, dataHash(bars)])));
}
