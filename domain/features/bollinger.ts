/**
 * Bollinger bands, in the unit of the values: middle = SMA, upper and lower = middle ± width · population deviation.
 * `position` (%B) is 0 at the lower and 1 at the upper band, 0.5 where the bands coincide;
 * `width` is (upper - lower) / middle, a fraction. Both seeds agree.
 */
import { outputColumn } from './kernel.ts';
import { windowDeviation, windowMean } from './window-moments.ts';

export type BollingerColumns = {
  readonly upper: Float64Array;
  readonly middle: Float64Array;
  readonly lower: Float64Array;
  readonly position: Float64Array;
  readonly width: Float64Array;
};

const MIDDLE_POSITION = 0.5;

/** Warm-up: first value at index period - 1. @throws RangeError for a period below 1 */
export function bollinger(
  values: Float64Array,
  period: number,
  deviations: number,
  out?: BollingerColumns,
): BollingerColumns {
  const middle = windowMean(values, period, out?.middle);
  const spread = windowDeviation(values, period, 'population', out?.width);
  const upper = outputColumn(values.length, out?.upper);
  const lower = outputColumn(values.length, out?.lower);
  const position = outputColumn(values.length, out?.position);
  for (let i = 0; i < values.length; i += 1) {
    const centre = middle[i] as number;
    const reach = (spread[i] as number) * deviations;
    upper[i] = centre + reach;
    lower[i] = centre - reach;
    position[i] = reach === 0 ? MIDDLE_POSITION : ((values[i] as number) - (centre - reach)) / (2 * reach);
    spread[i] = (2 * reach) / centre;
  }
  return { upper, middle, lower, position, width: spread };
}
