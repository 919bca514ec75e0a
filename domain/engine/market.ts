/**
 * One symbol's bars as the engine walks them: prices, ATR14 and small codes that depend on nothing but the bars.
 * Made once for a data set and shared by all runs over it.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import { isAfterGap } from '../decision/advance-session.ts';
import { averageTrueRange } from '../features/average-true-range.ts';
import { rememberingKernels } from '../features/kernel-cache.ts';
import { type Kernels, kernels } from '../features/kernels.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { isExchangeTraded } from '../market/calendar.ts';
import { tradesInBar } from '../market/market-hours.ts';

/** Best bid and ask at the open and the close of each bar; buys take the ask, sells the bid. */
export type QuoteColumns = {
  readonly bidOpen: Float64Array;
  readonly askOpen: Float64Array;
  readonly bidClose: Float64Array;
  readonly askClose: Float64Array;
};

export type EngineMarket = {
  readonly bars: BarSeries;
  readonly seed: IndicatorSeed;
  /** Kernels that remember the columns they made of these bars, about 64 MB of them; not to be written into. */
  readonly ta: Kernels;
  readonly atr: Float64Array;
  /** 1 at the first bar after a gap of more than three intervals: no entry is decided there. */
  readonly afterGap: Uint8Array;
  /** 0 in bars outside the hours of the symbol's exchange; null where every bar trades. */
  readonly trades: Uint8Array | null;
  readonly quotes: QuoteColumns | null;
};

const REMEMBERED_VALUES = 8_000_000;

export function engineMarket(
  bars: BarSeries,
  seed: IndicatorSeed = 'talib',
  quotes: QuoteColumns | null = null,
): EngineMarket {
  const { openTimeMs, intervalMs, symbol } = bars;
  const afterGap = new Uint8Array(openTimeMs.length);
  for (let i = 1; i < openTimeMs.length; i += 1) {
    if ((openTimeMs[i] as number) - (openTimeMs[i - 1] as number) > intervalMs)
      afterGap[i] = isAfterGap(bars, i) ? 1 : 0;
  }
  const trades = isExchangeTraded(symbol)
    ? Uint8Array.from(openTimeMs, (at) => (tradesInBar(symbol, at, intervalMs) ? 1 : 0))
    : null;
  const columnsMax = Math.min(256, Math.max(8, Math.floor(REMEMBERED_VALUES / Math.max(1, openTimeMs.length))));
  const ta = rememberingKernels(kernels(seed), columnsMax);
  return { bars, seed, ta, atr: averageTrueRange(bars, 14), afterGap, trades, quotes };
}

const FUNDING_PERIOD_MS = 28_800_000;

/** Instants of funding: those after the bar before up to and with the open, and those strictly inside the bar. */
export type FundingColumns = { readonly atOpen: Uint16Array; readonly inside: Uint16Array };

export function fundingColumns({ openTimeMs, intervalMs }: BarSeries): FundingColumns {
  const count = openTimeMs.length;
  const atOpen = new Uint16Array(count);
  const inside = new Uint16Array(count);
  const settledBy = (atMs: number): number => Math.floor(atMs / FUNDING_PERIOD_MS);
  for (let i = 0; i < count; i += 1) {
    const openMs = openTimeMs[i] as number;
    const beforeMs = i === 0 ? openMs : (openTimeMs[i - 1] as number) + intervalMs - 1;
    atOpen[i] = settledBy(openMs) - settledBy(beforeMs);
    inside[i] = settledBy(openMs + intervalMs - 1) - settledBy(openMs);
  }
  return { atOpen, inside };
}
