/**
 * The bars that a live session has seen last, with everything computed over them, kept until more have come. A window of
 * them, so that a session of months costs at each bar what one of a week does: what lies before it no longer shows in any
 * indicator.
 */
import type { LiveSessionStore } from '../../db/live-session-store.ts';
import type { SeenBar } from '../../db/session-bars.ts';
import { type LoadedSeats, prepareMarkets, type Timeline } from '../../domain/backtest/walk-context.ts';
import { type BarSeries, rowOfBar, seriesFromRows } from '../../domain/market/bar-series.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { pastBars } from './follow-market.ts';
import { loadedSeats, type Prepared, type ReadWeights } from './prepare.ts';

/** `loaded`: how many bars there were when the window was loaded. */
type Kept = { readonly loaded: number; readonly bars: readonly SeenBar[]; readonly prepared: Prepared };

const SESSIONS_KEPT = 32;
/** Times what a strategy warms up with. Even an exponential average over a whole warm-up keeps e⁻²⁰ of what is older. */
const WINDOW_WARMUPS = 10;

export type LivePreparer = {
  /** @param cursor the session stands at this instant or has passed it */
  readonly prepare: (handle: SessionHandle, input: ParsedSession, cursor: number) => Promise<Prepared>;
  readonly forget: (handle: SessionHandle) => void;
};

export function createLivePreparer(
  live: Pick<LiveSessionStore, 'bars' | 'windowStart'>,
  readWeights: ReadWeights,
): LivePreparer {
  const kept = new Map<string, Kept>();
  const networks = new Map<string, Promise<Uint8Array>>();
  const weightsOf: ReadWeights = (runId) => {
    const found = networks.get(runId) ?? readWeights(runId);
    networks.set(runId, found);
    found.catch(() => networks.delete(runId));
    return found;
  };
  const load = async (handle: SessionHandle, { symbols }: ParsedSession, before: number): Promise<SeenBar[]> =>
    live.bars(handle, await live.windowStart(handle, symbols, { before, count: windowBars(handle) }));
  return {
    prepare: async (handle, input, cursor) => {
      const key = keyOf(handle);
      const before = roomFor(kept.get(key), handle, input);
      const added = await (before === undefined ? load(handle, input, cursor) : live.bars(handle, nextOf(before)));
      if (before !== undefined && added.length === 0) return before.prepared;
      const bars = [...(before?.bars ?? []), ...added];
      const prepared = prepareBars(bars, handle, input, await loadedSeats(weightsOf, handle));
      kept.delete(key);
      kept.set(key, { loaded: before?.loaded ?? bars.length, bars, prepared });
      for (const oldest of kept.keys()) if (kept.size > SESSIONS_KEPT) kept.delete(oldest);
      return prepared;
    },
    forget: (handle) => void kept.delete(keyOf(handle)),
  };
}

const keyOf = ({ sessionId, epoch }: SessionHandle): string => `${sessionId}@${epoch}`;
const windowBars = ({ strategy }: SessionHandle): number => WINDOW_WARMUPS * pastBars(strategy);
const nextOf = ({ bars }: Kept): number => (bars.at(-1)?.instant ?? -1) + 1;

/** A window that has grown by its own length is loaded anew. */
const roomFor = (before: Kept | undefined, handle: SessionHandle, { symbols }: ParsedSession): Kept | undefined =>
  before !== undefined && before.bars.length - before.loaded < symbols.length * windowBars(handle) ? before : undefined;

/** A window of bars with everything computed over them. */
export function prepareBars(
  bars: readonly SeenBar[],
  handle: Pick<SessionHandle, 'strategy' | 'evolved'>,
  input: Pick<ParsedSession, 'symbols' | 'barIntervalMs' | 'costs'>,
  seats: LoadedSeats = {},
): Prepared {
  const series = input.symbols.map((symbol) => seriesOf(bars, symbol, input.barIntervalMs));
  const markets = prepareMarkets(series, {
    ...{ strategy: handle.strategy, costs: input.costs, evolved: handle.evolved, ...seats },
  });
  return { markets, series, timeline: timelineOf(bars, input.symbols), firstInstant: bars[0]?.instant ?? 0 };
}

/** Instants keep their numbers; those before the window have no bars. */
function timelineOf(bars: readonly SeenBar[], symbols: readonly string[]): Timeline {
  const length = (bars.at(-1)?.instant ?? -1) + 1;
  const openTimeMs = new Float64Array(length).fill(Number.NaN);
  const indexes = new Map(symbols.map((symbol) => [symbol, new Int32Array(length).fill(-1)]));
  const counts = new Map(symbols.map((symbol) => [symbol, 0]));
  for (const { symbol, instant, openTimeMs: atMs } of bars) {
    const index = counts.get(symbol) ?? 0;
    openTimeMs[instant] = atMs;
    indexes.get(symbol)?.fill(index, instant, instant + 1);
    counts.set(symbol, index + 1);
  }
  return { openTimeMs, indexes };
}

/** The bars of one symbol out of those a session has seen. */
export const seriesOf = (bars: readonly SeenBar[], symbol: string, intervalMs: number): BarSeries =>
  seriesFromRows(symbol, intervalMs, bars.filter((bar) => bar.symbol === symbol).map(rowOfBar));

/** What was walked: the bars of the first `cursor` instants. */
export const walkedSeries = (bars: readonly SeenBar[], input: ParsedSession, cursor: number): BarSeries[] => {
  const walked = bars.filter(({ instant }) => instant < cursor);
  return input.symbols.map((symbol) => seriesOf(walked, symbol, input.barIntervalMs));
};
