/**
 * Relative strength index (Wilder), 0 to 100: 100 · gain / (gain + loss), both smoothed by Wilder's average.
 * Seeded with the plain mean of the first `period` changes; both seeds agree. No change at all gives 50.
 */
import { firstKnown, outputColumn, requirePeriod } from './kernel.ts';

const NEUTRAL = 50;

/** Warm-up: first value at index `period`. @throws RangeError for a period below 1 */
export function relativeStrengthIndex(values: Float64Array, period: number, out?: Float64Array): Float64Array {
  requirePeriod('period', period);
  const column = outputColumn(values.length, out);
  const first = firstKnown(values);
  const seedIndex = first + period;
  if (seedIndex >= values.length) return column;
  let [gain, loss] = seedAverages(values, first, period);
  column[seedIndex] = strength(gain, loss);
  const weight = 1 / period;
  for (let i = seedIndex + 1; i < values.length; i += 1) {
    const change = (values[i] as number) - (values[i - 1] as number);
    const size = Math.abs(change);
    // (|d| + d) / 2 is the gain and (|d| - d) / 2 the loss: no branch on the direction of the price.
    gain += ((size + change) * 0.5 - gain) * weight;
    loss += ((size - change) * 0.5 - loss) * weight;
    column[i] = strength(gain, loss);
  }
  return column;
}

function seedAverages(values: Float64Array, first: number, period: number): [gain: number, loss: number] {
  let gain = 0;
  let loss = 0;
  for (let i = first + 1; i <= first + period; i += 1) {
    const change = (values[i] as number) - (values[i - 1] as number);
    gain += Math.max(change, 0);
    loss += Math.max(-change, 0);
  }
  return [gain / period, loss / period];
}

const strength = (gain: number, loss: number): number => (gain + loss === 0 ? NEUTRAL : (100 * gain) / (gain + loss));
