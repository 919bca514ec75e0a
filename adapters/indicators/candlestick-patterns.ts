/**
 * Candlestick patterns by the `technicalindicators` package behind our own names, 1 (seen) or 0, at the close of the
 * last bar of the pattern; `hammer`, `hangingMan` and `shootingStar` are told on the bar that confirms them.
 * Equal means within 0.1 % of the price; a hammer's shadow has at least half the length of its body (its rule).
 * Left out: its spinning tops (colour is not looked at, wicks are measured from the wrong end), the gap it calls
 * bullish and others bearish (Tasuki), single-bar hammer sticks and unconfirmed shapes.
 */
import * as library from 'technicalindicators';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { type CandlestickPattern, wideIndicatorParameterSchemas as schemas } from '../../schemas/wide-indicators.ts';
import { type ColumnFacts, wideIndicator } from './wide-indicator.ts';

type Candles = { open: number[]; high: number[]; low: number[]; close: number[]; reversedInput: boolean };
type Direction = NonNullable<ColumnFacts['direction']>;
type Pattern = {
  readonly direction: Direction;
  /** Bars it looks at: its warm-up. */
  readonly bars: number;
  readonly seen: (candles: Candles) => boolean;
};

const pattern = (direction: Direction, bars: number, seen: Pattern['seen']): Pattern => ({ direction, bars, seen });

const PATTERNS: Readonly<Record<CandlestickPattern, Pattern>> = {
  doji: pattern('neutral', 1, library.doji),
  dragonflyDoji: pattern('neutral', 1, library.dragonflydoji),
  gravestoneDoji: pattern('neutral', 1, library.gravestonedoji),
  bullishMarubozu: pattern('bullish', 1, library.bullishmarubozu),
  bearishMarubozu: pattern('bearish', 1, library.bearishmarubozu),
  bullishEngulfing: pattern('bullish', 2, library.bullishengulfingpattern),
  bearishEngulfing: pattern('bearish', 2, library.bearishengulfingpattern),
  bullishHarami: pattern('bullish', 2, library.bullishharami),
  bearishHarami: pattern('bearish', 2, library.bearishharami),
  bullishHaramiCross: pattern('bullish', 2, library.bullishharamicross),
  bearishHaramiCross: pattern('bearish', 2, library.bearishharamicross),
  piercingLine: pattern('bullish', 2, library.piercingline),
  darkCloudCover: pattern('bearish', 2, library.darkcloudcover),
  morningStar: pattern('bullish', 3, library.morningstar),
  eveningStar: pattern('bearish', 3, library.eveningstar),
  morningDojiStar: pattern('bullish', 3, library.morningdojistar),
  eveningDojiStar: pattern('bearish', 3, library.eveningdojistar),
  abandonedBaby: pattern('bullish', 3, library.abandonedbaby),
  threeWhiteSoldiers: pattern('bullish', 3, library.threewhitesoldiers),
  threeBlackCrows: pattern('bearish', 3, library.threeblackcrows),
  hammer: pattern('bullish', 5, library.hammerpattern),
  hangingMan: pattern('bearish', 5, library.hangingman),
  shootingStar: pattern('bearish', 5, library.shootingstar),
  tweezerBottom: pattern('bullish', 5, library.tweezerbottom),
  tweezerTop: pattern('bearish', 5, library.tweezertop),
};

/** No pattern looks at more bars. */
export const PATTERN_BARS_MAX = Math.max(...Object.values(PATTERNS).map(({ bars }) => bars));

export const PATTERN_INDICATORS = {
  candlestickPatterns: wideIndicator({
    about: 'candlestick patterns by name, 1 at the close of their last bar; a bar without range is a doji',
    schema: schemas.candlestickPatterns,
    facts: ({ patterns }) => columnsOf(patterns, factsOf),
    columns: (bars, { patterns }) => patternColumns(bars, patterns),
  }),
};

const columnsOf = <T>(names: readonly CandlestickPattern[], make: (name: CandlestickPattern) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, make(name)]));

function factsOf(name: CandlestickPattern): ColumnFacts {
  const { bars, direction } = PATTERNS[name];
  return { unit: 'seen', warmupBars: bars, direction };
}

/** The package is shown only the bars a pattern needs, ending with bar i; patterns of equal length share them. */
function patternColumns(series: BarSeries, names: readonly CandlestickPattern[]): Record<string, Float64Array> {
  const columns = columnsOf(names, () => new Float64Array(series.close.length).fill(Number.NaN));
  for (let bars = 1; bars <= PATTERN_BARS_MAX; bars += 1) {
    const wanted = Object.entries(columns).filter(([name]) => PATTERNS[name as CandlestickPattern].bars === bars);
    if (wanted.length === 0) continue;
    for (let i = bars - 1; i < series.close.length; i += 1) {
      const candles = candlesBefore(series, i + 1 - bars, i + 1);
      for (const [name, column] of wanted) column[i] = PATTERNS[name as CandlestickPattern].seen(candles) ? 1 : 0;
    }
  }
  return columns;
}

const DIGITS = 15;

/**
 * Prices as whole numbers of 15 digits, the most that decimals keep in a double: what is equal, or just the middle of
 * two prices, is so for every scale of prices, and not by the rounding of their doubles.
 */
function candlesBefore({ open, high, low, close }: BarSeries, from: number, to: number): Candles {
  let highest = 0;
  for (let i = from; i < to; i += 1) highest = Math.max(highest, high[i] as number);
  const unit = highest > 0 ? 10 ** (DIGITS - 1 - Math.floor(Math.log10(highest))) : 1;
  const whole = (column: Float64Array): number[] => {
    const prices: number[] = [];
    for (let i = from; i < to; i += 1) prices.push(Math.round((column[i] as number) * unit));
    return prices;
  };
  return { open: whole(open), high: whole(high), low: whole(low), close: whole(close), reversedInput: false };
}
