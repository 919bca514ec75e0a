/**
 * Directional movement (Wilder): +DI, -DI, DX and ADX, 0 to 100, and the smoothed sums of +DM and -DM in price units.
 * Seeds differ: `talib` sums the first period - 1 movements and then decays, `stockcharts` sums the first `period`.
 * ADX is Wilder's average of DX, seeded with the mean of the first `period`
 * DX values. A market that does not move gives 0.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import { wilderAverage } from './average-true-range.ts';
import { type BarColumns, columnFrom, requirePeriod } from './kernel.ts';

export type AdxColumns = {
  readonly adx: Float64Array;
  readonly plusDi: Float64Array;
  readonly minusDi: Float64Array;
  readonly dx: Float64Array;
  readonly plusDm: Float64Array;
  readonly minusDm: Float64Array;
};

/**
 * Warm-up: DI and DX first at index `period`, ADX at 2 · period - 1, DM sums at the index of their seed.
 * @throws RangeError for a period below 1
 */
export function averageDirectionalIndex(
  bars: BarColumns,
  period: number,
  seed: IndicatorSeed,
  out?: AdxColumns,
): AdxColumns {
  requirePeriod('period', period);
  const length = bars.close.length;
  const seedIndex = seed === 'talib' ? period - 1 : period;
  const columns = {
    plusDi: columnFrom(length, period, out?.plusDi),
    minusDi: columnFrom(length, period, out?.minusDi),
    dx: columnFrom(length, period, out?.dx),
    plusDm: columnFrom(length, seedIndex, out?.plusDm),
    minusDm: columnFrom(length, seedIndex, out?.minusDm),
  };
  fillDirections(bars, period, seedIndex, columns);
  return { ...columns, adx: wilderAverage(columns.dx, period, out?.adx) };
}

/**
 * Sums movements and ranges up to index `seedIndex`, then decays them: s - s / period + v. The sums go through first, the
 * quotients after them: three chains that wait for themselves, and then divisions that wait for nothing.
 */
function fillDirections(
  { high, low, close }: BarColumns,
  period: number,
  seedIndex: number,
  { plusDi, minusDi, dx, plusDm, minusDm }: Omit<AdxColumns, 'adx'>,
): void {
  const rate = 1 / period;
  const ranges = dx;
  let plus = 0;
  let minus = 0;
  let range = 0;
  for (let i = 1; i < close.length; i += 1) {
    const before = close[i - 1] as number;
    const top = high[i] as number;
    const bottom = low[i] as number;
    const rise = top - (high[i - 1] as number);
    const fall = (low[i - 1] as number) - bottom;
    const up = (rise + Math.abs(rise)) * 0.5;
    const down = (fall + Math.abs(fall)) * 0.5;
    const decay = i > seedIndex ? rate : 0;
    // Only the larger movement counts. A product instead of a branch, which would be guessed wrong every other bar.
    plus += up * Number(up > down) - plus * decay;
    minus += down * Number(down > up) - minus * decay;
    range += (top > before ? top : before) - (bottom < before ? bottom : before) - range * decay;
    if (i < seedIndex) continue;
    plusDm[i] = plus;
    minusDm[i] = minus;
    if (i >= period) ranges[i] = range;
  }
  for (let i = period; i < close.length; i += 1) {
    const sum = ranges[i] as number;
    const rising = sum === 0 ? 0 : (100 * (plusDm[i] as number)) / sum;
    const falling = sum === 0 ? 0 : (100 * (minusDm[i] as number)) / sum;
    const total = rising + falling;
    plusDi[i] = rising;
    minusDi[i] = falling;
    dx[i] = total === 0 ? 0 : (100 * Math.abs(rising - falling)) / total;
  }
}
