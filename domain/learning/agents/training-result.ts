/** What the checkpoints of a training come to: how each seed stands, the best first, and the curve over all of them. */
import type { CurvePoint, TrainedSeed, TrainingFigures } from '../../../schemas/agent-training.ts';
import type { LeaderboardEntry } from '../../../schemas/research.ts';

export type SeedCheckpoint = {
  readonly seed: number;
  readonly figures: TrainingFigures;
  readonly weightsHash: string;
};

/** @param checkpoints by seed and steps, as many seeds as there are */
export function trainedSeeds(checkpoints: readonly SeedCheckpoint[]): TrainedSeed[] {
  const bySeed = groupedBy(checkpoints, ({ seed }) => seed);
  return [...bySeed].map(([seed, own]) => {
    const { figures, weightsHash } = own.at(-1) as SeedCheckpoint;
    const best = own.reduce((a, b) => (b.figures.greedyReturn > a.figures.greedyReturn ? b : a));
    const { steps, episodes, returnMean, greedyReturn, rewardTerms } = figures;
    const { greedyReturn: bestGreedyReturn, steps: bestAtSteps } = best.figures;
    const told = { seed, steps, episodes, returnMean, greedyReturn, bestGreedyReturn, bestAtSteps, weightsHash };
    return rewardTerms === undefined ? told : { ...told, rewardTerms };
  });
}

/** Means over the seeds, at each number of steps that all of them have reached. */
export function learningCurve(checkpoints: readonly SeedCheckpoint[]): CurvePoint[] {
  const seeds = new Set(checkpoints.map(({ seed }) => seed)).size;
  const bySteps = groupedBy(checkpoints, ({ figures }) => figures.steps);
  return [...bySteps]
    .filter(([, all]) => all.length === seeds)
    .sort(([a], [b]) => a - b)
    .map(([steps, all]) => ({
      steps,
      returnMean: mean(all.flatMap(({ figures: { returnMean } }) => (returnMean === null ? [] : [returnMean]))),
      greedyReturn: mean(all.map(({ figures }) => figures.greedyReturn)) ?? 0,
    }));
}

function groupedBy<T>(all: readonly T[], keyOf: (one: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** From the best down, by what was reached without exploration. */
export function trainingLeaders(seeds: readonly TrainedSeed[], shown: number): LeaderboardEntry[] {
  return [...seeds]
    .sort((a, b) => b.bestGreedyReturn - a.bestGreedyReturn || a.bestAtSteps - b.bestAtSteps || a.seed - b.seed)
    .slice(0, shown)
    .map((one, place) => ({
      rank: place + 1,
      id: String(one.seed),
      fitness: one.bestGreedyReturn,
      text: leaderText(one),
    }));

  function leaderText({ seed, bestAtSteps, greedyReturn, returnMean }: TrainedSeed): string {
    const now = `${figure(greedyReturn)} without exploration, ${figure(returnMean)} with it`;
    return `seed ${seed}: best after ${bestAtSteps} steps, now ${now}`;
  }
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(1));
