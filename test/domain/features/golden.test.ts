/**
 * Indicators against columns that nobody here made: every column of Skender's file (502 daily bars) and of R TTR's
 * (300 synthetic bars), each row of it, to 1e-9 relative. A column that is not compared fails.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import {
  barsOf,
  compareColumns,
  expectEqual,
  type GoldenColumn,
  parseColumns,
  printComparisons,
  readGolden,
  unmatchedColumns,
} from './golden-columns.ts';

const SKENDER = 'reference/indicators_skender_502.csv';
const TTR = 'test/fixtures/indicators_synthetic300_ttr.csv';

const by =
  (seed: IndicatorSeed) =>
  (indicator: string, output: string, parameters: object = {}, more: Partial<GoldenColumn> = {}): GoldenColumn => ({
    indicator,
    output,
    parameters: { ...parameters },
    seed,
    ...more,
  });
const stockcharts = by('stockcharts');
const talib = by('talib');

const SKENDER_COLUMNS: Readonly<Record<string, GoldenColumn>> = {
  sma20: stockcharts('sma', 'sma', { period: 20 }),
  ema20: stockcharts('ema', 'ema', { period: 20 }),
  rsi14: stockcharts('rsi', 'rsi', { period: 14 }),
  tr: stockcharts('trueRange', 'trueRange'),
  atr14: stockcharts('atr', 'atr', { period: 14 }),
  macd: stockcharts('macd', 'line', { fast: 12, slow: 26, signal: 9 }),
  macd_signal: stockcharts('macd', 'signal', { fast: 12, slow: 26, signal: 9 }),
  macd_hist: stockcharts('macd', 'histogram', { fast: 12, slow: 26, signal: 9 }),
  pdi14: stockcharts('adx', 'plusDi', { period: 14 }),
  mdi14: stockcharts('adx', 'minusDi', { period: 14 }),
  dx14: stockcharts('adx', 'dx', { period: 14 }),
  adx14: stockcharts('adx', 'adx', { period: 14 }),
  bb20_upper: stockcharts('bollinger', 'upper', { period: 20, deviations: 2 }),
  bb20_lower: stockcharts('bollinger', 'lower', { period: 20, deviations: 2 }),
  bb20_pctb: stockcharts('bollinger', 'position', { period: 20, deviations: 2 }),
  bb20_width: stockcharts('bollinger', 'width', { period: 20, deviations: 2 }),
  stoch14_k: stockcharts('stochastic', 'k', { period: 14, smoothing: 3, signal: 3 }),
  stoch14_d: stockcharts('stochastic', 'd', { period: 14, smoothing: 3, signal: 3 }),
  obv: stockcharts('obv', 'obv'),
  mfi14: stockcharts('mfi', 'mfi', { period: 14 }),
  cci20: stockcharts('cci', 'cci', { period: 20 }),
  stdev14_pop: stockcharts('standardDeviation', 'standardDeviation', { period: 14 }),
  vwap_cum: stockcharts('vwap', 'vwap'),
};

/**
 * Scales are the file's: stochastic, Williams %R and rate of change are fractions, volatilities are annual (252 bars).
 * TTR's volatility of closes of "20" takes 19 returns, its VWAP weighs closes, its Aroon starts a bar early, and its
 * parabolic SAR starts one deviation of ALL the file's ranges below the first low: that number is given, not computed.
 */
const ttrColumns = (bars: BarSeries): Readonly<Record<string, GoldenColumn>> => ({
  sma20: stockcharts('sma', 'sma', { period: 20 }),
  ema20: stockcharts('ema', 'ema', { period: 20 }),
  ema12: stockcharts('ema', 'ema', { period: 12 }),
  wma10: stockcharts('wma', 'wma', { period: 10 }),
  rsi14: stockcharts('rsi', 'rsi', { period: 14 }),
  tr: stockcharts('trueRange', 'trueRange'),
  atr14: stockcharts('atr', 'atr', { period: 14 }),
  pdi14: talib('adx', 'plusDi', { period: 14 }),
  mdi14: talib('adx', 'minusDi', { period: 14 }),
  dx14: talib('adx', 'dx', { period: 14 }),
  adx14: talib('adx', 'adx', { period: 14 }),
  macd: stockcharts('macd', 'line', { fast: 12, slow: 26, signal: 9 }),
  macd_signal: stockcharts('macd', 'signal', { fast: 12, slow: 26, signal: 9 }),
  bb_dn: stockcharts('bollinger', 'lower', { period: 20, deviations: 2 }),
  bb_mid: stockcharts('bollinger', 'middle', { period: 20, deviations: 2 }),
  bb_up: stockcharts('bollinger', 'upper', { period: 20, deviations: 2 }),
  bb_pctb: stockcharts('bollinger', 'position', { period: 20, deviations: 2 }),
  stoch_fastK: stockcharts('stochastic', 'fast', { period: 14, smoothing: 3, signal: 3 }, { scale: 0.01 }),
  stoch_fastD: stockcharts('stochastic', 'k', { period: 14, smoothing: 3, signal: 3 }, { scale: 0.01 }),
  stoch_slowD: stockcharts('stochastic', 'd', { period: 14, smoothing: 3, signal: 3 }, { scale: 0.01 }),
  cci20: stockcharts('cci', 'cci', { period: 20 }),
  mfi14: stockcharts('mfi', 'mfi', { period: 14 }),
  obv: stockcharts('obv', 'obv', { start: 'firstVolume' }),
  willr14: stockcharts('williamsR', 'williamsR', { period: 14 }, { scale: -0.01 }),
  roc10: stockcharts('roc', 'roc', { period: 10 }),
  cmf20: stockcharts('cmf', 'cmf', { period: 20 }),
  sar: stockcharts('parabolicSar', 'parabolicSar', { rule: 'ttr', initialGap: rangeDeviation(bars) }),
  aroonUp25: stockcharts('aroon', 'up', { period: 25, partialFirst: true }),
  aroonDn25: stockcharts('aroon', 'down', { period: 25, partialFirst: true }),
  sd20_pop: stockcharts('standardDeviation', 'standardDeviation', { period: 20 }),
  sd20_sample: stockcharts('standardDeviation', 'standardDeviation', { period: 20, kind: 'sample' }),
  vol_close20: stockcharts('realisedVolatility', 'realisedVolatility', { period: 19 }, { scale: Math.sqrt(252) }),
  vol_parkinson20: stockcharts('parkinsonVolatility', 'parkinsonVolatility', { period: 20, barsPerYear: 252 }),
  vol_gk20: stockcharts('garmanKlassVolatility', 'garmanKlassVolatility', { period: 20, barsPerYear: 252 }),
  vol_yz20: stockcharts('yangZhangVolatility', 'yangZhangVolatility', { period: 20, barsPerYear: 252 }),
  donch_hi: stockcharts('donchian', 'upper', { period: 20 }),
  donch_lo: stockcharts('donchian', 'lower', { period: 20 }),
  vwap14: stockcharts('vwap', 'vwap', { period: 14 }, { ofCloses: true }),
});

/** Sample deviation of high - low over all bars. */
function rangeDeviation({ high, low }: BarSeries): number {
  const ranges = [...high].map((top, i) => top - (low[i] ?? Number.NaN));
  const mean = ranges.reduce((sum, range) => sum + range, 0) / ranges.length;
  return Math.sqrt(ranges.reduce((sum, range) => sum + (range - mean) ** 2, 0) / (ranges.length - 1));
}

describe('Skender, 502 daily bars, seed stockcharts', () => {
  const text = readGolden(SKENDER);

  it.skipIf(text === null)('all 23 columns equal the published ones to 1e-9, and none is left out', () => {
    const golden = parseColumns(text ?? '');
    expect(unmatchedColumns(golden, SKENDER_COLUMNS)).toEqual([]);
    const comparisons = compareColumns(golden, SKENDER_COLUMNS);
    printComparisons(SKENDER, comparisons);
    expect(comparisons).toHaveLength(23);
    expectEqual(comparisons);
  });
});

describe('R TTR, 300 synthetic bars, directional movement with seed talib, the rest stockcharts', () => {
  const golden = parseColumns(readFileSync(TTR, 'utf8'));
  const columns = ttrColumns(barsOf(golden));

  it('all 38 columns equal the ones of TTR to 1e-9, and none is left out', () => {
    expect(unmatchedColumns(golden, columns)).toEqual([]);
    const comparisons = compareColumns(golden, columns);
    printComparisons(TTR, comparisons);
    expect(comparisons).toHaveLength(38);
    expectEqual(comparisons);
  });

  it('a column more in the file, or one less in the table, would be told', () => {
    const { sar: _, ...fewer } = columns;
    expect(unmatchedColumns(new Map([...golden, ['ulcer14', new Float64Array(300)]]), columns)).toEqual([
      'ulcer14: not compared',
    ]);
    expect(unmatchedColumns(golden, fewer)).toEqual(['sar: not compared']);
  });

  it('the seed matters: the other one is off by more than the tolerance in ADX and MACD', () => {
    const swapped = { adx14: stockcharts('adx', 'adx'), macd: talib('macd', 'line') };
    for (const { column, errorMax } of compareColumns(golden, swapped)) expect(errorMax, column).toBeGreaterThan(1e-3);
  });
});
