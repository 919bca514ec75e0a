/**
 * A search that is narrowed around what has won before: at most every fifth of its trials is drawn near one of these
 * points, the rest by the sampler, which learns from all of them. What won yesterday is a hint and no answer.
 */
import type { SearchParameter, SearchPoint, SearchPrior, SearchSpace } from '../../../schemas/search-space.ts';
import { createRandom } from '../../market/random.ts';
import { normalQuantile } from '../../normal-distribution.ts';
import { axesOf, cellMiddle, coordinatesOf, isAllowed, pointAt } from './axis.ts';

/** Standard deviation around a point, as a share of each range; chosen. */
const SPREAD = 0.1;
const DRAWS_MAX = 20;

/**
 * The point of this trial, or null where the sampler asks: of n trials at most weight × n
 * come from here. Depends on seed and trial only.
 */
export function priorPoint(
  space: SearchSpace,
  { weight, points }: SearchPrior,
  at: { readonly seed: number; readonly trial: number },
): SearchPoint | null {
  const drawn = Math.floor((at.trial + 1) * weight);
  if (drawn === Math.floor(at.trial * weight)) return null;
  const middle = pointWithin(space, points[(drawn - 1) % points.length] ?? {});
  if (middle === null) return null;
  const axes = axesOf(space);
  const coordinates = coordinatesOf(axes, middle);
  const random = createRandom(`prior:${at.seed}:${at.trial}`);
  for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
    const moved = coordinates.map((value, k) => {
      const axis = axes[k];
      if (axis === undefined || axis.choiceCount > 0) return value;
      const near = Math.min(1, Math.max(0, value + SPREAD * normalQuantile(Math.max(random.uniform(), 1e-12))));
      return axis.cellCount > 0 ? cellMiddle(near, axis.cellCount) : near;
    });
    const point = pointAt(axes, moved);
    if (isAllowed(space, point)) return point;
  }
  return null;
}

/**
 * Parameters that were traded as a point of this space: those outside a
 * range move to its end, absent ones to its middle.
 * Null where they break a constraint.
 */
export function pointWithin(space: SearchSpace, traded: Readonly<Record<string, unknown>>): SearchPoint | null {
  const entries = Object.entries(space.parameters).map(([name, parameter]) => [name, within(parameter, traded[name])]);
  const point = Object.fromEntries(entries) as SearchPoint;
  return isAllowed(space, point) ? point : null;
}

function within(parameter: SearchParameter, value: unknown): string | number | boolean {
  if (parameter.kind === 'categorical')
    return parameter.choices.find((one) => one === value) ?? (parameter.choices[0] as string | number | boolean);
  const { low, high, kind } = parameter;
  const inside = Math.min(high, Math.max(low, typeof value === 'number' ? value : (low + high) / 2));
  return kind === 'integer' ? Math.round(inside) : inside;
}
