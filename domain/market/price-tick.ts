/** The tick: the step on which a venue takes prices. Judged in exact decimals; an unknown tick is not checked. */
import { type Problem, problem } from '../../schemas/problem.ts';
import { toDecimal } from '../decimal.ts';

/** Whether `price` is a whole multiple of `tick`, both plain decimals above 0. */
export const isOnTick = (price: string, tick: string): boolean => toDecimal(price).mod(toDecimal(tick)).isZero();

/** PRICE_TICK at `path`, or null. `tick` null = unknown: nothing is checked. */
export function tickProblem(path: string, price: string, tick: string | null): Problem | null {
  if (tick === null || isOnTick(price, tick)) return null;
  const hint = `the nearest is ${toDecimal(price).toNearest(toDecimal(tick)).toFixed()}`;
  return problem('PRICE_TICK', path, price, `a multiple of the tick ${tick}`, hint);
}
