/**
 * Starts a run of research from a file and follows it: a bar with the time
 * that is left on stderr, the result at the end.
 * Interrupting the script leaves the run alone; it goes on without being watched.
 */
import { Client, Connection, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { dataConverterOf } from '../../../adapters/payload/data-converter.ts';
import { queueStandings } from '../../../adapters/temporal/queue-standings.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { ResearchProgress } from '../../../schemas/research.ts';
import { COMPUTE_QUEUE, progressQuery, RESEARCH_QUEUE } from '../../../workflows/messages/research.ts';
import type { Desk } from '../desk.ts';
import { failureProblems } from '../failure-problems.ts';
import { drawOver, say } from '../progress.ts';
import { watchWorkers } from './worker-watch.ts';

export type StartRun = {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly input: unknown;
  readonly summary: string;
};

/** none: it is started and left alone; end: its result is waited for; steps: with a bar of how far it is. */
export type Follow = 'none' | 'end' | 'steps';

/** A run is decided at the one and computed at the other. */
const QUEUES = [RESEARCH_QUEUE, COMPUTE_QUEUE] as const;
const LOOK_EVERY_MS = 1_000;
const LINE_EVERY_MS = 10_000;
const BAR_WIDTH = 30;

/**
 * @returns the run's result, or null when nobody waits for it
 * @throws InvalidInput with the run's own problems when it refuses its input; RUN_RUNNING under an id that is taken
 */
export async function startRun(desk: Desk, run: StartRun, follow: Follow): Promise<unknown> {
  const connection = await Connection.connect({ address: desk.temporal.address });
  try {
    const dataConverter = dataConverterOf(desk.payloadKeys);
    const client = new Client({ connection, namespace: desk.temporal.namespace, dataConverter });
    const handle = await client.workflow.start(run.workflowType, {
      taskQueue: RESEARCH_QUEUE,
      workflowId: run.workflowId,
      args: [run.input],
      staticSummary: run.summary,
    });
    say(`run ${handle.workflowId}`);
    if (follow === 'none') return null;
    const watches = [
      watchWorkers(() => queueStandings(client, QUEUES), tellApart),
      ...(follow === 'steps' ? [watch(handle)] : []),
    ];
    return await handle.result().finally(() => {
      for (const stop of watches) stop();
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw isRunning(run);
    throw failureProblems(error) ?? error;
  } finally {
    await connection.close();
  }
}

const isRunning = ({ workflowId }: StartRun): InvalidInput =>
  new InvalidInput([problem('RUN_RUNNING', '--id', workflowId, 'an id that no running run has', 'leave --id out')]);

/** A line of its own, where a bar may be drawn. */
function tellApart(line: string): void {
  if (process.stderr.isTTY) drawOver('');
  say(line);
}

/** Draws a progress bar on a terminal, a line every ten seconds elsewhere. */
function watch(handle: WorkflowHandle): () => void {
  let lastLineMs = Date.now();
  let asking = false;
  let ended = false;
  const look = async (): Promise<void> => {
    // Without a worker an answer takes its time; a second question would wait beside it.
    if (asking) return;
    asking = true;
    const progress = await handle.query(progressQuery).catch(() => null);
    asking = false;
    if (progress === null || ended) return;
    if (process.stderr.isTTY) drawOver(progressLine(progress, Date.now()));
    else if (Date.now() - lastLineMs >= LINE_EVERY_MS) {
      lastLineMs = Date.now();
      say(`  ${progressLine(progress, Date.now())}`);
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => {
    ended = true;
    clearInterval(timer);
    if (process.stderr.isTTY) drawOver('');
  };
}

export function progressLine(
  { state, step, steps, trials, bestScore, endsAtMs }: ResearchProgress,
  nowMs: number,
): string {
  const filled = steps === 0 ? 0 : Math.round((step / steps) * BAR_WIDTH);
  const best = bestScore === null ? '' : `, best ${Number(bestScore.toPrecision(4))}`;
  const left = endsAtMs === null ? '' : `, ${leftText(endsAtMs - nowMs)} left`;
  const bar = `[${'█'.repeat(filled)}${'·'.repeat(BAR_WIDTH - filled)}]`;
  return `${bar} ${step} of ${steps}, ${trials} trials${best}${left}${state === 'running' ? '' : ` (${state})`}`;
}

function leftText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
