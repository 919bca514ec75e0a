/**
 * The sampler against random points and against the medians measured of Optuna, on functions whose minimum is known.
 */
import { describe, expect, it } from 'vitest';
import { axesOf } from '../../../../domain/learning/search/axis.ts';
import { ask, type Search, tell, uniformPoint } from '../../../../domain/learning/search/tpe.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { quantile } from '../../../../domain/quantile.ts';
import type { SearchPoint } from '../../../../schemas/search-space.ts';
import { goldenJson } from '../golden-json.ts';
import { BRANIN, HARTMANN6, ROSENBROCK4, type TestFunction } from './functions.ts';

const TRIALS = 100;
/** Median regret after 100 trials of Optuna's multivariate sampler over 20 seeds. */
const OPTUNA = { branin: 0.018842931599921786, hartmann6: 0.09433160137898056, rosenbrock4: 3.2034598624265547 };

type Golden = {
  functions: Record<string, { points: { x: number[]; f: number }[] }>;
  regret: Record<string, Record<string, Record<string, { median: number }>>>;
};
const golden = goldenJson<Golden>('reference/optimiser_benchmarks.json');

const valueAt = ({ at }: TestFunction, point: SearchPoint): number => at(Object.values(point).map(Number));

function regretOfSearch(goal: TestFunction, seed: number): number {
  let search: Search = { space: goal.space, direction: 'minimize', seed, trials: [] };
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const point = ask(search);
    search = tell(search, { point, value: valueAt(goal, point) });
  }
  return Math.min(...search.trials.map(({ value }) => value ?? Number.POSITIVE_INFINITY)) - goal.minimum;
}

function regretOfChance(goal: TestFunction, seed: number): number {
  const [axes, random] = [axesOf(goal.space), createRandom(`chance:${seed}`)];
  const values = Array.from({ length: TRIALS }, () => valueAt(goal, uniformPoint(goal.space, axes, random)));
  return Math.min(...values) - goal.minimum;
}

const medianOf = (regret: (goal: TestFunction, seed: number) => number, goal: TestFunction, from: number): number =>
  quantile(
    Array.from({ length: 20 }, (_, k) => regret(goal, from + k)),
    0.5,
  );

describe.skipIf(golden === null)('the functions and the medians', () => {
  it.each([BRANIN, HARTMANN6, ROSENBROCK4])('are the published ones: $name', (goal) => {
    const points = golden?.functions[goal.name.replace('4', '')]?.points ?? [];
    expect(points.length).toBeGreaterThan(1);
    for (const { x, f } of points) expect(goal.at(x)).toBeCloseTo(f, 9);
    const { median } = golden?.regret[goal.name]?.tpe_multivariate_v5_default?.['100'] ?? {};
    expect(OPTUNA[goal.name as keyof typeof OPTUNA]).toBe(median);
  });
});

describe('the best of 100 trials', () => {
  const lines: string[] = [];

  it.each(
    [BRANIN, HARTMANN6, ROSENBROCK4].flatMap((goal) => [0, 100].map((from) => ({ goal, name: goal.name, from }))),
  )('$name, seeds from $from: beats chance, within twice the median of Optuna', ({ goal, name, from }) => {
    const [tpe, chance] = [medianOf(regretOfSearch, goal, from), medianOf(regretOfChance, goal, from)];
    const optuna = OPTUNA[name as keyof typeof OPTUNA];
    const seeds = `${from}-${from + 19}`;
    const cells = [chance, tpe, optuna].map((value) => value.toFixed(4).padStart(10));
    lines.push(`${name.padEnd(12)}${seeds.padStart(8)}${cells.join('')}`);
    if (lines.length === 6) console.info(['regret         seeds    chance       tpe    optuna', ...lines].join('\n'));
    expect(tpe).toBeLessThan(chance);
    expect(tpe).toBeLessThanOrEqual(2 * optuna);
  });
});
