/**
 * Checks what research has stored against its own trials: each stored deflated Sharpe is worked out again from the rows
 * of `trials`, each run's count of trials is the number of its rows, and every genome names a trial that is there.
 */
import { readOptimizations } from '../../../db/optimization-results.ts';
import type { Database } from '../../../db/tables.ts';
import { deflatedSharpe } from '../../../domain/learning/honesty/sharpe-significance.ts';
import { sharpeVariance } from '../../../domain/learning/runs/search-result.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';

export type TrialsAnswer = {
  readonly ok: boolean;
  readonly runs: number;
  readonly trials: number;
  readonly results: number;
  readonly problems: readonly Problem[];
};

const TOLERANCE = 1e-9;

export async function verifyTrials(db: Database): Promise<TrialsAnswer> {
  const results = await readOptimizations(db);
  const counts = await db
    .selectFrom('research_runs')
    .leftJoin('trials', 'trials.run_id', 'research_runs.run_id')
    .select((eb) => ['research_runs.run_id', 'research_runs.result', eb.fn.count<number>('trials.trial').as('trials')])
    .where('kind', '!=', 'backtest')
    .groupBy('research_runs.run_id')
    .orderBy('research_runs.run_id')
    .execute();
  const problems = [
    ...counts.flatMap(countProblems),
    ...(await orphanProblems(db)),
    ...(await Promise.all(results.map((one) => resultProblems(db, one)))).flat(),
  ];
  const trials = counts.reduce((sum, one) => sum + one.trials, 0);
  return { ok: problems.length === 0, runs: counts.length, trials, results: results.length, problems };
}

type Counted = { readonly run_id: string; readonly result: unknown; readonly trials: number };

function countProblems({ run_id: runId, result, trials }: Counted): Problem[] {
  const told = typeof result === 'object' && result !== null && 'trials' in result ? result.trials : trials;
  return told === trials ? [] : [problem('TRIALS_COUNT', runId, told, `${trials}, the number of rows`)];
}

async function orphanProblems(db: Database): Promise<Problem[]> {
  const rows = await db
    .selectFrom('genomes')
    .innerJoin('generations', (join) =>
      join
        .onRef('generations.run_id', '=', 'genomes.run_id')
        .onRef('generations.generation', '=', 'genomes.generation'),
    )
    .leftJoin('trials', (join) =>
      join.onRef('trials.run_id', '=', 'genomes.run_id').onRef('trials.trial', '=', 'genomes.trial'),
    )
    .select((eb) => ['genomes.run_id', eb.fn.countAll<number>().as('missing')])
    .where('trials.trial', 'is', null)
    .groupBy('genomes.run_id')
    .execute();
  return rows.map((row) => problem('TRIAL_MISSING', row.run_id, `${row.missing} genomes without a trial`, 'none'));
}

type Stored = Awaited<ReturnType<typeof readOptimizations>>[number];

async function resultProblems(db: Database, stored: Stored): Promise<Problem[]> {
  const rows = await db.selectFrom('trials').select('sharpe').where('run_id', '=', stored.run_id).execute();
  const variance = sharpeVariance(rows.flatMap(({ sharpe }) => (sharpe === null ? [] : [sharpe])));
  const { sharpe, observations: count, skewness, kurtosis } = stored;
  const { probability } = deflatedSharpe({ sharpe, count, skewness, kurtosis }, Math.max(1, rows.length), variance);
  return [
    ...differs(stored.run_id, 'trials', stored.trials, rows.length),
    ...differs(stored.run_id, 'sharpe_variance', stored.sharpe_variance, variance),
    ...differs(stored.run_id, 'deflated_sharpe', stored.deflated_sharpe, probability),
  ];
}

function differs(runId: string, column: string, got: number | null, expected: number | null): Problem[] {
  const isEqual = got === expected || Math.abs((got ?? Number.NaN) - (expected ?? Number.NaN)) <= TOLERANCE;
  return isEqual ? [] : [problem('TRIALS_DISAGREE', `${runId}.${column}`, got, `${expected}, out of the trials`)];
}
