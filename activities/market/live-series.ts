/**
 * Bars of a live market for those who look now and then. Orders by hand go by the newest that are stored, and the gate
 * judges their age. Legs that nobody else watches go by all bars since they were last matched, or wait.
 */

import { type BarSeries, rowOfBar, seriesFromRows } from '../../domain/market/bar-series.ts';
import { barsBackMs } from '../../domain/market/session-bars.ts';
import type { VendorSource } from '../../schemas/live-market.ts';
import type { Bar } from '../../schemas/market.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { BARS_MAX, catchUp, type FeedParts, REVISED_BARS } from './catch-up.ts';

/** Enough for the ATR of a stop and the correlation of what is held. */
const NEWEST_BARS = 200;
/** Intervals that are asked for at once; more follow with the next look. */
const STRETCH_BARS = BARS_MAX / 2;
const BUDGET_MS = 15_000;

export type LiveSeriesRequest = {
  readonly source: VendorSource;
  readonly symbol: string;
  readonly intervalMs: number;
};

/**
 * The newest closed bars, as they are stored after asking the vendor.
 * @throws InvalidInput DATA_EMPTY and what the vendor refuses; Error while it does not answer and nothing is stored
 */
export async function newestBars(parts: FeedParts, request: LiveSeriesRequest): Promise<BarSeries> {
  const { symbol, intervalMs } = request;
  const nowMs = parts.nowMs();
  const fromMs = barsBackMs(symbol, intervalMs, NEWEST_BARS, nowMs);
  const problems = await catchUp(parts, { ...request, fromMs, budgetMs: BUDGET_MS });
  const bars = await closedBars(parts, request, { fromMs, toMs: nowMs });
  if (bars.length > 0) return seriesOf(request, bars);
  throw noBars(symbol, problems);
}

function noBars(symbol: string, problems: readonly Problem[]): Error {
  const [first] = problems;
  if (first !== undefined && /^VENDOR_(UNREACHABLE|RATE_LIMITED)$/.test(first.code)) return new Error(first.message);
  if (first !== undefined) return new InvalidInput(problems);
  return new InvalidInput([problem('DATA_EMPTY', 'market', `no bars of ${symbol}`, 'at least one bar')]);
}

/**
 * Closed bars from an open time on with none left out that the vendor has, oldest first; a long stretch without its
 * newest. Null while the vendor does not tell all of them: whoever moves on over bars must not pass one unseen.
 */
export async function barsSince(
  parts: FeedParts,
  request: LiveSeriesRequest & { readonly fromMs: number },
): Promise<BarSeries | null> {
  const { intervalMs } = request;
  const nowMs = parts.nowMs();
  for (let fromMs = request.fromMs; ; fromMs += STRETCH_BARS * intervalMs) {
    const toMs = fromMs + STRETCH_BARS * intervalMs;
    const end = toMs < nowMs ? { toMs } : {};
    const asked = { ...request, ...end, fromMs: fromMs - REVISED_BARS * intervalMs, budgetMs: BUDGET_MS };
    if ((await catchUp(parts, asked)).length > 0) return null;
    const bars = await closedBars(parts, request, { fromMs, toMs });
    if (bars.length > 0 || toMs >= nowMs) return seriesOf(request, bars);
  }
}

type Stretch = { readonly fromMs: number; readonly toMs: number };

async function closedBars(
  parts: FeedParts,
  { symbol, intervalMs }: LiveSeriesRequest,
  { fromMs, toMs }: Stretch,
): Promise<Bar[]> {
  const nowMs = parts.nowMs();
  const bars = await parts.bars.known(symbol, intervalMs, fromMs);
  return bars.filter((bar) => bar.openTimeMs < toMs && bar.openTimeMs + intervalMs <= nowMs);
}

const seriesOf = ({ symbol, intervalMs }: LiveSeriesRequest, bars: readonly Bar[]): BarSeries =>
  seriesFromRows(symbol, intervalMs, bars.map(rowOfBar));
