/** What a session opens with: all its bars where they are stored, the past of its market where it goes by a vendor. */
import type { OpenRequest } from '../../db/session-open.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { LiveInstant } from '../../domain/market/ready-instants.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { Strategy } from '../../schemas/signals.ts';
import { type FollowParts, openPast } from './follow-market.ts';
import { dataHashOf } from './prepare.ts';
import { seriesOf } from './prepare-live.ts';

export type OpeningData = Pick<OpenRequest, 'dataHash' | 'startsAtMs' | 'dataEndsAtMs' | 'past'> & {
  readonly barsTotal: number;
};

export const storedData = (series: readonly BarSeries[]): OpeningData => ({
  dataHash: dataHashOf(series),
  startsAtMs: Math.min(...series.map((bars) => bars.openTimeMs[0] ?? 0)),
  dataEndsAtMs: Math.max(...series.map((bars) => bars.openTimeMs.at(-1) ?? 0)),
  barsTotal: new Set(series.flatMap((bars) => [...bars.openTimeMs])).size,
});

/** The walk of a live market begins when the last bar of the past has closed. */
export async function liveData(parts: FollowParts, input: ParsedSession, strategy: Strategy): Promise<OpeningData> {
  const { symbols, barIntervalMs: intervalMs } = input;
  const past = await openPast(parts, input, strategy);
  const { dataHash, dataEndsAtMs, barsTotal } = storedData(symbols.map((symbol) => pastOf(past, symbol, intervalMs)));
  return { dataHash, dataEndsAtMs, barsTotal, startsAtMs: dataEndsAtMs + intervalMs, past };
}

const pastOf = (past: readonly LiveInstant[], symbol: string, intervalMs: number): BarSeries =>
  seriesOf(
    past.flatMap(({ bars }, instant) => bars.map((one) => ({ ...one.bar, symbol: one.symbol, instant }))),
    symbol,
    intervalMs,
  );
