/**
 * How far equity has fallen: in the present day, from its highest, and at worst. Fractions of the higher value, 0 to 1.
 */
import { type DayZone, dayIn } from '../../market/trading-day.ts';

/** 1 - now/before; 0 where nothing was lost. `before` above 0. */
export const fallFraction = (before: number, now: number): number => Math.max(0, 1 - now / before);

export type Drawdowns = {
  readonly dailyFraction: number;
  readonly peakFraction: number;
  readonly maxFraction: number;
};

/**
 * @param curve [instant in ms, equity above 0], oldest first, at least one. The day begins with the last equity before
 *   its first instant, or with its own first one where there is none
 */
export function curveDrawdowns(curve: readonly (readonly [number, number])[], zone: DayZone = 'UTC'): Drawdowns {
  const [lastMs, last] = curve.at(-1) ?? [0, Number.NaN];
  const today = dayIn(zone, lastMs);
  const before = curve.findLast(([atMs]) => dayIn(zone, atMs) < today) ?? curve[0];
  let [peak, deepest] = [0, 0];
  for (const [, equity] of curve) {
    peak = Math.max(peak, equity);
    deepest = Math.max(deepest, fallFraction(peak, equity));
  }
  return {
    dailyFraction: fallFraction(before?.[1] ?? last, last),
    peakFraction: fallFraction(peak, last),
    maxFraction: deepest,
  };
}
