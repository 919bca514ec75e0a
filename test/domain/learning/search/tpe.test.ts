/** The sampler: always within the space and its constraints, the same for the same seed, and drawn to what was good. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, type Search, tell } from '../../../../domain/learning/search/tpe.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { type SearchPoint, type SearchSpace, searchSpaceSchema } from '../../../../schemas/search-space.ts';

const SPACE: SearchSpace = searchSpaceSchema.parse({
  parameters: {
    fast: { kind: 'integer', low: 5, high: 50 },
    slow: { kind: 'integer', low: 20, high: 200 },
    threshold: { kind: 'float', low: 0.001, high: 1, log: true },
    bars: { kind: 'integer', low: 1, high: 5_000, log: true },
    stop: { kind: 'float', low: 0.5, high: 5 },
    average: { kind: 'categorical', choices: ['sma', 'ema', 3, true] },
  },
  constraints: [{ lower: 'fast', upper: 'slow' }],
});

const start = (space: SearchSpace, seed = 1): Search => ({ space, direction: 'minimize', seed, trials: [] });

function run(search: Search, count: number, value: (point: SearchPoint) => number | null): Search {
  let state = search;
  for (let trial = 0; trial < count; trial += 1) {
    const point = ask(state);
    state = tell(state, { point, value: value(point) });
  }
  return state;
}

function expectWithin(point: SearchPoint): void {
  expect(Object.keys(point)).toEqual(Object.keys(SPACE.parameters));
  for (const [name, parameter] of Object.entries(SPACE.parameters)) {
    const value = point[name] as number;
    if (parameter.kind === 'categorical') expect(parameter.choices).toContain(value);
    else {
      expect(value).toBeGreaterThanOrEqual(parameter.low);
      expect(value).toBeLessThanOrEqual(parameter.high);
      if (parameter.kind === 'integer') expect(Number.isInteger(value)).toBe(true);
    }
  }
  expect(Number(point.fast)).toBeLessThan(Number(point.slow));
}

describe('ask', () => {
  it('stays within every range, on whole numbers, with fast below slow, whatever the values were', () => {
    const values = fc.array(fc.option(fc.double({ noNaN: false })), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), values, (seed, told) => {
        const { trials } = run(start(SPACE, seed), 30, () => told.pop() ?? null);
        for (const { point } of trials) expectWithin(point);
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same point for the same history and seed, and another for another seed or one more trial', () => {
    const { trials } = run(start(SPACE), 25, (point) => Number(point.stop));
    const search = { ...start(SPACE), trials };
    expect(ask(search)).toEqual(ask(structuredClone(search)));
    expect(ask({ ...search, seed: 2 })).not.toEqual(ask(search));
    expect(ask(tell(search, { point: ask(search), value: null }))).not.toEqual(ask(search));
  });

  it('goes up where values are to be maximized: the same points for negated values', () => {
    const search = run(start(SPACE), 30, (point) => Number(point.stop) + Number(point.fast));
    const negated = search.trials.map(({ point, value }) => ({ point, value: -(value ?? 0) }));
    expect(ask({ ...search, direction: 'maximize', trials: negated })).toEqual(ask(search));
  });

  it('finds the choice and the order of magnitude that are best', () => {
    const cost = (point: SearchPoint) =>
      Math.abs(Math.log10(Number(point.threshold)) + 2) + (point.average === 'ema' ? 0 : 1);
    const { trials } = run(start(SPACE), 100, cost);
    const late = trials.slice(60).map(({ point }) => point);
    expect(late.filter((point) => point.average === 'ema').length).toBeGreaterThan(25);
    expect(late.filter((point) => Math.abs(Math.log10(Number(point.threshold)) + 2) < 0.5).length).toBeGreaterThan(25);
  });

  it('keeps away from where trials failed', () => {
    const box = searchSpaceSchema.parse({ parameters: { x: { kind: 'float', low: 0, high: 1 } } });
    const { trials } = run(start(box), 80, ({ x }) => (Number(x) < 0.5 ? null : Math.abs(Number(x) - 0.55)));
    expect(trials.slice(40).filter(({ point }) => Number(point.x) < 0.5).length).toBeLessThan(13);
  });

  it('asked for several points at once gives different ones: those under way count', () => {
    const search = run(start(SPACE), 20, (point) => Number(point.stop));
    const batch = run(search, 8, () => null).trials.slice(20);
    expect(new Set(batch.map(({ point }) => JSON.stringify(point))).size).toBe(8);
  });

  it('tries each of a few whole numbers once before it repeats any', () => {
    const grid = searchSpaceSchema.parse({
      parameters: { n: { kind: 'integer', low: 1, high: 30 }, side: { kind: 'categorical', choices: ['a', 'b'] } },
    });
    const search = run(start(grid), 45, ({ n }) => Math.abs(Number(n) - 12));
    const seen = search.trials.slice(10).map(({ point }) => JSON.stringify(point));
    expect(new Set(seen).size).toBe(seen.length);
    expect(run(search, 60, ({ n }) => Number(n)).trials).toHaveLength(105);
  });

  it('finds a narrow allowed corner, and refuses a space without one', () => {
    const narrow = searchSpaceSchema.parse({
      parameters: { a: { kind: 'integer', low: 1, high: 100 }, b: { kind: 'integer', low: 1, high: 3 } },
      constraints: [{ lower: 'a', upper: 'b' }],
    });
    const { trials } = run(start(narrow), 30, ({ a, b }) => Number(a) + Number(b));
    expect(trials.every(({ point }) => Number(point.a) < Number(point.b))).toBe(true);
    const cycle = { ...SPACE, constraints: [...SPACE.constraints, { lower: 'slow', upper: 'fast' }] };
    expect(() => ask(start(cycle))).toThrow('no point within the constraints');
  });

  it('works on one fixed value, one choice, and equal values throughout', () => {
    const fixed = searchSpaceSchema.parse({
      parameters: {
        n: { kind: 'integer', low: 7, high: 7 },
        x: { kind: 'float', low: 2, high: 2 },
        c: { kind: 'categorical', choices: ['only'] },
      },
    });
    const { trials } = run(start(fixed), 20, () => 1);
    expect(trials.at(-1)?.point).toEqual({ n: 7, x: 2, c: 'only' });
  });

  it.each([
    [{ fast: 10 }, 'slow: got undefined'],
    [
      { fast: 10.5, slow: 50, threshold: 0.1, bars: 5, stop: 1, average: 'sma' },
      'fast: got 10.5, expected a whole number',
    ],
    [{ fast: 10, slow: 500, threshold: 0.1, bars: 5, stop: 1, average: 'sma' }, 'slow: got 500, expected 20 to 200'],
    [{ fast: 10, slow: 50, threshold: 0.1, bars: 5, stop: 1, average: 'wma' }, 'average: got wma'],
    [{ fast: 10, slow: 50, threshold: 0.1, bars: 5, stop: 1, average: 'sma', size: 1 }, 'size: no parameter'],
  ])('refuses a trial that does not fit the space: %o', (point, message) => {
    expect(() => ask({ ...start(SPACE), trials: [{ point, value: 1 }] })).toThrow(message);
  });

  it('needs no sense of scale: a space stretched a million times gives the stretched points', () => {
    const space = (scale: number) =>
      searchSpaceSchema.parse({
        parameters: { x: { kind: 'float', low: 0, high: scale }, y: { kind: 'float', low: -scale, high: scale } },
      });
    const points = (scale: number) =>
      run(start(space(scale)), 40, ({ x, y }) => (Number(x) / scale - 0.3) ** 2 + (Number(y) / scale) ** 2).trials;
    const [small, large] = [points(1), points(2 ** 20)];
    small.forEach(({ point }, k) => {
      expect(Number(large[k]?.point.x) / 2 ** 20).toBeCloseTo(Number(point.x), 9);
    });
  });
});

describe('a history of 1,000 trials in 15 dimensions', () => {
  it('is answered, and by a point that leans towards the good ones', () => {
    const parameters = Object.fromEntries(
      Array.from({ length: 15 }, (_, k) => [`p${k}`, { kind: 'integer', low: 0, high: 100 + k, log: false } as const]),
    );
    const random = createRandom('long history');
    const trials = Array.from({ length: 1_000 }, () => {
      const point = Object.fromEntries(
        Object.keys(parameters).map((name) => [name, Math.floor(random.uniform() * 101)]),
      );
      return { point, value: Math.abs((point.p0 ?? 0) - 20) };
    });
    const search: Search = { space: { parameters, constraints: [] }, direction: 'minimize', seed: 1, trials };
    const asked = Array.from({ length: 20 }, (_, seed) => ask({ ...search, seed }).p0);
    expect(asked.filter((value) => Math.abs(Number(value) - 20) < 10).length).toBeGreaterThan(15);
  });
});
