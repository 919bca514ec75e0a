/**
 * Features of whole series: no look into the future, null before warm-up, plain JSON, changes by time, cheap enough.
 */
import { describe, expect, it } from 'vitest';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { atrAt, levelsAt, marketFeatures, regimeAt } from '../../../domain/features/market-features.ts';
import { type BarRow, seriesFromRows } from '../../../domain/market/bar-series.ts';
import {
  barsFromCloses,
  bytesBefore,
  columnsWithin,
  constantBars,
  HOUR_MS,
  randomFrom,
  randomRows,
} from './random-bars.ts';

const rows = randomRows(6_000, 11);
const featuresOf = (someRows: readonly BarRow[]) => computeFeatureColumns(seriesFromRows('TEST', HOUR_MS, someRows));

/** The rows after `t` in another order and with other prices, stamps kept. */
function otherFuture(t: number, seed: number): BarRow[] {
  const random = randomFrom(seed);
  const future = rows.slice(t + 1);
  const shuffled = future.toSorted(() => random() - 0.5);
  return [
    ...rows.slice(0, t + 1),
    ...shuffled.map((row, i) => ({
      ...row,
      openTimeMs: future[i]?.openTimeMs ?? 0,
      high: row.high * 3,
      close: row.close * 2,
      volume: row.volume * 5,
    })),
  ];
}

describe('no feature looks ahead', () => {
  it.each([5, 14, 250, 1_003, 4_900])('other bars after bar %i leave every column up to it byte-equal', (t) => {
    const now = columnsWithin(featuresOf(rows));
    const other = columnsWithin(featuresOf(otherFuture(t, t)));
    const cut = columnsWithin(featuresOf(rows.slice(0, t + 1)));
    expect(now.size).toBeGreaterThan(30);
    for (const [name, column] of now) {
      if (name.startsWith('bars.')) continue;
      const bytes = bytesBefore(column, t + 1);
      expect({ name, same: bytesBefore(other.get(name) ?? column.slice(0, 0), t + 1) === bytes }).toEqual({
        name,
        same: true,
      });
      expect({ name, same: bytesBefore(cut.get(name) ?? column.slice(0, 0), t + 1) === bytes }).toEqual({
        name,
        same: true,
      });
    }
  });

  it('the same holds for what is said of each bar, levels and regimes included', () => {
    const now = featuresOf(rows.slice(0, 1_500));
    const other = featuresOf(otherFuture(800, 5).slice(0, 1_500));
    for (let i = 0; i <= 800; i += 1) {
      expect(JSON.stringify(marketFeatures(other, i))).toBe(JSON.stringify(marketFeatures(now, i)));
      expect(levelsAt(other, i)).toEqual(levelsAt(now, i));
    }
    expect(JSON.stringify(marketFeatures(other, 900))).not.toBe(JSON.stringify(marketFeatures(now, 900)));
  });
});

describe('what is said of one bar', () => {
  const columns = featuresOf(rows);

  it('is plain JSON that survives a round trip, at every bar', () => {
    for (const i of [0, 1, 13, 14, 49, 199, 263, 999, 5_999]) {
      const features = marketFeatures(columns, i);
      expect(JSON.parse(JSON.stringify(features))).toEqual(features);
    }
  });

  it('is null before warm-up and known as of the close of the bar', () => {
    const first = marketFeatures(columns, 0);
    expect(first.asOfMs).toBe(HOUR_MS);
    expect(first.trend).toEqual({
      ema20Distance: null,
      ema50Distance: null,
      ema200Distance: null,
      ema20Slope: null,
      ema50Slope: null,
      ema200Slope: null,
      adx: null,
      plusDi: null,
      minusDi: null,
      direction: null,
      strength: null,
      emaAlignment: null,
    });
    expect(first.regime.label).toBeNull();
    expect([atrAt(columns, 13), typeof atrAt(columns, 14)]).toEqual([null, 'number']);
  });

  it('has every feature once all is warm: 24 days of 200 hours and more', () => {
    const nulls = JSON.stringify(marketFeatures(columns, 5_999)).match(/"(\w+)":null/g) ?? [];
    expect(nulls.filter((one) => !/Distance/.test(one))).toEqual([]);
  });

  it('refuses a bar that does not exist', () => {
    expect(() => marketFeatures(columns, 6_000)).toThrow(RangeError);
    expect(() => regimeAt(columns, -1)).toThrow(RangeError);
  });

  it('a market that never moves is sideways, normal, neutral, without levels', () => {
    const flat = marketFeatures(computeFeatureColumns(constantBars(400)), 399);
    expect(flat.regime).toMatchObject({ label: 'sideways', volatility: 'normal' });
    expect(flat.momentum).toMatchObject({ rsi: 50, macdCross: 0, momentum20: 0, change24h: 0 });
    expect(flat.volatility).toMatchObject({
      atr: 0,
      bollingerPosition: 0.5,
      realisedVolatility: 0,
      highVolatility: false,
    });
    expect(flat.levels).toEqual([]);
  });
});

describe('changes by time', () => {
  it('an hourly series has changes of 1, 4 and 24 hours, by hand', () => {
    const columns = computeFeatureColumns(barsFromCloses(Array.from({ length: 30 }, (_, i) => 100 + i)));
    const { momentum } = marketFeatures(columns, 24);
    expect(momentum.change1h).toBeCloseTo(124 / 123 - 1, 12);
    expect(momentum.change4h).toBeCloseTo(124 / 120 - 1, 12);
    expect(momentum.change24h).toBeCloseTo(0.24, 12);
    expect(marketFeatures(columns, 23).momentum.change24h).toBeNull();
  });

  it('a daily series has a change of 24 hours only', () => {
    const columns = computeFeatureColumns(barsFromCloses([100, 101, 102], 24 * HOUR_MS));
    expect(marketFeatures(columns, 2).momentum).toMatchObject({ change1h: null, change4h: null });
    expect(marketFeatures(columns, 2).momentum.change24h).toBeCloseTo(102 / 101 - 1, 12);
  });

  it('across a gap the change is against the last close known that long ago, not against a count of bars', () => {
    const closes = [100, 110, 120, 130];
    const stamps = [0, 1, 40, 41];
    const series = seriesFromRows(
      'GAP',
      HOUR_MS,
      closes.map((close, i) => ({
        openTimeMs: (stamps[i] ?? 0) * HOUR_MS,
        open: close,
        high: close,
        low: close,
        close,
        volume: 1,
      })),
    );
    const { change24h, change1h } = computeFeatureColumns(series);
    expect(change24h[2]).toBeCloseTo(120 / 110 - 1, 12);
    expect(change24h[3]).toBeCloseTo(130 / 110 - 1, 12);
    expect(change1h[2]).toBeCloseTo(120 / 110 - 1, 12);
    expect(change1h[3]).toBeCloseTo(130 / 120 - 1, 12);
  });
});
