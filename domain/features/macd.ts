/**
 * MACD, in the unit of the values: line = EMA(fast) - EMA(slow), signal = EMA of the line, histogram = line - signal.
 * Seeds differ: `stockcharts` seeds each EMA with the mean of its own first values; `talib` starts the fast one later,
 * so that both have their seed at index slow - 1. The signal is seeded with the mean of the first line values in both.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import { columnFrom, firstKnown, meanOf, requirePeriod } from './kernel.ts';

export type MacdPeriods = { readonly fast: number; readonly slow: number; readonly signal: number };
export type MacdColumns = {
  readonly line: Float64Array;
  readonly signal: Float64Array;
  readonly histogram: Float64Array;
};

/**
 * Warm-up: line first at index slow - 1, signal and histogram at slow + signal - 2.
 * @throws RangeError when fast is not below slow
 */
export function macd(
  values: Float64Array,
  { fast, slow, signal }: MacdPeriods,
  seed: IndicatorSeed,
  out?: MacdColumns,
): MacdColumns {
  requirePeriod('fast', fast);
  requirePeriod('slow', slow, fast + 1);
  requirePeriod('signal', signal);
  const count = values.length;
  const first = firstKnown(values);
  const from = first + slow - 1;
  const signalFrom = from + signal - 1;
  const columns = {
    line: columnFrom(count, from, out?.line),
    signal: columnFrom(count, signalFrom, out?.signal),
    histogram: columnFrom(count, signalFrom, out?.histogram),
  };
  if (from < count)
    fillLines(values, { fast, slow, signal }, seed === 'talib' ? from - fast + 1 : first, from, columns);
  return columns;
}

/** One pass for all three averages; the fast one is seeded with the values from `fastFrom`. */
function fillLines(
  values: Float64Array,
  { fast, slow, signal }: MacdPeriods,
  fastFrom: number,
  from: number,
  { line, signal: signalLine, histogram }: MacdColumns,
): void {
  const [fastWeight, slowWeight, signalWeight] = [2 / (fast + 1), 2 / (slow + 1), 2 / (signal + 1)];
  let quick = meanOf(values, fastFrom, fast);
  for (let i = fastFrom + fast; i <= from; i += 1) quick += ((values[i] as number) - quick) * fastWeight;
  let calm = meanOf(values, from - slow + 1, slow);
  line[from] = quick - calm;
  const signalFrom = from + signal - 1;
  const head = Math.min(signalFrom, values.length - 1);
  for (let i = from + 1; i <= head; i += 1) {
    const value = values[i] as number;
    quick += (value - quick) * fastWeight;
    calm += (value - calm) * slowWeight;
    line[i] = quick - calm;
  }
  if (signalFrom >= values.length) return;
  let average = meanOf(line, from, signal);
  signalLine[signalFrom] = average;
  histogram[signalFrom] = (line[signalFrom] as number) - average;
  for (let i = signalFrom + 1; i < values.length; i += 1) {
    const value = values[i] as number;
    quick += (value - quick) * fastWeight;
    calm += (value - calm) * slowWeight;
    const distance = quick - calm;
    average += (distance - average) * signalWeight;
    line[i] = distance;
    signalLine[i] = average;
    histogram[i] = distance - average;
  }
}
