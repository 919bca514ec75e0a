/** Warm-up lengths, flat and empty markets, reuse of outputs, and agreement with an independent package. */
import * as library from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import { exponentialMovingAverage } from '../../../domain/features/exponential-moving-average.ts';
import { computeIndicator, kernels } from '../../../domain/features/indicators.ts';
import { firstKnown } from '../../../domain/features/kernel.ts';
import { windowMean, windowSum } from '../../../domain/features/window-moments.ts';
import { INDICATOR_NAMES } from '../../../schemas/indicators.ts';
import { problemsOf } from '../../problems-of.ts';
import { constantBars, randomBars } from './random-bars.ts';

const bars = randomBars(400, 3);

describe('warm-up', () => {
  it.each(INDICATOR_NAMES)('%s has no value before its stated warm-up and all of them from there on', (name) => {
    for (const seed of ['talib', 'stockcharts'] as const) {
      const { warmupBars, columns } = computeIndicator(name, bars, {}, seed);
      const firsts = Object.values(columns).map(firstKnown);
      expect(Math.max(...firsts)).toBe(warmupBars - 1);
      for (const column of Object.values(columns)) {
        expect(column.subarray(firstKnown(column)).some(Number.isNaN)).toBe(false);
      }
    }
  });

  it.each([
    ['sma', 'sma', 19],
    ['ema', 'ema', 19],
    ['rsi', 'rsi', 14],
    ['macd', 'line', 25],
    ['macd', 'signal', 33],
    ['macd', 'histogram', 33],
    ['atr', 'atr', 14],
    ['adx', 'plusDi', 14],
    ['adx', 'dx', 14],
    ['adx', 'adx', 27],
    ['bollinger', 'position', 19],
    ['obv', 'obv', 0],
    ['vwap', 'vwap', 0],
    ['realisedVolatility', 'realisedVolatility', 20],
    ['volumeRatio', 'volumeRatio', 19],
  ])('%s.%s is first known at index %i', (name, column, index) => {
    expect(firstKnown(computeIndicator(name, bars).columns[column] ?? new Float64Array())).toBe(index);
  });

  it('an input that is itself warming up shifts the warm-up of what is built on it', () => {
    const ta = kernels();
    expect(firstKnown(ta.ema(ta.rsi(bars.close, 14), 9))).toBe(22);
    expect(firstKnown(ta.sma(ta.rsi(bars.close, 14), 9))).toBe(22);
  });
});

describe('markets without movement or without bars', () => {
  it.each(INDICATOR_NAMES)('%s of no bars is an empty column', (name) => {
    for (const column of Object.values(computeIndicator(name, randomBars(0)).columns)) expect(column).toHaveLength(0);
  });

  it.each(INDICATOR_NAMES)('%s of one bar too few has no value in its slowest column', (name) => {
    const { warmupBars } = computeIndicator(name, bars);
    const { columns } = computeIndicator(name, randomBars(warmupBars - 1, 3));
    expect(Object.values(columns).some((column) => column.every(Number.isNaN))).toBe(true);
  });

  it.each([
    ['sma', 'sma', 0.1],
    ['ema', 'ema', 0.1],
    ['rsi', 'rsi', 50],
    ['macd', 'histogram', 0],
    ['adx', 'adx', 0],
    ['atr', 'atr', 0],
    ['bollinger', 'upper', 0.1],
    ['bollinger', 'position', 0.5],
    ['bollinger', 'width', 0],
    ['obv', 'obv', 0],
    ['realisedVolatility', 'realisedVolatility', 0],
    ['volumeRatio', 'volumeRatio', 1],
    ['standardDeviation', 'standardDeviation', 0],
  ])('%s.%s of a price that never moves is exactly %d', (name, column, value) => {
    expect(computeIndicator(name, constantBars(80)).columns[column]?.at(-1)).toBe(value);
  });

  it('a price that only rises has RSI 100, one that only falls 0', () => {
    const rising = Float64Array.from({ length: 30 }, (_, i) => 100 + i);
    expect(kernels().rsi(rising, 14).at(-1)).toBe(100);
    expect(kernels().rsi(rising.toReversed(), 14).at(-1)).toBe(0);
  });

  it('a deviation is exactly zero as soon as a spike has left the window', () => {
    const close = Float64Array.from({ length: 60 }, (_, i) => (i === 30 ? 1e9 : 0.1));
    const deviation = kernels().standardDeviation(close, 20);
    expect(deviation[49]).toBeGreaterThan(1);
    expect([...deviation.subarray(50)]).toEqual(Array.from({ length: 10 }, () => 0));
    expect(kernels().sma(close, 20)[59]).toBe(0.1);
  });

  it('VWAP and volume ratio have no value where nothing has traded', () => {
    const silent = { ...bars, volume: new Float64Array(bars.volume.length) };
    expect(kernels().vwap(silent, 20).every(Number.isNaN)).toBe(true);
    expect(kernels().vwap(silent).every(Number.isNaN)).toBe(true);
    expect(kernels().volumeRatio(silent.volume, 20).every(Number.isNaN)).toBe(true);
  });
});

describe('windows', () => {
  it('sums and means of four of 1 to 8 are those of the hand', () => {
    const values = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...windowSum(values, 4).subarray(3)]).toEqual([10, 14, 18, 22, 26]);
    expect([...windowMean(values, 4).subarray(3)]).toEqual([2.5, 3.5, 4.5, 5.5, 6.5]);
  });

  it.each([1, 2, 7, 20, 399, 400, 401])('a window of %i equals the mean computed bar by bar', (period) => {
    const means = windowMean(bars.close, period);
    for (let i = 0; i < bars.close.length; i += 1) {
      const window = bars.close.subarray(i + 1 - period, i + 1);
      if (i + 1 < period) expect(means[i]).toBeNaN();
      else expect(means[i]).toBeCloseTo(window.reduce((sum, value) => sum + value, 0) / period, 10);
    }
  });
});

describe('outputs and arguments', () => {
  it('a reused output column holds nothing of its former content', () => {
    const out = new Float64Array(bars.close.length).fill(7);
    const column = exponentialMovingAverage(bars.close, 20, out);
    expect(column).toBe(out);
    expect(column).toEqual(kernels().ema(bars.close, 20));
  });

  it('refuses an output column of another length and periods that are no whole bars', () => {
    expect(() => exponentialMovingAverage(bars.close, 20, new Float64Array(3))).toThrow(RangeError);
    for (const period of [0, -1, 1.5, Number.NaN]) expect(() => kernels().sma(bars.close, period)).toThrow(RangeError);
    expect(() => kernels().macd(bars.close, 26, 12, 9)).toThrow(RangeError);
  });

  it('names an unknown indicator and every wrong parameter', () => {
    const mistakesOf = (run: () => unknown) => problemsOf(run).map(({ code, path, hint }) => ({ code, path, hint }));
    expect(mistakesOf(() => computeIndicator('rsl', bars))).toEqual([
      { code: 'INPUT_ENUM', path: 'name', hint: 'did you mean rsi' },
    ]);
    const codes = mistakesOf(() => computeIndicator('macd', bars, { fast: 0, slwo: 26, signal: 'x' })).map(
      (one) => one.code,
    );
    expect(codes.toSorted()).toEqual(['INPUT_RANGE', 'INPUT_TYPE', 'INPUT_UNKNOWN_FIELD']);
  });
});

describe('agreement with technicalindicators (seed stockcharts)', () => {
  const ta = kernels('stockcharts');
  const values = Array.from(bars.close);
  const prices = { high: Array.from(bars.high), low: Array.from(bars.low), close: values };
  const tailOf = (column: Float64Array, theirs: readonly unknown[]) => column.subarray(column.length - theirs.length);

  const expectSame = (column: Float64Array, theirs: readonly (number | undefined)[], digits = 9) => {
    expect(theirs.length).toBeGreaterThan(300);
    tailOf(column, theirs).forEach((value, i) => {
      expect(value).toBeCloseTo(theirs[i] ?? Number.NaN, digits);
    });
  };

  it('EMA, ATR, Bollinger and ADX agree bar by bar', () => {
    expectSame(ta.ema(bars.close, 21), library.ema({ period: 21, values }));
    expectSame(ta.atr(bars, 14), library.atr({ ...prices, period: 14 }));
    const bands = library.bollingerbands({ period: 20, stdDev: 2, values });
    expectSame(
      ta.bollinger(bars.close).upper,
      bands.map(({ upper }) => upper),
    );
    expectSame(
      ta.bollinger(bars.close).lower,
      bands.map(({ lower }) => lower),
    );
    const directions = library.adx({ ...prices, period: 14 });
    expectSame(
      ta.adx(bars).adx,
      directions.map(({ adx }) => adx),
    );
    expectSame(
      ta.adx(bars).plusDi,
      directions.map(({ pdi }) => pdi),
    );
    expectSame(
      ta.adx(bars).minusDi,
      directions.map(({ mdi }) => mdi),
    );
  });

  it('MACD agrees in line and signal, OBV from the second bar, RSI to the two decimals the package gives', () => {
    const theirs = library.macd({
      values,
      fastPeriod: 12,
      slowPeriod: 26,
      signalPeriod: 9,
      SimpleMAOscillator: false,
      SimpleMASignal: false,
    });
    const own = ta.macd(bars.close);
    expectSame(
      own.line,
      theirs.map(({ MACD }) => MACD),
    );
    const signals = theirs.flatMap(({ signal }) => (signal === undefined ? [] : [signal]));
    expectSame(own.signal, signals);
    expectSame(ta.obv(bars), library.obv({ close: values, volume: Array.from(bars.volume) }));
    const rsi = library.rsi({ period: 14, values });
    tailOf(ta.rsi(bars.close, 14), rsi).forEach((value, i) => {
      expect(Math.abs(value - (rsi[i] ?? Number.NaN))).toBeLessThan(0.00501);
    });
  });

  it('the two seeds part in ADX and MACD at first and meet after some 300 bars', () => {
    const talib = kernels('talib');
    expect(Math.abs((talib.adx(bars).adx[27] ?? 0) - (ta.adx(bars).adx[27] ?? 0))).toBeGreaterThan(0.01);
    expect(talib.adx(bars).adx[399]).toBeCloseTo(ta.adx(bars).adx[399] ?? Number.NaN, 6);
    expect(talib.macd(bars.close).line[25]).not.toBe(ta.macd(bars.close).line[25]);
    expect(talib.macd(bars.close).line[399]).toBeCloseTo(ta.macd(bars.close).line[399] ?? Number.NaN, 9);
  });
});
