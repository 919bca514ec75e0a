/** What every run of research carries, what it tells of itself, and when it goes on in a new history. */
import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import type { LeaderboardEntry, ResearchProgress, RunHandle } from '../../schemas/research.ts';
import { type Inbox, signalsQuiet } from './inbox.ts';
import { publish, type Step, type StepColumns } from './panel.ts';

export type RunCarry = {
  readonly handle: RunHandle;
  paused: boolean;
  steps: readonly Step[];
  leaderboard: readonly LeaderboardEntry[];
  trials: number;
  failedTrials: number;
};

/** A step writes some 50 events; a history ends well below what the server warns of. */
const EVENTS_MAX = 3_000;
const STEPS_CARRIED = 200;

export const openedRun = (handle: RunHandle): RunCarry => ({
  handle,
  paused: false,
  steps: [],
  leaderboard: [],
  trials: 0,
  failedTrials: 0,
});

/** Takes over a finished step. */
export function absorbStep(
  carry: RunCarry,
  step: Step,
  news: Pick<RunCarry, 'leaderboard' | 'trials' | 'failedTrials'>,
): void {
  carry.steps = [...carry.steps, step].slice(-STEPS_CARRIED);
  carry.leaderboard = news.leaderboard;
  carry.trials = news.trials;
  carry.failedTrials = news.failedTrials;
}

/** @param carry null while the run is being opened */
export function progressOf(carry: RunCarry | null, inbox: Inbox, steps: number): ResearchProgress {
  const { startTime, workflowId } = workflowInfo();
  const state = inbox.stopped ? 'stopping' : inbox.paused ? 'paused' : 'running';
  const startedAtMs = carry?.handle.startedAtMs ?? startTime.getTime();
  const step = (carry?.steps.at(-1)?.step ?? -1) + 1;
  const wholeMs = step === 0 ? null : ((Date.now() - startedAtMs) / step) * steps;
  return {
    state,
    runId: carry?.handle.runId ?? workflowId,
    step,
    steps,
    trials: carry?.trials ?? 0,
    failedTrials: carry?.failedTrials ?? 0,
    bestScore: carry?.leaderboard[0]?.fitness ?? null,
    startedAtMs,
    endsAtMs: wholeMs === null || state !== 'running' ? null : startedAtMs + Math.round(wholeMs),
  };
}

export function tellRun(name: string, carry: RunCarry, progress: ResearchProgress, columns?: StepColumns): void {
  publish(name, progress, carry.steps, carry.leaderboard, columns);
}

export function historyIsLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= EVENTS_MAX;
}

/** Before the end of a history: no signal may be on its way, no handler at work. */
export async function settled(inbox: Inbox): Promise<void> {
  await signalsQuiet(inbox);
  await condition(allHandlersFinished);
}
