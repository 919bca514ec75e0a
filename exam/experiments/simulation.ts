/**
 * Order engine, ledger, gate and reconciler as they are, in virtual time: every interleaving, crash, zombie, lost reply
 * and lagging read is drawn from the seed. Counts only when each of them was met by enough seeds.
 */
import type { ExamAnswer, Experiment } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { PLANTED_FAULTS, type PlantedFault } from '../simulation/planted-faults.ts';
import { type ManyResult, simulateMany } from '../simulation/simulate-many.ts';
import { MARKS, type Mark } from '../simulation/witness.ts';

const SEEDS = 10_000;
const SEEDS_WITH_CONTROL = 2_000;
/** Fewer seeds say nothing about shares. */
const SEEDS_TO_JUDGE = 1_000;
const SHARE_MIN = 0.05;
/** What has to be met by that share of the seeds. */
export const NEEDED: readonly Mark[] = ['unknown', 'partial', 'zombie', 'crash', 'duplicate', 'cut', 'kill', 'bust'];

export const experiment: Experiment = {
  name: 'simulation',
  controls: Object.fromEntries(Object.entries(PLANTED_FAULTS).map(([name, { expected }]) => [name, expected])),
  run: async (options) => {
    const bar = progressBar('simulation');
    const seeds = options.size ?? (options.control === null ? SEEDS : SEEDS_WITH_CONTROL);
    const result = await simulateMany({
      firstSeed: options.seed,
      seeds,
      control: options.control as PlantedFault | null,
      onProgress: (done, violations) => bar.show(done, seeds, `${violations} violations`),
    });
    bar.end();
    return answerOf(result);
  },
};

function answerOf({ seeds, orders, repeated, shares, violations }: ManyResult): ExamAnswer {
  const rare = seeds < SEEDS_TO_JUDGE ? [] : NEEDED.filter((mark) => shares[mark] < SHARE_MIN);
  const figures = Object.fromEntries(MARKS.map((mark) => [mark, `${(shares[mark] * 100).toFixed(1)} %`]));
  return {
    figures: { seeds, orders, seedsRunTwice: repeated, shareOfSeedsWith: figures },
    violations,
    voidBecause: rare.map((mark) => `${mark} in ${(shares[mark] * 100).toFixed(1)} % of the seeds, 5 % are needed`),
  };
}
