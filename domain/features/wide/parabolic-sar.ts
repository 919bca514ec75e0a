/**
 * Parabolic stop and reverse as R's TTR reckons it, in price units: the stop of a bar is held below the lows (above the
 * highs) of the bar and the one before, and the trend turns when the bar reaches the stop of the bar BEFORE it.
 * Wilder's own rule holds the stop behind the two bars before and turns at the stop of the bar itself.
 * TTR compares the acceleration with `max` exactly: ten steps of 0.02 are 0.19999999999999998, so it passes 0.2. Kept,
 * as this rule is here to be equal to TTR's.
 */
import { type BarColumns, outputColumn } from '../kernel.ts';

export type SarSteps = { readonly step: number; readonly max: number };

/** Starts rising, `initialGap` (price units) below the first low. No warm-up. */
export function parabolicSarTtr({ high, low }: BarColumns, { step, max }: SarSteps, initialGap: number): Float64Array {
  const column = outputColumn(high.length);
  if (high.length === 0) return column;
  let trend = 1;
  let extreme = high[0] as number;
  let acceleration = step;
  let stop = (low[0] as number) - initialGap;
  column[0] = stop;
  for (let i = 1; i < high.length; i += 1) {
    const bottom = Math.min(low[i - 1] as number, low[i] as number);
    const top = Math.max(high[i - 1] as number, high[i] as number);
    const held = trend === 1 ? (low[i] as number) > stop : (high[i] as number) < stop;
    const reached = trend === 1 ? Math.max(top, extreme) : Math.min(bottom, extreme);
    if (held) {
      stop += (extreme - stop) * acceleration;
      stop = trend === 1 ? Math.min(stop, bottom) : Math.max(stop, top);
      if (reached !== extreme && acceleration !== max) acceleration += step;
    } else {
      trend = -trend;
      acceleration = step;
      stop = reached;
    }
    extreme = reached;
    column[i] = stop;
  }
  return column;
}
