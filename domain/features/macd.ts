/**
 * MACD, in the unit of the values: line = EMA(fast) - EMA(slow), signal = EMA of the line, histogram = line - signal.
 * Seeds differ: `stockcharts` seeds each EMA with the mean of its own first values; `talib` starts the fast one later,
 * so that both have their seed at index slow - 1. The signal is seeded with the mean of the first line values in both.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import { exponentialMovingAverage, exponentialMovingAverageFrom } from './exponential-moving-average.ts';
import { firstKnown, outputColumn, requirePeriod } from './kernel.ts';

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
  const first = firstKnown(values);
  const fastFrom = seed === 'talib' ? first + slow - fast : first;
  const line = exponentialMovingAverageFrom(values, fast, fastFrom, out?.line);
  const slowAverage = exponentialMovingAverageFrom(values, slow, first, out?.histogram);
  for (let i = 0; i < line.length; i += 1) line[i] = (line[i] as number) - (slowAverage[i] as number);
  const signalLine = exponentialMovingAverage(line, signal, out?.signal);
  const histogram = outputColumn(values.length, slowAverage);
  for (let i = 0; i < line.length; i += 1) histogram[i] = (line[i] as number) - (signalLine[i] as number);
  return { line, signal: signalLine, histogram };
}
