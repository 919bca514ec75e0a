import { expect, it } from 'vitest';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { describeQuality } from '../../../domain/market/data-quality.ts';
import { findGaps } from '../../../domain/market/gaps.ts';

const HOUR = 3_600_000;
const START = Date.parse('2024-01-31T20:00:00Z');

const series = (hours: readonly number[], closes: readonly number[] = []) =>
  seriesFromRows(
    'BTC/USDT',
    HOUR,
    hours.map((hour, i) => {
      const close = closes[i] ?? 100;
      const prices = { open: close, high: close, low: close, close };
      return { openTimeMs: START + hour * HOUR, ...prices, volume: hour % 2 };
    }),
  );

it('counts bars, gaps, bars without volume and jumps into their months, also months without any bar', () => {
  // 20:00 to 22:00 on 31 January, then nothing until 1 April 00:00; February 2024 has 29 days.
  const hours = [0, 1, 2, 4 + 24 * 60, 5 + 24 * 60];
  const bars = series(hours, [100, 100, 100, 20, 20]);
  const quality = describeQuality(bars, findGaps(bars));
  expect(quality.months).toEqual([
    { month: '2024-01', bars: 3, missing: 1, zeroVolume: 2, jumps: 0 },
    { month: '2024-02', bars: 0, missing: 29 * 24, zeroVolume: 0, jumps: 0 },
    { month: '2024-03', bars: 0, missing: 31 * 24, zeroVolume: 0, jumps: 0 },
    { month: '2024-04', bars: 2, missing: 0, zeroVolume: 1, jumps: 1 },
  ]);
  const missing = 1 + 60 * 24;
  expect(quality).toMatchObject({ rows: 5, missing, zeroVolume: 3, missingFraction: missing / (missing + 5) });
  expect(quality.jumps).toEqual([START + (4 + 24 * 60) * HOUR]);
});

it('describes an empty series', () => {
  expect(describeQuality(series([]), [])).toEqual({
    ...{ rows: 0, missing: 0, missingFraction: 0, zeroVolume: 0, jumps: [], months: [] },
  });
});
