/**
 * The bars of a session with everything computed over them, kept for the next batch: forty batches over one data set
 * load and compute it once per worker. Not a cache of decisions: state always comes from Postgres.
 */

import type { MarketData } from '../../adapters/market-data/market-data.ts';
import {
  type LoadedSeats,
  prepareMarkets,
  type SymbolMarket,
  type Timeline,
  timelineOf,
} from '../../domain/backtest/walk-context.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import type { LoadedAgent } from '../../domain/learning/agents/seated-agent.ts';
import { type BarSeries, dataHash, sliceSeries } from '../../domain/market/bar-series.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';

export type Prepared = {
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly timeline: Timeline;
  readonly series: readonly BarSeries[];
  /** Where a window of a live market begins; absent where all bars are at hand. */
  readonly firstInstant?: number;
};

type PrepareInput = LoadInput & Pick<ParsedSession, 'costs'>;
type LoadInput = Pick<ParsedSession, 'symbols' | 'market' | 'barIntervalMs' | 'seed'>;

/** The bars a session was opened on: those up to an instant, and their hash. */
export type SessionData = { readonly endsAtMs: number; readonly hash: string | null };

/** The session's own and those that vote beside it. */
type Strategies = Pick<SessionHandle, 'strategy' | 'evolved'> & Seats;
type Seats = Pick<SessionHandle, 'agents' | 'leverageAgents'>;

/** The network of a seat, by the run that has trained it. */
export type ReadWeights = (runId: string) => Promise<Uint8Array>;

const SESSIONS_KEPT = 8;

export function createPreparer(market: MarketData, readWeights: ReadWeights) {
  const kept = new Map<string, Promise<Prepared>>();
  return (key: string, input: PrepareInput, strategies: Strategies, data: SessionData): Promise<Prepared> => {
    const found = kept.get(key) ?? prepare({ market, readWeights }, input, strategies, data);
    kept.delete(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) if (kept.size > SESSIONS_KEPT) kept.delete(oldest);
    return found;
  };
}

export async function loadSeries(market: MarketData, input: LoadInput): Promise<BarSeries[]> {
  const { market: source, barIntervalMs: intervalMs, seed } = input;
  return Promise.all(input.symbols.map((symbol) => market.load({ source, symbol, intervalMs, seed })));
}

/** @throws InvalidInput DATA_CHANGED when the bars are no longer those the session was opened on */
async function prepare(
  { market, readWeights }: { readonly market: MarketData; readonly readWeights: ReadWeights },
  input: PrepareInput,
  strategies: Strategies,
  data: SessionData,
): Promise<Prepared> {
  const series = (await loadSeries(market, input)).map((bars) => upTo(bars, data.endsAtMs));
  const hash = dataHashOf(series);
  if (data.hash !== null && hash !== data.hash) {
    const hint = 'a session walks the bars it was opened on; start a new one';
    throw new InvalidInput([problem('DATA_CHANGED', 'market', hash, `bars with the hash ${data.hash}`, hint)]);
  }
  const markets = prepareMarkets(series, {
    strategy: strategies.strategy,
    evolved: strategies.evolved,
    ...(await loadedSeats(readWeights, strategies)),
    costs: input.costs,
  });
  return { markets, series, timeline: timelineOf(series) };
}

/** Seats with their networks. */
export async function loadedSeats(readWeights: ReadWeights, seats: Seats): Promise<LoadedSeats> {
  const { agents, leverageAgents } = seats;
  return {
    agents: await loadedAgents(readWeights, agents),
    leverageAgents: await loadedAgents(readWeights, leverageAgents),
  };
}

async function loadedAgents(
  readWeights: ReadWeights,
  agents: SessionHandle['agents'] = {},
): Promise<Record<string, LoadedAgent>> {
  const loaded = await Promise.all(
    Object.entries(agents).map(
      async ([symbol, seat]) => [symbol, { seat, weights: await readWeights(seat.runId) }] as const,
    ),
  );
  return Object.fromEntries(loaded);
}

const upTo = (bars: BarSeries, endsAtMs: number): BarSeries => {
  const known = bars.openTimeMs.findLastIndex((at) => at <= endsAtMs) + 1;
  return known === bars.openTimeMs.length ? bars : sliceSeries(bars, 0, known);
};

/** One series: its own hash; several: the hash of the hashes by symbol. */
export function dataHashOf(series: readonly BarSeries[]): string {
  const [first] = series;
  if (series.length === 1 && first !== undefined) return dataHash(first);
  return sha256Hex(canonicalJson(series.map((bars) => [bars.symbol, dataHash(bars)])));
}
