/** Functions whose minimum is known, for searches; their constants are the published ones. All are to be made small. */
import type { SearchSpace } from '../../../../schemas/search-space.ts';

export type TestFunction = {
  readonly name: string;
  readonly space: SearchSpace;
  readonly minimum: number;
  readonly at: (x: readonly number[]) => number;
};

/** Parameters x1, x2, … with these ranges. */
export const boxOf = (...ranges: readonly (readonly [number, number])[]): SearchSpace => ({
  parameters: Object.fromEntries(
    ranges.map(([low, high], k) => [`x${k + 1}`, { kind: 'float', low, high, log: false } as const]),
  ),
  constraints: [],
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const place = (x: readonly number[], k: number): number => x[k] ?? Number.NaN;

const branin = (x: readonly number[]): number => {
  const [a, b] = [place(x, 0), place(x, 1)];
  const bend = b - (5.1 / (4 * Math.PI ** 2)) * a * a + (5 / Math.PI) * a - 6;
  return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) + 10;
};

const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
const HARTMANN_ALPHA = [1, 1.2, 3, 3.2];

const hartmann6 = (x: readonly number[]): number =>
  -sum(
    HARTMANN_ALPHA.map((alpha, i) => {
      const away = sum(x.map((value, j) => (HARTMANN_A[i]?.[j] ?? 0) * (value - (HARTMANN_P[i]?.[j] ?? 0)) ** 2));
      return alpha * Math.exp(-away);
    }),
  );

const rosenbrock = (x: readonly number[]): number =>
  sum(x.slice(1).map((next, k) => 100 * (next - place(x, k) ** 2) ** 2 + (1 - place(x, k)) ** 2));

export const BRANIN: TestFunction = {
  name: 'branin',
  space: boxOf([-5, 10], [0, 15]),
  minimum: 0.397887,
  at: branin,
};
export const HARTMANN6: TestFunction = {
  name: 'hartmann6',
  space: boxOf(...new Array<[number, number]>(6).fill([0, 1])),
  minimum: -3.32237,
  at: hartmann6,
};
export const ROSENBROCK4: TestFunction = {
  name: 'rosenbrock4',
  space: boxOf(...new Array<[number, number]>(4).fill([-2, 2])),
  minimum: 0,
  at: rosenbrock,
};
