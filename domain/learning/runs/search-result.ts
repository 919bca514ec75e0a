/**
 * What a parameter search answers: the best trial, deflated by all that
 * were tried, and how much each parameter matters.
 * A regime in which no trial had enough trades is answered with the best over all trades, and that is said.
 */
import type { SearchBest } from '../../../schemas/parameter-search.ts';
import type { SearchPoint, SearchSpace } from '../../../schemas/search-space.ts';
import { deflatedSharpe } from '../honesty/sharpe-significance.ts';
import { axesOf, coordinatesOf } from '../search/axis.ts';
import type { SearchFigures } from '../trial/evaluate-parameters.ts';

/** `figures` null: the trial failed. */
export type SearchedTrial = {
  readonly trial: number;
  readonly point: SearchPoint;
  readonly figures: SearchFigures | null;
};

export type SearchAnswer = { readonly best: SearchBest | null; readonly shrunkTo: 'global' | null };

export function searchAnswer(trials: readonly SearchedTrial[]): SearchAnswer {
  const rich = bestBy(trials, (figures) => (figures.isThin ? null : figures.value));
  const chosen = rich ?? bestBy(trials, (figures) => figures.globalFitness);
  if (chosen === null) return { best: null, shrunkTo: null };
  return { best: bestOf(chosen, trials), shrunkTo: rich === null ? 'global' : null };
}

type Chosen = SearchedTrial & { readonly figures: SearchFigures };

/** Of equals the older. */
function bestBy(trials: readonly SearchedTrial[], score: (figures: SearchFigures) => number | null): Chosen | null {
  let best: { readonly trial: Chosen; readonly score: number } | null = null;
  for (const { figures, ...trial } of trials) {
    const value = figures === null ? null : score(figures);
    if (figures === null || value === null || (best !== null && value <= best.score)) continue;
    best = { trial: { ...trial, figures }, score: value };
  }
  return best?.trial ?? null;
}

function bestOf({ trial, point, figures }: Chosen, trials: readonly SearchedTrial[]): SearchBest {
  const { sharpe, observations: count, skewness, kurtosis, tradeCount, regimeTradeCount } = figures;
  const variance = sharpeVariance(trials.flatMap((one) => (one.figures === null ? [] : [one.figures.sharpe])));
  return {
    trial,
    parameters: point,
    fitness: figures.fitness ?? 0,
    sharpe,
    observations: count,
    skewness,
    kurtosis,
    sharpeVariance: variance,
    deflatedSharpe: deflatedSharpe({ sharpe, count, skewness, kurtosis }, trials.length, variance).probability,
    tradeCount,
    regimeTradeCount,
  };
}

/** Divisor n - 1; 0 for fewer than two. */
export function sharpeVariance(sharpes: readonly number[]): number {
  if (sharpes.length < 2) return 0;
  const mean = sharpes.reduce((sum, value) => sum + value, 0) / sharpes.length;
  return sharpes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sharpes.length - 1);
}

const CELLS = 5;

/**
 * How much of the spread of the values each parameter explains by itself: its range is cut into five cells, the
 * variance of the cells' means weighted by their counts over the whole variance; shares are scaled to sum to 1. Not a
 * model: it sees no interplay. All 0 where nothing is spread.
 */
export function parameterImportance(
  space: SearchSpace,
  trials: readonly { readonly point: SearchPoint; readonly value: number }[],
): Record<string, number> {
  const axes = axesOf(space);
  const rows = trials.map(({ point }) => coordinatesOf(axes, point));
  const values = trials.map(({ value }) => value);
  const explained = axes.map(({ choiceCount }, k) => {
    const cells = choiceCount > 0 ? choiceCount : CELLS;
    const cellOf = (row: Float64Array): number =>
      choiceCount > 0 ? (row[k] as number) : Math.min(cells - 1, Math.floor((row[k] as number) * cells));
    return betweenCells(rows.map(cellOf), values, cells);
  });
  const total = explained.reduce((sum, share) => sum + share, 0);
  return Object.fromEntries(axes.map(({ name }, k) => [name, total > 0 ? (explained[k] as number) / total : 0]));
}

function betweenCells(cells: readonly number[], values: readonly number[], cellCount: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  let between = 0;
  for (let cell = 0; cell < cellCount; cell += 1) {
    const inside = values.filter((_value, index) => cells[index] === cell);
    if (inside.length === 0) continue;
    const own = inside.reduce((sum, value) => sum + value, 0) / inside.length;
    between += inside.length * (own - mean) ** 2;
  }
  return between;
}
