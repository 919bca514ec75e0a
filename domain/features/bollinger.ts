/**
 * Bollinger bands, in the unit of the values: middle = SMA, upper and lower = middle ± width · population deviation.
 * `position` (%B) is 0 at the lower and 1 at the upper band, 0.5 where the bands coincide;
 * `width` is (upper - lower) / middle, a fraction. Both seeds agree.
 */
import { columnFrom, firstKnown, requirePeriod } from './kernel.ts';
import { fillTail } from './window-moments.ts';

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
  requirePeriod('period', period);
  const first = firstKnown(values);
  const column = (reuse?: Float64Array): Float64Array => columnFrom(values.length, first + period - 1, reuse);
  const bands = {
    upper: column(out?.upper),
    middle: column(out?.middle),
    lower: column(out?.lower),
    position: column(out?.position),
    width: column(out?.width),
  };
  fillBands(values, first, period, deviations, bands);
  return bands;
}

/** One pass over the windows of `window-moments.ts`: all five columns come out of the same sums. */
function fillBands(
  values: Float64Array,
  first: number,
  period: number,
  deviations: number,
  bands: BollingerColumns,
): void {
  const { upper, middle, lower, position, width } = bands;
  const tail = new Float64Array(period);
  const tailSquares = new Float64Array(period);
  for (let start = first; start < values.length; start += period) {
    const anchor = values[start] as number;
    if (start > first) fillTail(values, start, anchor, tail, tailSquares);
    let sum = 0;
    let squares = 0;
    const end = Math.min(start + period, values.length);
    for (let i = start; i < end; i += 1) {
      const value = values[i] as number;
      const distance = value - anchor;
      sum += distance;
      squares += distance * distance;
      const missing = start + period - 1 - i;
      if (start === first && missing > 0) continue;
      const total = sum + (tail[missing] as number);
      const spread = squares + (tailSquares[missing] as number) - (total * total) / period;
      const centre = anchor + total / period;
      const reach = spread > 0 ? Math.sqrt(spread / period) * deviations : 0;
      upper[i] = centre + reach;
      middle[i] = centre;
      lower[i] = centre - reach;
      position[i] = reach === 0 ? MIDDLE_POSITION : (value - (centre - reach)) / (2 * reach);
      width[i] = (2 * reach) / centre;
    }
  }
}
