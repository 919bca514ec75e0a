/** Indicators against published literals: TA-Lib's regression test, technicalindicators' own tests, books and pages. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { computeWideIndicator } from '../../../adapters/indicators/wide-indicators.ts';
import { computeIndicator, kernels } from '../../../domain/features/indicators.ts';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { barsOf, type GoldenColumn, ourColumn, readGolden } from './golden-columns.ts';

const TOLERANCE = 1e-9;

const talib = (indicator: string, output: string, parameters: Readonly<Record<string, unknown>>): GoldenColumn => ({
  indicator,
  output,
  parameters,
  seed: 'talib',
});
const fiveThreeThree = { period: 5, smoothing: 3, signal: 3 };

const TALIB: Readonly<Record<string, GoldenColumn>> = {
  RSI: talib('rsi', 'rsi', { period: 14 }),
  TRANGE: talib('trueRange', 'trueRange', {}),
  ATR: talib('atr', 'atr', { period: 14 }),
  STDDEV: talib('standardDeviation', 'standardDeviation', { period: 5 }),
  BBANDS_upper: talib('bollinger', 'upper', { period: 20, deviations: 2 }),
  BBANDS_middle: talib('bollinger', 'middle', { period: 20, deviations: 2 }),
  BBANDS_lower: talib('bollinger', 'lower', { period: 20, deviations: 2 }),
  MACD_line: talib('macd', 'line', { fast: 12, slow: 26, signal: 9 }),
  MACD_signal: talib('macd', 'signal', { fast: 12, slow: 26, signal: 9 }),
  EMA: talib('ema', 'ema', { period: 10 }),
  SMA: talib('sma', 'sma', { period: 30 }),
  PLUS_DM: talib('adx', 'plusDm', { period: 14 }),
  MINUS_DM: talib('adx', 'minusDm', { period: 14 }),
  ADX: talib('adx', 'adx', { period: 14 }),
  STOCH_slowK: talib('stochastic', 'k', fiveThreeThree),
  STOCH_slowD: talib('stochastic', 'd', fiveThreeThree),
  MFI: talib('mfi', 'mfi', { period: 14 }),
  AD: talib('adl', 'adl', {}),
};

const talibSchema = z.object({
  input: z.record(z.string(), z.array(z.number())),
  points: z.array(
    z.object({
      indicator: z.string(),
      index: z.number(),
      expected: z.number(),
      tolerance: z.number(),
      recomputed: z.number(),
    }),
  ),
});

/** Bars out of columns of numbers; absent ones are NaN. */
const barsFrom = (columns: Readonly<Record<string, unknown>>): BarSeries =>
  barsOf(
    new Map(
      Object.entries(columns).flatMap(([name, values]) =>
        Array.isArray(values) ? [[name, Float64Array.from(values)] as const] : [],
      ),
    ),
  );

describe('TA-Lib, 252 bars, seed talib', () => {
  const text = readGolden('reference/indicators_talib_252.json');

  it.skipIf(text === null)('every one of its 50 literals is met, and its recomputation to 1e-9', () => {
    const { input, points } = talibSchema.parse(JSON.parse(text ?? '{}'));
    const bars = barsFrom(input);
    expect([...new Set(points.map(({ indicator }) => indicator))].toSorted()).toEqual(Object.keys(TALIB).toSorted());
    for (const { indicator, index, expected, tolerance, recomputed } of points) {
      const value = ourColumn(bars, TALIB[indicator] as GoldenColumn)[index] ?? Number.NaN;
      const name = `${indicator}[${index}]`;
      expect.soft(Math.abs(value - expected), name).toBeLessThanOrEqual(tolerance);
      // `recomputed` is printed with ten decimals.
      expect.soft(Math.abs(value / recomputed - 1), `${name} recomputed`).toBeLessThanOrEqual(TOLERANCE);
    }
    console.info(`TA-Lib: ${points.length} literals of ${Object.keys(TALIB).length} columns`);
    expect(points).toHaveLength(50);
  });
});

const numbers = z.array(z.number());
const prices = z.object({ high: numbers, low: numbers, close: numbers });
const technicalSchema = z.object({
  cases: z.strictObject({
    rsi: z.object({ inputRSI: z.object({ values: numbers }), expectedResult: numbers }),
    adx: z.object({
      input: prices,
      expectResult: z.array(z.object({ adx: z.number(), pdi: z.number(), mdi: z.number() })),
    }),
    atr: z.object({ input: prices, expectResult: numbers }),
    bb: z.object({
      prices: numbers,
      expectResult: z.array(z.object({ lower: z.number(), middle: z.number(), upper: z.number(), pb: z.number() })),
    }),
    macd: z.object({
      macdInput: z.object({ values: numbers }),
      expectedOutput: z.array(z.object({ MACD: z.number(), signal: z.number().optional() })),
    }),
    ema: z.object({ prices: numbers, expectedOutput: numbers }),
    stoch: prices.extend({ expectResult: z.array(z.object({ k: z.number(), d: z.number().optional() })) }),
    obv: z.object({ input: z.object({ close: numbers, volume: numbers }), expectResult: numbers }),
    mfi: z.object({ input: prices.extend({ volume: numbers }), expectResult: numbers }),
    vwap: z.object({ inputVWAP: prices.extend({ volume: numbers }), expectedResult: numbers }),
    sd: z.object({ data: numbers, expectResult: numbers }),
    cci: z.object({ inputCCI: prices, expectedResult: numbers }),
  }),
});

describe('technicalindicators, its own test cases, seed stockcharts', () => {
  const text = readGolden('reference/indicators_technicalindicators.json');

  it.skipIf(text === null)('all twelve cases equal the published values, rounded ones to their two decimals', () => {
    const { cases } = technicalSchema.parse(JSON.parse(text ?? '{}'));
    const ta = kernels('stockcharts');
    const column = (values: readonly number[]) => Float64Array.from(values);
    const given = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined);
    const wide = (name: string, output: string, bars: BarSeries, parameters: object) =>
      computeWideIndicator(name, bars, parameters)[output]?.values ?? new Float64Array();
    const directions = ta.adx(barsFrom(cases.adx.input), 14);
    const bands = ta.bollinger(column(cases.bb.prices), 10, 2);
    const lines = ta.macd(column(cases.macd.macdInput.values), 5, 8, 3);
    const places = barsFrom(cases.stoch);
    const unsmoothed = { period: 14, smoothing: 1, signal: 3 };
    for (const [name, ours, theirs] of [
      ['adx', directions.adx, cases.adx.expectResult.map(({ adx }) => adx)],
      ['pdi', directions.plusDi, cases.adx.expectResult.map(({ pdi }) => pdi)],
      ['mdi', directions.minusDi, cases.adx.expectResult.map(({ mdi }) => mdi)],
      ['atr', ta.atr(barsFrom(cases.atr.input), 14), cases.atr.expectResult],
      ['bb lower', bands.lower, cases.bb.expectResult.map(({ lower }) => lower)],
      ['bb middle', bands.middle, cases.bb.expectResult.map(({ middle }) => middle)],
      ['bb upper', bands.upper, cases.bb.expectResult.map(({ upper }) => upper)],
      ['bb pb', bands.position, cases.bb.expectResult.map(({ pb }) => pb)],
      ['macd', lines.line, cases.macd.expectedOutput.map(({ MACD }) => MACD)],
      ['signal', lines.signal, given(cases.macd.expectedOutput.map(({ signal }) => signal))],
      ['ema', ta.ema(column(cases.ema.prices), 9), cases.ema.expectedOutput],
      ['stoch k', wide('stochastic', 'k', places, unsmoothed), cases.stoch.expectResult.map(({ k }) => k)],
      ['stoch d', wide('stochastic', 'd', places, unsmoothed), given(cases.stoch.expectResult.map(({ d }) => d))],
      ['obv', ta.obv(barsFrom(cases.obv.input)), cases.obv.expectResult],
      ['sd', ta.standardDeviation(column(cases.sd.data), 5), cases.sd.expectResult],
      ['cci', wide('cci', 'cci', barsFrom(cases.cci.inputCCI), { period: 20 }), cases.cci.expectedResult],
    ] as const) {
      expectTail(name, ours, theirs, (own, value) => Math.abs(own / value - 1) <= TOLERANCE);
    }
    for (const [name, ours, theirs] of [
      ['rsi', ta.rsi(column(cases.rsi.inputRSI.values), 14), cases.rsi.expectedResult],
      ['mfi', wide('mfi', 'mfi', barsFrom(cases.mfi.input), { period: 14 }), cases.mfi.expectResult],
      ['vwap', ta.vwap(barsFrom(cases.vwap.inputVWAP)), cases.vwap.expectedResult],
    ] as const) {
      expectTail(name, ours, theirs, (own, value) => Math.abs(own - value) <= 0.00501);
    }
  });
});

/** The published values belong to the last bars. */
function expectTail(
  name: string,
  ours: Float64Array,
  theirs: readonly number[],
  equal: (own: number, value: number) => boolean,
): void {
  expect(theirs.length, name).toBeGreaterThan(5);
  const tail = ours.subarray(ours.length - theirs.length);
  theirs.forEach((value, i) => {
    expect.soft(equal(tail[i] ?? Number.NaN, value), `${name}[${i}]: ${tail[i]} for ${value}`).toBe(true);
  });
}

describe('spot values printed in books and web pages', () => {
  it('the StockCharts sample of RSI gives 70.46, 66.25, 66.48, 69.35', () => {
    const closes = [44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.1, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28];
    const close = Float64Array.from([...closes, 46.28, 46, 46.03, 46.41]);
    const rsi = kernels('stockcharts').rsi(close, 14);
    expect([...rsi.subarray(14)].map((value) => Number(value.toFixed(2)))).toEqual([70.46, 66.25, 66.48, 69.35]);
  });

  it('prices of 2.4e-7 give the same RSI as the same prices times 100000', () => {
    const ticks = Float64Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 2.4e-7 : 2.3e-7));
    const small = kernels().rsi(ticks, 10);
    const large = kernels().rsi(
      ticks.map((value) => value * 100_000),
      10,
    );
    for (let i = 10; i < ticks.length; i += 1) expect(small[i]).toBeCloseTo(large[i] ?? Number.NaN, 10);
    expect(small[39]).toBeGreaterThan(40);
    expect(small[39]).toBeLessThan(60);
  });

  it('the same holds for bands, ADX and MACD: no epsilon hides small prices', () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const close = (i % 3 === 0 ? 2.4e-7 : 2.3e-7) + i * 1e-9;
      return { openTimeMs: i, open: close, high: close + 2e-9, low: close - 1e-9, close, volume: 10 };
    });
    const scaled = rows.map((row) => ({
      ...row,
      open: row.open * 1e5,
      high: row.high * 1e5,
      low: row.low * 1e5,
      close: row.close * 1e5,
    }));
    for (const [name, column] of [
      ['adx', 'adx'],
      ['bollinger', 'position'],
      ['bollinger', 'width'],
    ] as const) {
      const small = computeIndicator(name, seriesFromRows('A', 1000, rows)).columns[column]?.[59] ?? Number.NaN;
      const large = computeIndicator(name, seriesFromRows('A', 1000, scaled)).columns[column]?.[59] ?? Number.NaN;
      expect(Math.abs(small / large - 1), column).toBeLessThan(1e-9);
      expect(small).not.toBe(0);
    }
  });
});
