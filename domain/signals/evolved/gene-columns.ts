/**
 * The columns that genes look at, each worked out once a series and kept by name and periods: the
 * same kernels, seeds and regime labels that a session's features use. NaN before the warm-up.
 * RSI and ADX are 0 to 100, the rest fractions.
 */
import type { GeneIndicator } from '../../../schemas/chromosome.ts';
import { changeBetween, quotient } from '../../features/changes.ts';
import type { Kernels } from '../../features/kernels.ts';
import { trendCodes } from '../../features/regime.ts';
import { trendDirectionCodes } from '../../features/trend-direction.ts';
import type { BarSeries } from '../../market/bar-series.ts';

export type GeneColumns = {
  readonly count: number;
  readonly indicator: (name: GeneIndicator, periods: readonly number[]) => Float64Array;
  /** Bear -1, sideways 0, bull 1, unknown -2. */
  readonly regime: () => Int8Array;
  /** Down -1, flat 0, up 1, unknown -2. */
  readonly trend: () => Int8Array;
};

type Measure = (bars: BarSeries, ta: Kernels, periods: readonly number[]) => Float64Array;
const at = (periods: readonly number[], place: number): number => periods[place] ?? Number.NaN;
const less = (column: Float64Array, amount: number): Float64Array => column.map((value) => value - amount);

/**
 * closeToEma = close / EMA - 1; emaSpread = fast EMA / slow EMA - 1; macdHistogram = histogram / close;
 * bollingerPosition: 0 at the lower, 1 at the upper band of 2 deviations; volumeRatio = volume / mean volume;
 * atrRatio = ATR / close; volatilityRatio = realised volatility of the first over that of the second period;
 * change = close / close `period` bars ago - 1.
 */
const MEASURES: Readonly<Record<GeneIndicator, Measure>> = {
  rsi: ({ close }, ta, periods) => ta.rsi(close, at(periods, 0)),
  adx: (bars, ta, periods) => ta.adx(bars, at(periods, 0)).adx,
  closeToEma: ({ close }, ta, periods) => less(quotient(close, ta.ema(close, at(periods, 0))), 1),
  emaSpread: ({ close }, ta, periods) =>
    less(quotient(ta.ema(close, at(periods, 0)), ta.ema(close, at(periods, 1))), 1),
  macdHistogram: ({ close }, ta, periods) =>
    quotient(ta.macd(close, at(periods, 0), at(periods, 1), at(periods, 2)).histogram, close),
  bollingerPosition: ({ close }, ta, periods) => ta.bollinger(close, at(periods, 0), 2).position,
  volumeRatio: ({ volume }, ta, periods) => ta.volumeRatio(volume, at(periods, 0)),
  atrRatio: (bars, ta, periods) => quotient(ta.atr(bars, at(periods, 0)), bars.close),
  volatilityRatio: ({ close }, ta, periods) =>
    quotient(ta.realisedVolatility(close, at(periods, 0)), ta.realisedVolatility(close, at(periods, 1))),
  change: ({ close }, _ta, periods) => changeBetween(close, at(periods, 0)),
};

/** The name under which a column and the masks made of it are kept: `emaSpread(12,26)`. */
export const columnKey = (name: GeneIndicator, periods: readonly number[]): string => `${name}(${periods.join(',')})`;

/** Columns over the whole of `bars`, made when they are first asked for. */
export function geneColumns(bars: BarSeries, ta: Kernels): GeneColumns {
  const kept = new Map<string, Float64Array>();
  let regime: Int8Array | undefined;
  let trend: Int8Array | undefined;
  return {
    count: bars.close.length,
    indicator: (name, periods) => {
      const key = columnKey(name, periods);
      const known = kept.get(key) ?? MEASURES[name](bars, ta, periods);
      kept.set(key, known);
      return known;
    },
    regime: () => (regime ??= regimeCodes(bars, ta)),
    trend: () => (trend ??= trendDirectionCodes(bars.close, ta.ema(bars.close, 20), ta.ema(bars.close, 50))),
  };
}

function regimeCodes(bars: BarSeries, ta: Kernels): Int8Array {
  const { close } = bars;
  const inputs = { close, ema50: ta.ema(close, 50), ema200: ta.ema(close, 200), adx14: ta.adx(bars, 14).adx };
  return trendCodes(inputs);
}
