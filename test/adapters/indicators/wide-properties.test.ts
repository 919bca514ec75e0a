/** What holds for each of the wider indicators: no look into the future, no scale, a value where nothing moves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeWideIndicator } from '../../../adapters/indicators/wide-indicators.ts';
import { computeIndicator } from '../../../domain/features/indicators.ts';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { INDICATOR_NAMES } from '../../../schemas/indicators.ts';
import {
  bytesBefore,
  constantBars,
  HOUR_MS,
  randomBars,
  randomFrom,
  randomRows,
} from '../../domain/features/random-bars.ts';
import { valuesAt, wideColumns } from './wide-columns.ts';

/** Hot ones of both seeds and wide ones. */
const everyColumn = (series: BarSeries): Map<string, Float64Array> =>
  new Map([
    ...valuesAt(series),
    ...(['talib', 'stockcharts'] as const).flatMap((seed) =>
      INDICATOR_NAMES.flatMap((name) =>
        Object.entries(computeIndicator(name, series, {}, seed).columns).map(
          ([column, values]) => [`${seed} ${name}.${column}`, values] as const,
        ),
      ),
    ),
  ]);

/** The rows after bar `t` are others: wilder, in another order, with other volumes. */
function otherFuture(rows: ReturnType<typeof randomRows>, t: number, seed: number) {
  const random = randomFrom(seed);
  return rows.map((row, i) => {
    if (i <= t) return row;
    const close = row.close * (0.5 + random());
    const open = row.open * (0.5 + random());
    const high = Math.max(open, close) * (1 + random());
    return { ...row, open, close, high, low: Math.min(open, close) * (1 - random() / 2), volume: random() * 1e6 };
  });
}

describe('no indicator looks ahead', () => {
  const COUNT = 160;
  const seriesOf = (rows: ReturnType<typeof randomRows>) => seriesFromRows('TEST', HOUR_MS, rows);

  /** Throws with the name of a column whose values up to bar t are not those of `now`. */
  function expectSameUntil(t: number, now: ReadonlyMap<string, Float64Array>, other: typeof now): void {
    for (const [name, column] of now) {
      const theirs = other.get(name) ?? new Float64Array(t + 1);
      if (bytesBefore(theirs, t + 1) !== bytesBefore(column, t + 1)) {
        throw new Error(`${name} up to bar ${t} depends on later bars`);
      }
    }
  }

  it('cut off after any bar, every column is byte-equal to the whole one so far (hot and wide, both seeds)', () => {
    const rows = randomRows(120, 11);
    const now = everyColumn(seriesOf(rows));
    expect(now.size).toBeGreaterThan(120);
    for (let t = 0; t < rows.length; t += 1) expectSameUntil(t, now, everyColumn(seriesOf(rows.slice(0, t + 1))));
  });

  it('with other bars after bar t, every column stays byte-equal up to t', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: COUNT - 2 }), (seed, t) => {
        const rows = randomRows(COUNT, seed);
        expectSameUntil(t, everyColumn(seriesOf(rows)), everyColumn(seriesOf(otherFuture(rows, t, seed + 1))));
      }),
      { seed: 502, numRuns: 25 },
    );
  });

  it('and the check itself would see it: a lagging span drawn back 26 bars differs', () => {
    const rows = randomRows(COUNT, 3);
    const lagging = ({ close }: BarSeries) => close.map((_, i) => close[i + 26] ?? Number.NaN);
    const other = lagging(seriesOf(otherFuture(rows, 100, 4)));
    expect(bytesBefore(other, 101)).not.toBe(bytesBefore(lagging(seriesOf(rows)), 101));
  });

  it('the cloud over bar i is made of the spans of bar i - 26, and there is no lagging span', () => {
    const columns = computeWideIndicator('ichimoku', randomBars(200, 5));
    expect(Object.keys(columns)).toEqual(['conversion', 'base', 'spanA', 'spanB', 'cloudA', 'cloudB']);
    for (const [cloud, span] of [
      ['cloudA', 'spanA'],
      ['cloudB', 'spanB'],
    ] as const) {
      const drawn = columns[cloud]?.values.subarray(26) ?? [];
      expect([...drawn]).toEqual([...(columns[span]?.values.subarray(0, 174) ?? [])]);
    }
  });
});

describe('scale', () => {
  /** Prices in whole ticks of 1e-9, around 2.4e-7, as of small coins. */
  const random = randomFrom(24);
  const ticks = Array.from({ length: 160 }, (_, i) => {
    const tick = (): number => Math.round(240 + 12 * Math.sin(i / 9) + 6 * random());
    const [open, close] = [tick(), tick()];
    const [high, low] = [Math.max(open, close) + Math.round(3 * random()), Math.min(open, close) - (i % 3)];
    return { openTimeMs: i * HOUR_MS, open, high, low, close, volume: 10 + i };
  });
  /** Prices as their decimals read, so that equal ones are equal at every scale. */
  const scaled = (decimals: number, volume: number): BarSeries => {
    const price = (tick: number): number => Number(`${tick}e${decimals - 9}`);
    return seriesFromRows(
      'TEST',
      HOUR_MS,
      ticks.map(({ openTimeMs, ...row }) => ({
        ...{ openTimeMs, open: price(row.open), high: price(row.high), low: price(row.low), close: price(row.close) },
        volume: row.volume * volume,
      })),
    );
  };

  it.each([
    [5, 1],
    [9, 0.001],
    [0, 1_000],
  ])(
    'prices times 10^%d and volumes times %d change no ratio, and prices and volumes by just that',
    (decimals, volume) => {
      const price = 10 ** decimals;
      const large = valuesAt(scaled(decimals, volume));
      for (const { at, unit, values } of wideColumns(scaled(0, 1))) {
        const factor = { price, volume, priceTimesVolume: price * volume }[unit as string] ?? 1;
        const largest = values.reduce((most, value) => Math.max(most, Number.isNaN(value) ? 0 : Math.abs(value)), 0);
        values.forEach((value, i) => {
          const other = (large.get(at)?.[i] ?? Number.NaN) / factor;
          if (Number.isNaN(value)) expect(other).toBeNaN();
          else if (!(Math.abs(other - value) <= 1e-9 * largest)) expect.fail(`${at}[${i}]: ${other} for ${value}`);
        });
      }
    },
  );

  it('none of them is blind to small prices: those that move at all move there too', () => {
    for (const { at, unit, values } of wideColumns(scaled(0, 1))) {
      if (unit === 'seen') continue;
      expect(new Set(values.subarray(-60)).size, at).toBeGreaterThan(1);
    }
  });
});

describe('markets without range, movement or volume', () => {
  const STATED: Readonly<Record<string, number>> = {
    ...{ 'stochastic.fast': 50, 'stochastic.k': 50, 'stochastic.d': 50, 'stochasticRsi.k': 50, 'stochasticRsi.d': 50 },
    ...{ 'williamsR.williamsR': -50, 'cci.cci': 0, 'roc.roc': 0, 'trix.trix': 0, 'trix.signal': 0 },
    ...{ 'kst.kst': 0, 'kst.signal': 0, 'awesomeOscillator.awesomeOscillator': 0 },
    ...{ 'ultimateOscillator.ultimateOscillator': 50, 'aroon.up': 100, 'aroon.down': 100, 'aroon.oscillator': 0 },
    ...{ 'vortex.plus': 1, 'vortex.minus': 1, 'superTrend.trend': -1 },
    ...{ 'parkinsonVolatility.parkinsonVolatility': 0, 'garmanKlassVolatility.garmanKlassVolatility': 0 },
    ...{ 'rogersSatchellVolatility.rogersSatchellVolatility': 0, 'yangZhangVolatility.yangZhangVolatility': 0 },
    ...{ 'mfi.mfi': 50, 'cmf.cmf': 0, 'adl.adl': 0, 'chaikinOscillator.chaikinOscillator': 0 },
    ...{ 'forceIndex.forceIndex': 0, 'candlestickPatterns.doji': 1 },
  };

  it.each([0.1, 7, 64_123.45])(
    'a price that stays at %d gives the stated values, and itself in price units',
    (price) => {
      for (const { at, unit, values } of wideColumns(constantBars(120, price))) {
        const last = values.at(-1) ?? Number.NaN;
        if (unit === 'price' && STATED[at] === undefined) expect(Math.abs(last / price - 1), at).toBeLessThan(1e-15);
        else expect({ at, last }).toEqual({ at, last: STATED[at] ?? 0 });
      }
    },
  );

  const rows = randomRows(160, 9);
  it.each([
    ['no volume', rows.map((row) => ({ ...row, volume: 0 }))],
    ['no range inside bars', rows.map((row) => ({ ...row, open: row.close, high: row.close, low: row.close }))],
    [
      'no movement for 60 bars',
      rows.map((row, i) => (i < 100 ? row : { ...(rows[99] ?? row), openTimeMs: row.openTimeMs })),
    ],
    ['only rises', rows.map((row, i) => ({ ...row, open: i + 1, low: i + 1, high: i + 2, close: i + 2 }))],
    ['only falls', rows.map((row, i) => ({ ...row, open: 200 - i, high: 200 - i, low: 199 - i, close: 199 - i }))],
    ['a spike of 1e9', rows.map((row, i) => (i === 20 ? { ...row, high: 1e9, close: 1e9, volume: 1e12 } : row))],
  ])('%s: a finite value at every bar after the warm-up', (_name, some) => {
    for (const { at, values, warmupBars } of wideColumns(seriesFromRows('TEST', HOUR_MS, some))) {
      const known = values.subarray(warmupBars - 1);
      expect({ at, finite: known.every(Number.isFinite) }).toEqual({ at, finite: true });
    }
  });

  it('prices of zero, which no import lets in, give no value rather than an infinite one', () => {
    const zero = valuesAt(constantBars(120, 0));
    for (const [at, values] of zero) {
      expect({ at, infinite: values.some((value) => Math.abs(value) === Infinity) }).toEqual({ at, infinite: false });
    }
  });

  it('a spike leaves no trace once it has left the window', () => {
    const spiked = constantBars(120, 0.1);
    spiked.high[30] = 1e9;
    spiked.close[30] = 1e9;
    const columns = valuesAt(spiked);
    for (const [at, value] of [
      ['awesomeOscillator.awesomeOscillator', 0],
      ['cci.cci', 0],
      ['stochastic.d', 50],
      ['williamsR.williamsR', -50],
      ['cmf.cmf', 0],
      ['wma.wma', 0.1],
      ['kst.kst', 0],
      ['parkinsonVolatility.parkinsonVolatility', 0],
    ] as const) {
      expect({ at, value: columns.get(at)?.at(-1) }).toEqual({ at, value });
    }
  });
});
