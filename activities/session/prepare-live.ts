/**
 * The bars that a live session has seen, with everything computed over them, kept until more have come. Indicators are
 * computed over all of it each time: a bar that came after a gap is worth the same as if it had come in time.
 */
import type { LiveSessionStore } from '../../db/live-session-store.ts';
import type { SeenBar } from '../../db/session-bars.ts';
import { prepareMarkets, timelineOf } from '../../domain/backtest/walk-context.ts';
import { type BarSeries, rowOfBar, seriesFromRows, sliceSeries } from '../../domain/market/bar-series.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import type { Prepared } from './prepare.ts';

type Kept = { readonly bars: readonly SeenBar[]; readonly prepared: Prepared };

const SESSIONS_KEPT = 32;

export function createLivePreparer(live: Pick<LiveSessionStore, 'bars'>) {
  const kept = new Map<string, Kept>();
  return async (handle: SessionHandle, input: ParsedSession): Promise<Prepared> => {
    const key = `${handle.sessionId}@${handle.epoch}`;
    const before = kept.get(key);
    const from = (before?.bars.at(-1)?.instant ?? -1) + 1;
    const added = await live.bars(handle, from);
    if (before !== undefined && added.length === 0) return before.prepared;
    const bars = [...(before?.bars ?? []), ...added];
    const prepared = prepare(bars, handle, input);
    kept.delete(key);
    kept.set(key, { bars, prepared });
    for (const oldest of kept.keys()) if (kept.size > SESSIONS_KEPT) kept.delete(oldest);
    return prepared;
  };
}

function prepare(bars: readonly SeenBar[], handle: SessionHandle, input: ParsedSession): Prepared {
  const series = input.symbols.map((symbol) => seriesOf(bars, symbol, input.barIntervalMs));
  const markets = prepareMarkets(series, { strategy: handle.strategy, costs: input.costs });
  return { markets, series, timeline: timelineOf(series) };
}

/** The bars of one symbol out of those a session has seen. */
export const seriesOf = (bars: readonly SeenBar[], symbol: string, intervalMs: number): BarSeries =>
  seriesFromRows(symbol, intervalMs, bars.filter((bar) => bar.symbol === symbol).map(rowOfBar));

/** What was walked of it: the bars of the first `cursor` instants. */
export function walkedSeries({ series, timeline }: Prepared, cursor: number): BarSeries[] {
  const lastMs = timeline.openTimeMs[cursor - 1] ?? Number.NEGATIVE_INFINITY;
  return series.map((bars) => sliceSeries(bars, 0, bars.openTimeMs.findLastIndex((at) => at <= lastMs) + 1));
}
