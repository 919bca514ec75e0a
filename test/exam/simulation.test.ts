/** Ten thousand seeds of the simulation of orders, and proof that it would see each safeguard that is taken away. */
import { describe, expect, it } from 'vitest';
import { experiment, NEEDED } from '../../exam/experiments/simulation.ts';
import { PLANTED_FAULTS, type PlantedFault } from '../../exam/simulation/planted-faults.ts';
import { simulate } from '../../exam/simulation/simulate.ts';
import { simulateMany } from '../../exam/simulation/simulate-many.ts';

const SEEDS = 10_000;
const SEEDS_TO_FIND = 2_000;

it('keeps every promise about orders, fills and money in ten thousand seeds', async () => {
  const { shares, violations, repeated } = await simulateMany({ firstSeed: 1, seeds: SEEDS });
  expect(violations).toEqual([]);
  expect(repeated).toBe(SEEDS / 50);
  for (const mark of NEEDED) expect(shares[mark], mark).toBeGreaterThanOrEqual(0.05);
}, 900_000);

it('repeats a seed to the last byte of its audit, and another seed is another run', async () => {
  const [one, again, other] = [await simulate(4_711), await simulate(4_711), await simulate(4_712)];
  expect(again.lines).toEqual(one.lines);
  expect(other.digest).not.toBe(one.digest);
});

describe('a safeguard that is taken away', () => {
  it.each(Object.keys(PLANTED_FAULTS) as PlantedFault[])(
    'is missed: %s',
    async (control) => {
      const { violations } = await simulateMany({ firstSeed: 1, seeds: SEEDS_TO_FIND, control });
      const found = violations.find(({ kind }) => kind === PLANTED_FAULTS[control].expected);
      expect(found?.where).toMatch(new RegExp(`again with: npm run exam -- simulation .* --control ${control}$`));
    },
    300_000,
  );
});

it('tells an exam how often each fault was met, and counts only where it was met often enough', async () => {
  const answer = await experiment.run({ seed: 1, control: null, size: 40 });
  expect(answer).toMatchObject({ violations: [], voidBecause: [], figures: { seeds: 40, seedsRunTwice: 1 } });
});
