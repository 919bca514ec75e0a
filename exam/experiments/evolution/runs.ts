/** Evolutions on a rig: started as a person would, followed, and what is left of them in Postgres and at the server. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { sql } from 'kysely';
import { type EvolutionResult, evolutionResultSchema } from '../../../schemas/evolution-run.ts';
import { evolutionRunId, progressQuery } from '../../../workflows/messages/evolution-run.ts';
import { RESEARCH_QUEUE } from '../../../workflows/messages/research.ts';
import type { Figures, Violation } from '../../exam.ts';
import { cpuSeconds } from '../../rig/process-usage.ts';
import { progressBar } from '../../rig/progress-bar.ts';
import type { ResearchRig, RigProcess } from '../../rig/research-rig.ts';
import { HOUR_MS, SYMBOL } from './hours.ts';

export type RunInput = {
  readonly population: number;
  readonly generations: number;
  readonly seed: number;
  readonly threads: number;
};

/** A run that is over. `startToResultMs`: from the start of the command to the result in hand. */
export type Ended = {
  readonly workflowId: string;
  readonly result: EvolutionResult;
  readonly startToResultMs: number;
  readonly figures: Figures;
};

const ASK_EVERY_MS = 1_000;

/** With the `temporal` program. @returns its handle */
export async function startByCommand(rig: ResearchRig, id: string, input: RunInput): Promise<WorkflowHandle> {
  const workflowId = evolutionRunId(id);
  const whole = { symbol: SYMBOL, barIntervalMs: HOUR_MS, ...input };
  const words = [
    'workflow',
    'start',
    '--address',
    rig.address,
    '--type',
    'evolutionRun',
    '--task-queue',
    RESEARCH_QUEUE,
  ];
  await promisify(execFile)(rig.cli, [...words, '--workflow-id', workflowId, '--input', JSON.stringify(whole)]);
  return rig.client.workflow.getHandle(workflowId);
}

/** From start to end, with a bar that shows the generations; `meanwhile` is given the run while it goes on. */
export async function runOnce(
  rig: ResearchRig,
  id: string,
  input: RunInput,
  meanwhile: (run: WorkflowHandle) => Promise<unknown> = async () => undefined,
): Promise<Ended> {
  const startedAtMs = Date.now();
  const cpuSince = watchCpu(rig);
  const run = await startByCommand(rig, id, input);
  const stopShowing = showProgress(run, id);
  const [told] = await Promise.all([run.result(), meanwhile(run)]).finally(stopShowing);
  const startToResultMs = Date.now() - startedAtMs;
  const result = evolutionResultSchema.parse(told);
  const figures = {
    population: input.population,
    generations: result.generations,
    threads: input.threads,
    seconds: startToResultMs / 1_000,
    ...cpuSince(),
    trials: result.trials,
    champion: result.champion?.genomeId.slice(0, 16) ?? 'none',
    lineage: result.lineageHash.slice(0, 16),
  };
  return { workflowId: run.workflowId, result, startToResultMs, figures };
}

/** @returns the processor seconds of each process since now; of one that was killed meanwhile nothing is known */
function watchCpu({ processes }: ResearchRig): () => Record<string, number> {
  const before = Object.entries(processes()).map(([name, pid]) => ({ name, pid, seconds: cpuSeconds(pid) }));
  return () => {
    const now = processes();
    const living = before.filter(({ name, pid }) => now[name as RigProcess] === pid);
    return Object.fromEntries(
      living.map(({ name, pid, seconds }) => [`cpuSeconds ${name}`, Math.round((cpuSeconds(pid) - seconds) * 10) / 10]),
    );
  };
}

function showProgress(run: WorkflowHandle, id: string): () => void {
  const bar = progressBar(id);
  const look = async (): Promise<void> => {
    const progress = await run.query(progressQuery).catch(() => null);
    if (progress !== null) bar.show(progress.step, progress.steps, `${progress.trials} trials`);
  };
  const timer = setInterval(() => void look(), ASK_EVERY_MS);
  return () => {
    clearInterval(timer);
    bar.end();
  };
}

/** Rows that must be what the run says: each genome evaluated once, none without a trial, none beside. */
export async function rowViolations(rig: ResearchRig, { result, workflowId }: Ended): Promise<Violation[]> {
  const { rows } = await sql<{ trials: number; candidates: number; genomes: number; bare: number }>`
    select (select count(*) from trials where run_id = ${result.runId}) as trials,
      (select count(distinct candidate_id) from trials where run_id = ${result.runId}) as candidates,
      (select count(distinct genome_id) from genomes where run_id = ${result.runId}) as genomes,
      (select count(*) from genomes g where g.run_id = ${result.runId} and not exists
        (select from trials t where t.run_id = g.run_id and t.trial = g.trial and t.candidate_id = g.genome_id)) as bare
    `.execute(rig.db);
  const [found = { trials: 0, candidates: 0, genomes: 0, bare: 0 }] = rows;
  const { trials, candidates, genomes, bare } = found;
  const isWhole = trials === result.trials && candidates === trials && genomes === trials && bare === 0;
  const where = `${workflowId}: ${result.trials} told, ${trials} trials of ${candidates}, ${genomes} genomes, ${bare} bare`;
  return isWhole ? [] : [{ kind: 'trialsWrong', where }];
}

/** Events of each history of the run, through all that it went on as. */
export async function eventsOfRuns(rig: ResearchRig, workflowId: string, within = 20_000): Promise<number[]> {
  const query = `WorkflowId = '${workflowId}'`;
  const untilMs = Date.now() + within;
  for (;;) {
    const events: number[] = [];
    for await (const one of rig.client.workflow.list({ query })) {
      const { historyLength } = await rig.client.workflow.getHandle(workflowId, one.runId).describe();
      events.push(historyLength);
    }
    // What is listed comes a moment after the end.
    if (events.length > 0 || Date.now() > untilMs) return events;
    await sleep(100);
  }
}
