/**
 * Indicators against the full-precision results that Skender's library gives for its 502 daily bars, to 1e-9 relative.
 * Read from the shared data, never copied. Where conventions part, the test says where and how.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { computeWideIndicator } from '../../../adapters/indicators/wide-indicators.ts';
import {
  barsOf,
  compareColumn,
  compareColumns,
  expectEqual,
  type GoldenColumn,
  ourColumn,
  parseColumns,
  printComparisons,
} from './golden-columns.ts';

const FOLDER = path.resolve(process.cwd(), '../shared/data/reference/indicators');
const isHere = existsSync(FOLDER);
if (!isHere) console.warn('SKIPPED: ../shared/data/reference/indicators is not here, its results are not compared');

const read = (file: string) => parseColumns(gunzipSync(readFileSync(path.join(FOLDER, `${file}.csv.gz`))).toString());

const of = (
  indicator: string,
  output: string,
  parameters: Readonly<Record<string, unknown>> = {},
  scale = 1,
): GoldenColumn => ({ indicator, output, parameters, seed: 'stockcharts', scale });

/** Parameters are those of the `call` in the folder's index.json, or the library's defaults where it names none. */
const RESULTS: Readonly<Record<string, Readonly<Record<string, GoldenColumn>>>> = {
  sma: { sma: of('sma', 'sma', { period: 20 }) },
  ema: { ema: of('ema', 'ema', { period: 20 }) },
  wma: { wma: of('wma', 'wma', { period: 14 }) },
  hma: { hma: of('hma', 'hma', { period: 14 }) },
  kama: { kama: of('kama', 'kama', { period: 10, fast: 2, slow: 30 }) },
  rsi: { rsi: of('rsi', 'rsi', { period: 14 }) },
  macd: {
    macd: of('macd', 'line'),
    signal: of('macd', 'signal'),
    histogram: of('macd', 'histogram'),
  },
  adx: {
    pdi: of('adx', 'plusDi', { period: 14 }),
    mdi: of('adx', 'minusDi', { period: 14 }),
    dx: of('adx', 'dx', { period: 14 }),
    adx: of('adx', 'adx', { period: 14 }),
  },
  atr: { tr: of('trueRange', 'trueRange'), atr: of('atr', 'atr', { period: 14 }) },
  bb: {
    sma: of('bollinger', 'middle'),
    upperBand: of('bollinger', 'upper'),
    lowerBand: of('bollinger', 'lower'),
    percentB: of('bollinger', 'position'),
    width: of('bollinger', 'width'),
  },
  obv: { obv: of('obv', 'obv') },
  vwap: { vwap: of('vwap', 'vwap') },
  stoch: { k: of('stochastic', 'k'), d: of('stochastic', 'd') },
  'stoch-rsi': { stochRsi: of('stochasticRsi', 'k'), signal: of('stochasticRsi', 'd') },
  willr: { williamsR: of('williamsR', 'williamsR') },
  cci: { cci: of('cci', 'cci') },
  roc: { roc: of('roc', 'roc', { period: 14 }, 100) },
  awesome: { oscillator: of('awesomeOscillator', 'awesomeOscillator') },
  uo: { ultimate: of('ultimateOscillator', 'ultimateOscillator') },
  vortex: { pvi: of('vortex', 'plus'), nvi: of('vortex', 'minus') },
  ichimoku: {
    tenkanSen: of('ichimoku', 'conversion'),
    kijunSen: of('ichimoku', 'base'),
    senkouSpanA: of('ichimoku', 'cloudA'),
    senkouSpanB: of('ichimoku', 'cloudB'),
  },
  supertrend: { superTrend: of('superTrend', 'superTrend') },
  heikinashi: {
    open: of('heikinAshi', 'open'),
    high: of('heikinAshi', 'high'),
    low: of('heikinAshi', 'low'),
    close: of('heikinAshi', 'close'),
  },
  keltner: {
    upperBand: of('keltner', 'upper'),
    centerline: of('keltner', 'middle'),
    lowerBand: of('keltner', 'lower'),
  },
  donchian: {
    upperBand: of('donchian', 'upper', { excludeCurrent: true }),
    centerline: of('donchian', 'middle', { excludeCurrent: true }),
    lowerBand: of('donchian', 'lower', { excludeCurrent: true }),
  },
  chexit: { chandelierExit: of('chandelierExit', 'long') },
  mfi: { mfi: of('mfi', 'mfi') },
  cmf: { cmf: of('cmf', 'cmf') },
  adl: { adl: of('adl', 'adl') },
  'chaikin-osc': { oscillator: of('chaikinOscillator', 'chaikinOscillator') },
  force: { forceIndex: of('forceIndex', 'forceIndex', { period: 2 }) },
};

describe.skipIf(!isHere)('Skender, full results', () => {
  const bars = isHere ? barsOf(read('quotes_default')) : barsOf(new Map());

  it('equal ours to 1e-9, value by value', () => {
    const comparisons = Object.entries(RESULTS).flatMap(([file, wanted]) =>
      compareColumns(read(`results/${file}`), wanted, bars).map((one) => ({ ...one, column: `${file}.${one.column}` })),
    );
    printComparisons('reference/indicators/results', comparisons);
    expectEqual(comparisons);
  });

  it('parabolic SAR: equal but before the first turn, and where a bar turns outside its predecessor', () => {
    const golden = read('results/psar').get('sar') ?? new Float64Array();
    const ours = ourColumn(bars, of('parabolicSar', 'parabolicSar'));
    const others = [...golden.keys()].filter((i) => !(Math.abs((ours[i] ?? 0) / (golden[i] ?? 0) - 1) <= 1e-9));
    // Bar 250 makes a new low and turns upwards: ours counts that low (as TA-Lib does), theirs does not.
    expect(others).toEqual([...Array.from({ length: 14 }, (_, i) => i), 250]);
    expect(ours[250]).toBe(bars.low[250]);
  });

  it('Aroon: equal but where an extreme comes twice, of which theirs takes the earlier', () => {
    const golden = read('results/aroon');
    for (const [theirs, output] of [
      ['aroonUp', 'up'],
      ['aroonDown', 'down'],
    ] as const) {
      const published = golden.get(theirs) ?? new Float64Array();
      const ours = ourColumn(bars, of('aroon', output));
      const others = [...published.keys()].filter((i) => !Number.isNaN(published[i]) && published[i] !== ours[i]);
      expect(others, output).toHaveLength(1);
    }
  });

  it('DEMA and TRIX: seeded at another bar, equal to 1e-9 once that has worn off', () => {
    for (const [file, column, wanted] of [
      ['dema', 'dema', of('dema', 'dema', { period: 14 })],
      ['trix', 'trix', of('trix', 'trix', { period: 14 }, 100)],
    ] as const) {
      const golden = (read(`results/${file}`).get(column) ?? new Float64Array()).subarray(400);
      const { compared, errorMax } = compareColumn(golden, ourColumn(bars, wanted).subarray(400));
      expect(compared).toBe(102);
      expect(errorMax, file).toBeLessThan(1e-9);
    }
  });

  it('a doji of theirs is one of our three', () => {
    const theirs = read('results/doji').get('match') ?? new Float64Array();
    const patterns = ['doji', 'dragonflyDoji', 'gravestoneDoji'];
    const ours = Object.values(computeWideIndicator('candlestickPatterns', bars, { patterns }));
    const seen = theirs.map((_, i) => (ours.some(({ values }) => values[i] === 1) ? 1 : 0));
    expect([...seen.keys()].filter((i) => seen[i] !== theirs[i])).toEqual([]);
  });
});
