/** What the checks of one session have in common. */
import type { SessionRecord } from '../../../db/sessions.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { type Amount, amount } from './amounts.ts';
import type { Funding } from './funding.ts';
import type { AccountRows } from './read-account.ts';

export type SessionFacts = {
  readonly session: SessionRecord;
  readonly rows: AccountRows;
  readonly funding: readonly Funding[];
  /** Null when the bars are not at hand any more. */
  readonly series: readonly BarSeries[] | null;
};

/** The close of the last bar of `symbol` among the first `cursor` instants; null before its first. */
export function lastClose(series: readonly BarSeries[], symbol: string, cursor: number): Amount | null {
  const opens = Float64Array.from(new Set(series.flatMap((bars) => [...bars.openTimeMs]))).sort();
  const untilMs = opens[cursor - 1] ?? Number.NEGATIVE_INFINITY;
  const bars = series.find((one) => one.symbol === symbol);
  const index = bars?.openTimeMs.findLastIndex((openMs) => openMs <= untilMs) ?? -1;
  const close = bars?.close[index];
  return close === undefined ? null : amount(close);
}

/** How many of a session's instants it knew when it opened on a live market: it walked those after. */
export function pastInstantsOf({ checkpoint }: SessionRecord): number {
  const { pastInstants } = checkpoint;
  return typeof pastInstants === 'number' ? pastInstants : 0;
}
