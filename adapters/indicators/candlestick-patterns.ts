/**
 * Candlestick patterns by the `technicalindicators` package behind our own names. A pattern is seen at the close of
 * its last bar. Values are 1 (seen), 0 (not seen), NaN before there are enough bars.
 */
import * as library from 'technicalindicators';
import type { BarSeries } from '../../domain/market/bar-series.ts';

type Candles = { open: number[]; high: number[]; low: number[]; close: number[]; reversedInput: boolean };
type Pattern = { readonly bars: number; readonly seen: (candles: Candles) => boolean };

const PATTERNS = {
  doji: { bars: 1, seen: library.doji },
  bullishEngulfing: { bars: 2, seen: library.bullishengulfingpattern },
  bearishEngulfing: { bars: 2, seen: library.bearishengulfingpattern },
  bullishHarami: { bars: 2, seen: library.bullishharami },
  bearishHarami: { bars: 2, seen: library.bearishharami },
  piercingLine: { bars: 2, seen: library.piercingline },
  darkCloudCover: { bars: 2, seen: library.darkcloudcover },
  morningStar: { bars: 3, seen: library.morningstar },
  eveningStar: { bars: 3, seen: library.eveningstar },
  threeWhiteSoldiers: { bars: 3, seen: library.threewhitesoldiers },
  threeBlackCrows: { bars: 3, seen: library.threeblackcrows },
  hammer: { bars: 5, seen: library.hammerpattern },
  shootingStar: { bars: 5, seen: library.shootingstar },
} as const satisfies Readonly<Record<string, Pattern>>;

export type CandlestickPattern = keyof typeof PATTERNS;

/** Calls `make` once for every pattern. */
export const mapPatterns = <T>(make: (name: CandlestickPattern) => T): Record<CandlestickPattern, T> => ({
  doji: make('doji'),
  bullishEngulfing: make('bullishEngulfing'),
  bearishEngulfing: make('bearishEngulfing'),
  bullishHarami: make('bullishHarami'),
  bearishHarami: make('bearishHarami'),
  piercingLine: make('piercingLine'),
  darkCloudCover: make('darkCloudCover'),
  morningStar: make('morningStar'),
  eveningStar: make('eveningStar'),
  threeWhiteSoldiers: make('threeWhiteSoldiers'),
  threeBlackCrows: make('threeBlackCrows'),
  hammer: make('hammer'),
  shootingStar: make('shootingStar'),
});

/** Bars the pattern looks at: its warm-up. */
export const patternBars = (name: CandlestickPattern): number => PATTERNS[name].bars;

/** One pattern over a series. The package is shown only the bars the pattern needs, ending with bar i. */
export function patternColumn(bars: BarSeries, name: CandlestickPattern): Float64Array {
  const pattern: Pattern = PATTERNS[name];
  return bars.close.map((_, i) => {
    if (i + 1 < pattern.bars) return Number.NaN;
    return pattern.seen(candlesBefore(bars, i + 1 - pattern.bars, i + 1)) ? 1 : 0;
  });
}

const candlesBefore = (bars: BarSeries, from: number, to: number): Candles => ({
  open: Array.from(bars.open.subarray(from, to)),
  high: Array.from(bars.high.subarray(from, to)),
  low: Array.from(bars.low.subarray(from, to)),
  close: Array.from(bars.close.subarray(from, to)),
  reversedInput: false,
});
