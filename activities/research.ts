/**
 * The light activities of research, on queue `research`: opening runs, turning generations, closing. Everything is in
 * Postgres under the run's id; each is safe to repeat. The heavy ones are in `compute.ts`.
 */
import type { MarketData } from '../adapters/market-data/market-data.ts';
import type { EvolutionStore } from '../db/evolution-store.ts';
import type { SearchStore } from '../db/search-store.ts';
import type { TrainingStore } from '../db/training-store.ts';
import { evolutionSplit, searchSplit } from '../domain/learning/trial/data-split.ts';
import type { AgentTrainingResult } from '../schemas/agent-training.ts';
import { type EvolutionRunInput, evolutionRunInputSchema } from '../schemas/evolution-run.ts';
import {
  type ParameterSearchInput,
  type ParameterSearchResult,
  parameterSearchInputSchema,
  parameterSearchResultSchema,
} from '../schemas/parameter-search.ts';
import type { DataSplit, LeaderboardEntry, RunHandle, RunKind, RunState } from '../schemas/research.ts';
import { finalOnInvalidInput } from './failure.ts';
import { bearFirst, type NextGeneration, type TurnedGeneration, turn } from './research/evolution-steps.ts';
import { openRunBars } from './research/run-bars.ts';
import { pointOf, requireKnownPrior, searchResult } from './research/search-steps.ts';
import {
  type CloseTraining,
  closeTraining,
  type OpenTraining,
  openTraining,
  type TrainingNews,
  trainingNews,
} from './research/training-steps.ts';

export type ResearchParts = {
  readonly evolutions: EvolutionStore;
  readonly searches: SearchStore;
  readonly trainings: TrainingStore;
  readonly market: MarketData;
  readonly codeVersion: string;
  readonly nowMs: () => number;
};

type Opening<Input> = { readonly input: Input; readonly workflowId: string; readonly openKey: string };
type AnyInput = EvolutionRunInput | ParameterSearchInput;

const LEADERS_TOLD = 5;

export type ResearchActivities = ReturnType<typeof createResearchActivities>;

export const createResearchActivities = (parts: ResearchParts) => {
  const { evolutions, searches, market, codeVersion, nowMs } = parts;

  const open = async (
    { input, workflowId, openKey }: Opening<AnyInput>,
    kind: RunKind,
    splitOf: (bars: number) => DataSplit,
  ): Promise<RunHandle> => {
    const { symbol, barIntervalMs: intervalMs, from, to } = input;
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const data = await openRunBars(market, { symbol, intervalMs, ...range });
    const split = splitOf(data.bars);
    const run = await evolutions.open({ workflowId, openKey, kind, input, data, split, codeVersion, nowMs: nowMs() });
    return { runId: run.runId, startedAtMs: run.startedAtMs, data: run.data };
  };

  return {
    /** Takes a row for the run and makes its first generation. @throws InvalidInput (final) DATA_EMPTY, DATA_TOO_FEW */
    openEvolution: (
      opening: Opening<EvolutionRunInput>,
    ): Promise<{ readonly handle: RunHandle; readonly next: NextGeneration }> =>
      finalOnInvalidInput(async () => {
        const handle = await open(opening, 'evolution', evolutionSplit);
        return { handle, next: await bearFirst(evolutions, handle.runId, opening.input) };
      }),

    /** Closes a generation and breeds the next. */
    turnGeneration: async ({
      runId,
      generation,
    }: {
      readonly runId: string;
      readonly generation: number;
    }): Promise<TurnedGeneration> => {
      const run = await evolutions.read(runId);
      return turn(evolutions, runId, generation, evolutionRunInputSchema.parse(run.input));
    },

    /** @throws InvalidInput (final) DATA_EMPTY, DATA_TOO_FEW */
    openSearch: (opening: Opening<ParameterSearchInput>): Promise<RunHandle> =>
      finalOnInvalidInput(() => {
        requireKnownPrior(opening.input);
        return open(opening, 'search', searchSplit);
      }),

    /** What the search has found so far, best first. */
    searchLeaders: async ({ runId }: { readonly runId: string }): Promise<SearchNews> => {
      const rows = await searches.allTrials(runId);
      const ranked = rows.flatMap((row) => (row.fitness === null ? [] : [{ ...row, fitness: row.fitness }]));
      ranked.sort((a, b) => b.fitness - a.fitness || a.trial - b.trial);
      const leaderboard = ranked.slice(0, LEADERS_TOLD).map((row, place) => ({
        rank: place + 1,
        id: String(row.trial),
        fitness: row.fitness,
        text: pointText(pointOf(row)),
      }));
      return { leaderboard, ...(await searches.counts(runId)) };
    },

    /** Answers the search and keeps the best parameters. */
    closeSearch: async ({ runId, stoppedBy }: CloseSearch): Promise<ParameterSearchResult> => {
      const run = await searches.read(runId);
      if (run.result !== null) return parameterSearchResultSchema.parse(run.result);
      const input = parameterSearchInputSchema.parse(run.input);
      const rows = await searches.allTrials(runId);
      const result = searchResult(run, input, rows, stoppedBy);
      const { best } = result;
      const kept = best === null ? null : { ...result, best, barIntervalMs: input.barIntervalMs };
      const state = stoppedBy === 'signal' ? 'stopped' : 'done';
      await searches.end(runId, kept, { state, result, nowMs: nowMs() });
      return result;
    },

    /** @throws InvalidInput (final) DATA_EMPTY, DATA_TOO_FEW */
    openTraining: (opening: OpenTraining): Promise<RunHandle> =>
      finalOnInvalidInput(() => openTraining(parts, opening)),

    /** The progress of all seeds. */
    trainingNews: ({ runId }: { readonly runId: string }): Promise<TrainingNews> => trainingNews(parts, runId),

    /** Answers the training. */
    closeTraining: (request: CloseTraining): Promise<AgentTrainingResult> => closeTraining(parts, request),

    /** Records that a run was cancelled or has failed. */
    abandonRun: async ({ runId, state }: { readonly runId: string; readonly state: RunState }): Promise<void> => {
      await evolutions.end(runId, null, { state, result: null, nowMs: nowMs() });
    },
  };
};

type CloseSearch = { readonly runId: string; readonly stoppedBy: ParameterSearchResult['stoppedBy'] };

export type SearchNews = {
  readonly leaderboard: readonly LeaderboardEntry[];
  readonly trials: number;
  readonly failedTrials: number;
};

const pointText = (point: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(point)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
    .join(', ');
