/** The hot indicators against columns that nobody here made: Skender, TA-Lib, R TTR, technicalindicators. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { wideIndicators } from '../../../adapters/indicators/technical-indicators.ts';
import { changeBetween } from '../../../domain/features/changes.ts';
import { computeIndicator, kernels } from '../../../domain/features/indicators.ts';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import {
  barsOf,
  type Comparison,
  compareColumn,
  parseColumns,
  printComparisons,
  readGolden,
} from './golden-columns.ts';

const BAR_COLUMNS = ['date', 'i', 'open', 'high', 'low', 'close', 'volume'];
const TOLERANCE = 1e-9;

function expectEqual(comparisons: readonly Comparison[], tolerance = TOLERANCE): void {
  for (const { column, compared, errorMax, misplaced } of comparisons) {
    expect.soft({ column, misplaced }).toEqual({ column, misplaced: 0 });
    expect.soft(compared, `${column}: values compared`).toBeGreaterThan(100);
    expect.soft(errorMax, `${column}: largest relative error`).toBeLessThanOrEqual(tolerance);
  }
}

describe('Skender, 502 daily bars, seed stockcharts', () => {
  const text = readGolden('reference/indicators_skender_502.csv');

  it.skipIf(text === null)('every hot column equals the published one to 1e-9, and none is left out', () => {
    const golden = parseColumns(text ?? '');
    const bars = barsOf(golden);
    const ours = skenderColumns(bars);
    const outside = ['stoch14_k', 'stoch14_d', 'cci20', 'mfi14'];
    const wanted = [...golden.keys()].filter((name) => !BAR_COLUMNS.includes(name) && !outside.includes(name));
    expect(wanted.toSorted()).toEqual([...ours.keys()].toSorted());
    const comparisons = wanted.map((name) => compareColumn(name, columnOf(golden, name), columnOf(ours, name)));
    printComparisons('Skender (stockcharts), hot ten', comparisons);
    expectEqual(comparisons);
  });

  it.skipIf(text === null)('the wider set equals stochastic and CCI to 1e-9, MFI to the two decimals it has', () => {
    const golden = parseColumns(text ?? '');
    const wide = wideIndicators(barsOf(golden));
    const exact = [
      compareColumn('stoch14_k', columnOf(golden, 'stoch14_k'), wide.stochasticK.values),
      compareColumn('stoch14_d', columnOf(golden, 'stoch14_d'), wide.stochasticD.values),
      compareColumn('cci20', columnOf(golden, 'cci20'), wide.cci.values),
    ];
    printComparisons('Skender, wider set by technicalindicators', exact);
    expectEqual(exact);
    expectMoneyFlow(columnOf(golden, 'mfi14'), wide.mfi.values, barsOf(golden));
  });
});

/** The package has no value at 14, rounds to two decimals and counts an unchanged typical price as a fall. */
function expectMoneyFlow(golden: Float64Array, ours: Float64Array, bars: BarSeries): void {
  const typical = bars.close.map((close, i) => ((bars.high[i] ?? 0) + (bars.low[i] ?? 0) + close) / 3);
  const unchanged = [...typical.keys()].filter((i) => Math.abs((typical[i] ?? 0) - (typical[i - 1] ?? 0)) < 1e-9);
  const compared = [...ours.keys()].filter((i) => i >= 15 && !unchanged.some((tie) => i >= tie && i < tie + 14));
  const largest = Math.max(...compared.map((i) => Math.abs((ours[i] ?? 0) - (golden[i] ?? Number.NaN))));
  console.info(
    `mfi14: ${compared.length} of 488 compared, largest absolute error ${largest.toFixed(5)}; ` +
      `left out: index 14 and the 14 bars from each unchanged typical price (${unchanged.join(', ')})`,
  );
  expect(unchanged).toEqual([82, 435]);
  expect(compared).toHaveLength(488 - 1 - 28);
  expect(largest).toBeLessThan(0.00501);
}

function skenderColumns(bars: BarSeries): Map<string, Float64Array> {
  const ta = kernels('stockcharts');
  const lines = ta.macd(bars.close);
  const direction = ta.adx(bars);
  const bands = ta.bollinger(bars.close);
  return new Map([
    ['sma20', ta.sma(bars.close, 20)],
    ['ema20', ta.ema(bars.close, 20)],
    ['rsi14', ta.rsi(bars.close, 14)],
    ['tr', ta.trueRange(bars)],
    ['atr14', ta.atr(bars, 14)],
    ['macd', lines.line],
    ['macd_signal', lines.signal],
    ['macd_hist', lines.histogram],
    ['pdi14', direction.plusDi],
    ['mdi14', direction.minusDi],
    ['dx14', direction.dx],
    ['adx14', direction.adx],
    ['bb20_upper', bands.upper],
    ['bb20_lower', bands.lower],
    ['bb20_pctb', bands.position],
    ['bb20_width', bands.width],
    ['obv', ta.obv(bars)],
    ['stdev14_pop', ta.standardDeviation(bars.close, 14)],
    ['vwap_cum', ta.vwap(bars)],
  ]);
}

function columnOf(columns: ReadonlyMap<string, Float64Array>, name: string): Float64Array {
  const column = columns.get(name);
  if (column === undefined) throw new Error(`column ${name} is missing`);
  return column;
}

describe('R TTR, 300 synthetic bars, directional movement with seed talib, the rest stockcharts', () => {
  const golden = parseColumns(readFileSync('test/fixtures/indicators_synthetic300_ttr.csv', 'utf8'));
  const bars = barsOf(golden);

  it('every column of ours equals the one of TTR to 1e-9', () => {
    const comparisons = [...ttrColumns(bars)].map(([name, column]) =>
      compareColumn(name, columnOf(golden, name), column),
    );
    printComparisons('TTR (talib: DI, DX, ADX)', comparisons);
    expectEqual(comparisons);
  });

  it('the wider set equals the ones of TTR to 1e-9', () => {
    const wide = wideIndicators(bars);
    const percent = (column: Float64Array) => column.map((value) => value / 100);
    const comparisons = [
      compareColumn('cci20', columnOf(golden, 'cci20'), wide.cci.values),
      compareColumn('stoch_fastD', columnOf(golden, 'stoch_fastD'), percent(wide.stochasticK.values)),
      compareColumn('stoch_slowD', columnOf(golden, 'stoch_slowD'), percent(wide.stochasticD.values)),
      compareColumn('willr14', columnOf(golden, 'willr14').map(Math.abs), percent(wide.williamsR.values).map(Math.abs)),
    ];
    printComparisons('TTR, wider set by technicalindicators', comparisons);
    expectEqual(comparisons);
  });

  it('names the columns it has no indicator for', () => {
    const ours = new Set([...ttrColumns(bars).keys(), ...BAR_COLUMNS]);
    const left = [...golden.keys()].filter((name) => !ours.has(name));
    console.info(`TTR columns outside the hot ten, not compared here: ${left.join(' ')}`);
    expect(left).toEqual(
      'wma10 stoch_fastK stoch_fastD stoch_slowD cci20 mfi14 willr14 cmf20 sar aroonUp25 aroonDn25 vol_parkinson20 vol_gk20 vol_yz20 donch_hi donch_lo'.split(
        ' ',
      ),
    );
  });
});

/** TTR's volatility of "20" takes 19 returns and is annualised by 252; its VWAP weighs the close. */
function ttrColumns(bars: BarSeries): Map<string, Float64Array> {
  const ta = kernels('stockcharts');
  const { close, volume } = bars;
  const direction = kernels('talib').adx(bars);
  const bands = ta.bollinger(close);
  const lines = ta.macd(close);
  const flat = { open: close, high: close, low: close, close, volume };
  const population = ta.standardDeviation(close, 20);
  return new Map([
    ['sma20', ta.sma(close, 20)],
    ['ema20', ta.ema(close, 20)],
    ['ema12', ta.ema(close, 12)],
    ['rsi14', ta.rsi(close, 14)],
    ['tr', ta.trueRange(bars)],
    ['atr14', ta.atr(bars, 14)],
    ['pdi14', direction.plusDi],
    ['mdi14', direction.minusDi],
    ['dx14', direction.dx],
    ['adx14', direction.adx],
    ['macd', lines.line],
    ['macd_signal', lines.signal],
    ['bb_dn', bands.lower],
    ['bb_mid', bands.middle],
    ['bb_up', bands.upper],
    ['bb_pctb', bands.position],
    ['obv', ta.obv(bars, 'firstVolume')],
    ['roc10', changeBetween(close, 10)],
    ['sd20_pop', population],
    ['sd20_sample', population.map((value) => value * Math.sqrt(20 / 19))],
    ['vol_close20', ta.realisedVolatility(close, 19).map((value) => value * Math.sqrt(252))],
    ['vwap14', ta.vwap(flat, 14)],
  ]);
}

const talibSchema = z.object({
  input: z.record(z.string(), z.array(z.number())),
  points: z.array(
    z.object({
      indicator: z.string(),
      params: z.record(z.string(), z.unknown()),
      index: z.number(),
      expected: z.number(),
      tolerance: z.number(),
      recomputed: z.number(),
    }),
  ),
});

describe('TA-Lib, 252 bars, seed talib', () => {
  const text = readGolden('reference/indicators_talib_252.json');

  it.skipIf(text === null)('every literal of a hot indicator is met, and its recomputation to 1e-9', () => {
    const { input, points } = talibSchema.parse(JSON.parse(text ?? '{}'));
    const bars = barsOf(new Map(Object.entries(input).map(([name, values]) => [name, Float64Array.from(values)])));
    const ours = talibColumns(bars);
    const hot = points.filter(({ indicator }) => ours.has(indicator));
    const outside = [...new Set(points.map(({ indicator }) => indicator).filter((name) => !ours.has(name)))];
    expect(outside).toEqual(['STOCH_slowK', 'STOCH_slowD', 'MFI', 'AD']);
    console.info(`TA-Lib: ${hot.length} literals of ${ours.size} columns; not hot: ${outside.join(' ')}`);
    for (const point of hot) {
      const value = columnOf(ours, point.indicator)[point.index] ?? Number.NaN;
      const name = `${point.indicator}[${point.index}]`;
      expect.soft(Math.abs(value - point.expected), name).toBeLessThanOrEqual(point.tolerance);
      const error = Math.abs(value - point.recomputed) / Math.abs(point.recomputed);
      // `recomputed` is printed with ten decimals.
      expect.soft(error, `${name} recomputed`).toBeLessThanOrEqual(TOLERANCE);
    }
    expect(hot).toHaveLength(39);
  });
});

function talibColumns(bars: BarSeries): Map<string, Float64Array> {
  const ta = kernels('talib');
  const direction = ta.adx(bars, 14);
  const bands = ta.bollinger(bars.close, 20, 2);
  const lines = ta.macd(bars.close, 12, 26, 9);
  return new Map([
    ['RSI', ta.rsi(bars.close, 14)],
    ['TRANGE', ta.trueRange(bars)],
    ['ATR', ta.atr(bars, 14)],
    ['STDDEV', ta.standardDeviation(bars.close, 5)],
    ['BBANDS_upper', bands.upper],
    ['BBANDS_middle', bands.middle],
    ['BBANDS_lower', bands.lower],
    ['MACD_line', lines.line],
    ['MACD_signal', lines.signal],
    ['EMA', ta.ema(bars.close, 10)],
    ['SMA', ta.sma(bars.close, 30)],
    ['PLUS_DM', direction.plusDm],
    ['MINUS_DM', direction.minusDm],
    ['ADX', direction.adx],
  ]);
}

const numbers = z.array(z.number());
const technicalSchema = z.object({
  cases: z.object({
    adx: z.object({
      input: z.object({ high: numbers, low: numbers, close: numbers }),
      expectResult: z.array(z.object({ adx: z.number(), pdi: z.number(), mdi: z.number() })),
    }),
    atr: z.object({ input: z.object({ high: numbers, low: numbers, close: numbers }), expectResult: numbers }),
    bb: z.object({
      prices: numbers,
      expectResult: z.array(z.object({ lower: z.number(), middle: z.number(), upper: z.number(), pb: z.number() })),
    }),
    macd: z.object({
      macdInput: z.object({ values: numbers }),
      expectedOutput: z.array(z.object({ MACD: z.number(), signal: z.number().optional() })),
    }),
    ema: z.object({ prices: numbers, expectedOutput: numbers }),
    obv: z.object({ input: z.object({ close: numbers, volume: numbers }), expectResult: numbers }),
    sd: z.object({ data: numbers, expectResult: numbers }),
  }),
});

describe('technicalindicators, its own test cases, seed stockcharts', () => {
  const text = readGolden('reference/indicators_technicalindicators.json');

  it.skipIf(text === null)('ADX, ATR, Bollinger, MACD, EMA, OBV and deviation equal its published values', () => {
    const { cases } = technicalSchema.parse(JSON.parse(text ?? '{}'));
    const ta = kernels('stockcharts');
    const column = (values: readonly number[]) => Float64Array.from(values);
    const barsOfCase = (input: { high: number[]; low: number[]; close: number[] }) =>
      barsOf(
        new Map(
          [...Object.entries(input)].flatMap(([name, values]) =>
            Array.isArray(values) ? [[name, column(values)]] : [],
          ),
        ),
      );
    const directions = ta.adx(barsOfCase(cases.adx.input), 14);
    const bands = ta.bollinger(column(cases.bb.prices), 10, 2);
    const lines = ta.macd(column(cases.macd.macdInput.values), 5, 8, 3);
    const { close, volume } = cases.obv.input;
    const balance = ta.obv(
      barsOf(
        new Map([
          ['close', column(close)],
          ['volume', column(volume)],
        ]),
      ),
    );
    for (const [name, ours, theirs] of [
      ['adx', directions.adx, cases.adx.expectResult.map(({ adx }) => adx)],
      ['pdi', directions.plusDi, cases.adx.expectResult.map(({ pdi }) => pdi)],
      ['mdi', directions.minusDi, cases.adx.expectResult.map(({ mdi }) => mdi)],
      ['atr', ta.atr(barsOfCase(cases.atr.input), 14), cases.atr.expectResult],
      ['bb lower', bands.lower, cases.bb.expectResult.map(({ lower }) => lower)],
      ['bb upper', bands.upper, cases.bb.expectResult.map(({ upper }) => upper)],
      ['bb pb', bands.position, cases.bb.expectResult.map(({ pb }) => pb)],
      ['macd', lines.line, cases.macd.expectedOutput.map(({ MACD }) => MACD)],
      [
        'signal',
        lines.signal,
        cases.macd.expectedOutput.flatMap(({ signal }) => (signal === undefined ? [] : [signal])),
      ],
      ['ema', ta.ema(column(cases.ema.prices), 9), cases.ema.expectedOutput],
      ['obv', balance, cases.obv.expectResult],
      ['sd', ta.standardDeviation(column(cases.sd.data), 5), cases.sd.expectResult],
    ] as const) {
      expect(theirs.length, name).toBeGreaterThan(5);
      const tail = ours.subarray(ours.length - theirs.length);
      theirs.forEach((value, i) => {
        expect.soft(Math.abs((tail[i] ?? Number.NaN) / value - 1), `${name}[${i}]`).toBeLessThanOrEqual(TOLERANCE);
      });
    }
  });
});

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
