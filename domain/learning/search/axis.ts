/**
 * Parameters as coordinates that the sampler works on: numbers from 0 to 1 along the range (or along its logarithm),
 * whole numbers as the middles of equal cells, choices as their place in the list. Nothing is sampled here.
 */
import type { SearchParameter, SearchPoint, SearchSpace } from '../../../schemas/search-space.ts';

/** `cellCount` 0: values between any two are possible, or whole numbers on a log scale. `choiceCount` 0: a number. */
export type Axis = {
  readonly name: string;
  readonly cellCount: number;
  readonly choiceCount: number;
  readonly toCoordinate: (value: unknown) => number;
  readonly toValue: (coordinate: number) => string | number | boolean;
};

/** One axis a parameter, in the order of the space. */
export const axesOf = (space: SearchSpace): Axis[] =>
  Object.entries(space.parameters).map(([name, parameter]) => axisOf(name, parameter));

function axisOf(name: string, parameter: SearchParameter): Axis {
  if (parameter.kind === 'categorical') return choiceAxis(name, parameter.choices);
  return parameter.log ? logAxis(name, parameter) : linearAxis(name, parameter);
}

type NumberParameter = Exclude<SearchParameter, { kind: 'categorical' }>;

function linearAxis(name: string, { kind, low, high }: NumberParameter): Axis {
  const half = kind === 'integer' ? 0.5 : 0;
  const cells = kind === 'integer' ? high - low + 1 : 0;
  return numberAxis(
    name,
    { kind, low, high, cellCount: cells },
    {
      from: low - half,
      to: high + half,
      inward: (value) => value,
      outward: (value) => value,
    },
  );
}

function logAxis(name: string, { kind, low, high }: NumberParameter): Axis {
  const half = kind === 'integer' ? 0.5 : 0;
  return numberAxis(
    name,
    { kind, low, high, cellCount: 0 },
    {
      from: Math.log(low - half),
      to: Math.log(high + half),
      inward: Math.log,
      outward: Math.exp,
    },
  );
}

type Range = {
  readonly kind: 'integer' | 'float';
  readonly low: number;
  readonly high: number;
  readonly cellCount: number;
};
type Scale = {
  readonly from: number;
  readonly to: number;
  readonly inward: (value: number) => number;
  readonly outward: (value: number) => number;
};

function numberAxis(name: string, { kind, low, high, cellCount }: Range, scale: Scale): Axis {
  const width = scale.to - scale.from;
  return {
    name,
    cellCount,
    choiceCount: 0,
    toCoordinate: (value) => {
      if (typeof value !== 'number' || !(value >= low && value <= high))
        throw outOfRange(name, value, `${low} to ${high}`);
      if (kind === 'integer' && !Number.isInteger(value)) throw outOfRange(name, value, 'a whole number');
      return width === 0 ? 0.5 : (scale.inward(value) - scale.from) / width;
    },
    toValue: (coordinate) => {
      const value = scale.outward(scale.from + coordinate * width);
      return Math.min(high, Math.max(low, kind === 'integer' ? Math.round(value) : value));
    },
  };
}

function choiceAxis(name: string, choices: readonly (string | number | boolean)[]): Axis {
  return {
    name,
    cellCount: 0,
    choiceCount: choices.length,
    toCoordinate: (value) => {
      const index = choices.indexOf(value as string);
      if (index < 0) throw outOfRange(name, value, `one of ${choices.join(', ')}`);
      return index;
    },
    toValue: (coordinate) => choices[coordinate] as string | number | boolean,
  };
}

const outOfRange = (name: string, value: unknown, expected: string): RangeError =>
  new RangeError(`${name}: got ${String(value)}, expected ${expected}`);

/** The coordinates of a point. @throws RangeError for a parameter that is absent, unknown or out of its range */
export function coordinatesOf(axes: readonly Axis[], point: SearchPoint): Float64Array {
  const coordinates = new Float64Array(axes.length);
  for (let k = 0; k < axes.length; k += 1) {
    const axis = axes[k] as Axis;
    coordinates[k] = axis.toCoordinate(point[axis.name]);
  }
  if (Object.keys(point).length > axes.length) throw new RangeError(unknownName(axes, point));
  return coordinates;
}

function unknownName(axes: readonly Axis[], point: SearchPoint): string {
  const unknown = Object.keys(point).filter((name) => !axes.some((axis) => axis.name === name));
  return `${unknown.join(', ')}: no parameter of this space`;
}

/** The point at these coordinates, its parameters in the order of the axes. */
export const pointAt = (axes: readonly Axis[], coordinates: Float64Array): SearchPoint =>
  Object.fromEntries(axes.map((axis, k) => [axis.name, axis.toValue(coordinates[k] as number)]));

/** Whether each `lower` is below its `upper`. */
export const isAllowed = (space: SearchSpace, point: SearchPoint): boolean =>
  space.constraints.every(({ lower, upper }) => Number(point[lower]) < Number(point[upper]));

/** The middle of the cell that a coordinate lies in. */
export const cellMiddle = (coordinate: number, cellCount: number): number =>
  (Math.min(cellCount - 1, Math.floor(coordinate * cellCount)) + 0.5) / cellCount;
