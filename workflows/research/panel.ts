/** What the Web UI and the list filters show of a research run. Attributes are upserted on change. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { LeaderboardEntry, ResearchProgress } from '../../schemas/research.ts';
import { searchAttributes } from '../messages/search-attributes.ts';

/** A finished step: a generation of an evolution, a round of a search. */
export type Step = {
  readonly step: number;
  readonly best: number | null;
  readonly median: number | null;
  readonly trials: number;
};

const STEPS_SHOWN = 20;

/** What a kind of run calls the columns of its steps. */
export type StepColumns = { readonly [Name in keyof Step]: string };

const SEARCHED: StepColumns = { step: '', best: 'best', median: 'median', trials: 'trials' };

type Market = { readonly strategyType?: string; readonly regime?: string };

export function publishMarket(symbols: readonly string[], more: Market): void {
  upsertSearchAttributes([
    { key: searchAttributes.symbols, value: [...symbols] },
    ...(more.strategyType === undefined ? [] : [{ key: searchAttributes.strategyType, value: more.strategyType }]),
    ...(more.regime === undefined ? [] : [{ key: searchAttributes.regime, value: more.regime }]),
  ]);
}

export function publish(
  name: string,
  progress: ResearchProgress,
  steps: readonly Step[],
  leaderboard: readonly LeaderboardEntry[],
  columns: StepColumns = SEARCHED,
): void {
  setCurrentDetails(detailsOf(name, progress, steps, leaderboard, columns));
  const known = workflowInfo().typedSearchAttributes;
  const { step, bestScore } = progress;
  const isOld = known.get(searchAttributes.generation) === step && known.get(searchAttributes.bestScore) === bestScore;
  if (isOld || step === 0) return;
  upsertSearchAttributes([
    { key: searchAttributes.generation, value: step },
    ...(bestScore === null ? [] : [{ key: searchAttributes.bestScore, value: bestScore }]),
  ]);
}

function detailsOf(
  name: string,
  { state, step, steps: all, trials, failedTrials, bestScore, runId }: ResearchProgress,
  steps: readonly Step[],
  leaderboard: readonly LeaderboardEntry[],
  columns: StepColumns,
): string {
  const failed = failedTrials === 0 ? '' : `, ${failedTrials} failed`;
  const rows = steps
    .slice(-STEPS_SHOWN)
    .map((one) => `| ${one.step} | ${figure(one.best)} | ${figure(one.median)} | ${one.trials} |`);
  const leaders = leaderboard.map(
    (one) => `${one.rank}. **${figure(one.fitness)}** ${one.text.replaceAll('\n', '; ')}`,
  );
  return [
    `### ${name}: ${state}`,
    `${step} of ${all} finished, ${trials} ${columns.trials}${failed}, best ${figure(bestScore)}, run \`${runId}\``,
    ...(rows.length === 0
      ? []
      : [
          '',
          `| ${columns.step} | ${columns.best} | ${columns.median} | ${columns.trials} |`,
          '|---|---|---|---|',
          ...rows,
        ]),
    ...(leaders.length === 0 ? [] : ['', ...leaders]),
  ].join('\n');
}

const figure = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(5))));
