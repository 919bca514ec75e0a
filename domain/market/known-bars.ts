/**
 * The bars as they were known at one instant. A bar is known at its close, and with the values it had then: a revision
 * that was told later takes its place only from then on. What is left out is named, without its values.
 */
import type { Bar } from '../../schemas/market.ts';
import { isoText } from './bar-problems.ts';
import { type BarSeries, rowOfBar, sliceSeries } from './bar-series.ts';

/** Another version of a stored bar; `before` is what stood there until it was told. */
export type ToldRevision = { readonly before: Bar; readonly toldAtMs: number };

export type KnownBars = {
  readonly bars: BarSeries;
  /** One line for each bar in progress and each value that was told later. */
  readonly withheld: readonly string[];
};

/** @param series stored bars in time order; those that open at `asOfMs` or later are ignored without a word */
export function knownBars(series: BarSeries, revisions: readonly ToldRevision[], asOfMs: number): KnownBars {
  const count = series.openTimeMs.findIndex((open) => open + series.intervalMs > asOfMs);
  const closed = count < 0 ? series : sliceSeries(series, 0, count);
  const inProgress = count >= 0 && (series.openTimeMs[count] as number) < asOfMs;
  const later = firstLaterRevisions(revisions, asOfMs).filter(({ before }) =>
    closed.openTimeMs.includes(before.openTimeMs),
  );
  return {
    bars: later.length === 0 ? closed : withOldValues(closed, later),
    withheld: [
      ...(inProgress ? [`bar of ${isoText(series.openTimeMs[count] as number)}: closes after asOf`] : []),
      ...later.map(({ before }) => `bar of ${isoText(before.openTimeMs)}: revised after asOf`),
    ],
  };
}

/** Of several revisions of one bar the first that was told after `asOfMs` says what stood there before. */
function firstLaterRevisions(revisions: readonly ToldRevision[], asOfMs: number): ToldRevision[] {
  const later = revisions.filter((one) => one.toldAtMs > asOfMs).sort((a, b) => a.toldAtMs - b.toldAtMs);
  const first = new Map<number, ToldRevision>();
  for (const one of later) if (!first.has(one.before.openTimeMs)) first.set(one.before.openTimeMs, one);
  return [...first.values()];
}

function withOldValues(series: BarSeries, revisions: readonly ToldRevision[]): BarSeries {
  const { open, high, low, close, volume } = series;
  const columns = {
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
  for (const { before } of revisions) {
    const i = series.openTimeMs.indexOf(before.openTimeMs);
    const row = rowOfBar(before);
    for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) columns[name][i] = row[name];
  }
  return { ...series, ...columns };
}
