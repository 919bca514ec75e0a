/** Every candlestick pattern on candles drawn by hand: seen at the close of its last bar, not before, no mirror. */
import { describe, expect, it } from 'vitest';
import { computeWideIndicator } from '../../../adapters/indicators/wide-indicators.ts';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { CANDLESTICK_PATTERNS, type CandlestickPattern } from '../../../schemas/wide-indicators.ts';
import { HOUR_MS } from '../../domain/features/random-bars.ts';

/** Open, high, low, close. */
type Candle = readonly [number, number, number, number];

const patternsOf = (candles: readonly Candle[]) =>
  computeWideIndicator(
    'candlestickPatterns',
    seriesFromRows(
      'TEST',
      HOUR_MS,
      candles.map(([open, high, low, close], i) => ({ openTimeMs: i * HOUR_MS, open, high, low, close, volume: 1 })),
    ),
  );

const FALL: Candle = [110, 111, 99, 100];
const RISE: Candle = [100, 111, 99, 110];
const FALLING: readonly Candle[] = [
  [110, 111, 107, 108],
  [108, 109, 104, 105],
  [105, 106, 101, 102],
];
const RISING: readonly Candle[] = [
  [100, 103, 99, 102],
  [102, 106, 101, 105],
  [105, 109, 104, 108],
];

const EXAMPLES: Readonly<Record<CandlestickPattern, readonly Candle[]>> = {
  doji: [[100, 105, 95, 100]],
  dragonflyDoji: [[100, 100, 95, 100]],
  gravestoneDoji: [[100, 105, 100, 100]],
  bullishMarubozu: [[100, 110, 100, 110]],
  bearishMarubozu: [[110, 110, 100, 100]],
  bullishEngulfing: [
    [105, 106, 99, 100],
    [99, 108, 98, 107],
  ],
  bearishEngulfing: [
    [100, 106, 99, 105],
    [106, 107, 97, 98],
  ],
  bullishHarami: [FALL, [103, 106, 102, 105]],
  bearishHarami: [RISE, [107, 108, 104, 105]],
  bullishHaramiCross: [FALL, [105, 106, 104, 105.05]],
  bearishHaramiCross: [RISE, [105, 106, 104, 104.95]],
  piercingLine: [FALL, [97, 108, 96, 107]],
  darkCloudCover: [RISE, [112, 113, 102, 103]],
  morningStar: [FALL, [97, 98, 95, 96], [99, 108, 98.5, 107]],
  eveningStar: [RISE, [113, 115, 112, 114], [111, 111.5, 101, 102]],
  morningDojiStar: [FALL, [96.5, 98, 95, 96.5], [99, 108, 98.5, 107]],
  eveningDojiStar: [RISE, [113.5, 115, 112, 113.5], [111, 111.5, 101, 102]],
  abandonedBaby: [FALL, [96.5, 98, 95, 96.5], [99, 108, 98.5, 107]],
  threeWhiteSoldiers: [
    [100, 106, 99, 105],
    [103, 111, 102, 110],
    [108, 116, 107, 115],
  ],
  threeBlackCrows: [
    [110, 111, 104, 105],
    [108, 109, 99, 100],
    [103, 104, 94, 95],
  ],
  hammer: [...FALLING, [100, 101, 95, 101], [101, 106, 100, 105]],
  hangingMan: [...RISING, [108, 109, 103, 109], [109, 110, 104, 105]],
  shootingStar: [...RISING, [108, 114, 108, 109], [108.5, 109, 103, 104]],
  tweezerBottom: [...FALLING, [102, 103, 98, 99], [99, 104, 98, 103]],
  tweezerTop: [...RISING, [108, 112, 107, 111], [111, 112, 106, 107]],
};

const MIRRORS: Partial<Record<CandlestickPattern, CandlestickPattern>> = {
  dragonflyDoji: 'gravestoneDoji',
  bullishMarubozu: 'bearishMarubozu',
  bullishEngulfing: 'bearishEngulfing',
  bullishHarami: 'bearishHarami',
  bullishHaramiCross: 'bearishHaramiCross',
  piercingLine: 'darkCloudCover',
  morningStar: 'eveningStar',
  morningDojiStar: 'eveningDojiStar',
  threeWhiteSoldiers: 'threeBlackCrows',
  tweezerBottom: 'tweezerTop',
  hammer: 'shootingStar',
};

describe('candlestick patterns', () => {
  it.each(CANDLESTICK_PATTERNS)('%s is seen at the close of its last bar, not one bar early', (name) => {
    const candles = EXAMPLES[name];
    const { values, warmupBars } = patternsOf(candles)[name] ?? { values: new Float64Array(), warmupBars: 0 };
    expect(warmupBars).toBe(candles.length);
    expect([...values]).toEqual([...Array.from({ length: candles.length - 1 }, () => Number.NaN), 1]);
    // One quiet bar later it is over.
    expect(patternsOf([...candles, [104, 105, 103, 104.5]])[name]?.values.at(-1)).toBe(0);
  });

  it.each(Object.entries(MIRRORS))('%s and %s are not seen in each other', (name, mirror) => {
    expect(patternsOf(EXAMPLES[name as CandlestickPattern])[mirror]?.values.at(-1)).toBe(0);
    expect(patternsOf(EXAMPLES[mirror])[name]?.values.at(-1)).toBe(0);
  });

  it('point up, down or nowhere', () => {
    const directions = Object.entries(patternsOf([FALL])).map(([name, { direction }]) => `${name} ${direction}`);
    const pointing = (to: string) => directions.filter((one) => one.endsWith(` ${to}`)).map((one) => one.split(' ')[0]);
    expect(pointing('neutral')).toEqual(['doji', 'dragonflyDoji', 'gravestoneDoji']);
    expect(pointing('bullish')).toEqual([
      ...['bullishMarubozu', 'bullishEngulfing', 'bullishHarami', 'bullishHaramiCross', 'piercingLine', 'morningStar'],
      ...['morningDojiStar', 'abandonedBaby', 'threeWhiteSoldiers', 'hammer', 'tweezerBottom'],
    ]);
    expect(pointing('bearish')).toHaveLength(25 - 3 - 11);
  });

  it('only those asked for are computed', () => {
    const columns = computeWideIndicator('candlestickPatterns', seriesFromRows('TEST', HOUR_MS, []), {
      patterns: ['doji'],
    });
    expect(Object.keys(columns)).toEqual(['doji']);
  });
});
