/** The newest bars of a live market for those who look now and then: orders by hand, and legs that outlive a session. */

import { type BarSeries, rowOfBar, seriesFromRows } from '../../domain/market/bar-series.ts';
import { isExchangeTraded } from '../../domain/market/calendar.ts';
import type { VendorSource } from '../../schemas/live-market.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { catchUp, type FeedParts } from './catch-up.ts';

/** Enough for the ATR of a stop and the correlation of what is held. */
const BARS = 200;
const EXCHANGE_SPARSE = 6;
const BUDGET_MS = 15_000;

export type LiveSeriesRequest = {
  readonly source: VendorSource;
  readonly symbol: string;
  readonly intervalMs: number;
  /** Open of the first bar; absent: some two hundred bars back. */
  readonly fromMs?: number;
};

/**
 * Closed bars, as they are stored after asking the vendor.
 * @throws InvalidInput DATA_EMPTY and what the vendor refuses; Error while it does not answer and nothing is stored
 */
export async function liveSeries(parts: FeedParts, request: LiveSeriesRequest): Promise<BarSeries> {
  const { source, symbol, intervalMs } = request;
  const nowMs = parts.nowMs();
  const reachMs = BARS * intervalMs * (isExchangeTraded(symbol) ? EXCHANGE_SPARSE : 1);
  const fromMs = request.fromMs ?? nowMs - reachMs;
  const problems = await catchUp(parts, { source, symbol, intervalMs, fromMs, budgetMs: BUDGET_MS });
  const bars = (await parts.bars.known(symbol, intervalMs, fromMs)).filter(
    (bar) => bar.openTimeMs + intervalMs <= nowMs,
  );
  if (bars.length > 0) return seriesFromRows(symbol, intervalMs, bars.map(rowOfBar));
  const [first] = problems;
  if (first !== undefined && /^VENDOR_(UNREACHABLE|RATE_LIMITED)$/.test(first.code)) throw new Error(first.message);
  if (first !== undefined) throw new InvalidInput(problems);
  throw new InvalidInput([problem('DATA_EMPTY', 'market', `no bars of ${symbol}`, 'at least one bar')]);
}
