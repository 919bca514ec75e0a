/**
 * The steps of a parameter search. Points are proposed in rounds: those of a round know every trial before it, and each
 * other only as under way, so every machine that does a part of a round proposes the same points.
 */
import type { ResearchRun } from '../../db/research-runs.ts';
import type { TrialRow } from '../../db/trials.ts';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { parameterImportance, type SearchedTrial, searchAnswer } from '../../domain/learning/runs/search-result.ts';
import { priorPoint } from '../../domain/learning/search/prior.ts';
import { strategySpace } from '../../domain/learning/search/strategy-spaces.ts';
import { ask, type Search, tell } from '../../domain/learning/search/tpe.ts';
import type { SearchFigures } from '../../domain/learning/trial/evaluate-parameters.ts';
import type { ParameterSearchInput, ParameterSearchResult } from '../../schemas/parameter-search.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { TrialRange } from '../../schemas/research.ts';
import { type SearchPoint, searchPointSchema } from '../../schemas/search-space.ts';

/** The points of trials `fromTrial` to `toTrial`, which belong to the round that begins after `before`. */
export function askPoints(
  { strategyType, seed, prior }: ParameterSearchInput,
  before: readonly TrialRow[],
  { fromTrial, toTrial }: TrialRange,
): SearchPoint[] {
  const space = strategySpace(strategyType);
  const trials = before.map((row) => ({ point: pointOf(row), value: figuresOf(row)?.value ?? null }));
  let search: Search = { space, direction: 'maximize', seed, trials };
  const points: SearchPoint[] = [];
  for (let trial = before.length; trial < toTrial; trial += 1) {
    const point = (prior && priorPoint(space, prior, { seed, trial })) ?? ask(search);
    if (trial >= fromTrial) points.push(point);
    search = tell(search, { point, value: null });
  }
  return points;
}

/** @throws InvalidInput where a prior names a parameter that the strategy does not have */
export function requireKnownPrior({ strategyType, prior }: ParameterSearchInput): void {
  const known = Object.keys(strategySpace(strategyType).parameters);
  const problems = (prior?.points ?? []).flatMap((point, index) =>
    Object.keys(point)
      .filter((name) => !known.includes(name))
      .map((name) =>
        problem('INPUT_UNKNOWN_FIELD', `prior.points[${index}].${name}`, point[name], `one of ${known.join(', ')}`),
      ),
  );
  if (problems.length > 0) throw new InvalidInput(problems);
}

export const pointOf = ({ params }: Pick<TrialRow, 'params'>): SearchPoint => searchPointSchema.parse(params);

/** Figures as `evaluateTrials` has stored them. */
const figuresOf = ({ figures }: TrialRow): SearchFigures | null => figures as SearchFigures | null;

export const searchTrialRow = (
  trial: number,
  point: SearchPoint,
  figures: SearchFigures | null,
  error: string | null,
) => ({
  trial,
  candidateId: sha256Hex(canonicalJson(point)),
  params: point,
  fitness: figures?.value ?? null,
  sharpe: figures?.sharpe ?? null,
  figures,
  error,
});

export function searchResult(
  run: ResearchRun,
  input: ParameterSearchInput,
  rows: readonly TrialRow[],
  stoppedBy: ParameterSearchResult['stoppedBy'],
): ParameterSearchResult {
  const trials: SearchedTrial[] = rows.map((row) => ({
    trial: row.trial,
    point: pointOf(row),
    figures: figuresOf(row),
  }));
  const { best, shrunkTo } = searchAnswer(trials);
  const valued = trials.flatMap(({ point, figures }) =>
    figures === null || figures.value === null ? [] : [{ point, value: figures.value }],
  );
  const told = {
    stoppedBy,
    symbol: run.data.symbol,
    strategyType: input.strategyType,
    regime: input.regime,
    trials: rows.length,
    failedTrials: rows.filter((row) => row.error !== null).length,
    best,
    shrunkTo,
    importance: parameterImportance(strategySpace(input.strategyType), valued),
    dataHash: run.data.dataHash,
  };
  const resultHash = sha256Hex(canonicalJson(told));
  return { runId: run.runId, ...told, codeVersion: run.codeVersion, resultHash };
}
