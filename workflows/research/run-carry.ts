/** What every research run carries from step to step and through continue-as-new, and its progress. */
import { workflowInfo } from '@temporalio/workflow';
import type { LeaderboardEntry, ResearchProgress, RunHandle } from '../../schemas/research.ts';
import type { Inbox } from './inbox.ts';
import type { Step } from './panel.ts';

export type RunCarry = {
  readonly handle: RunHandle;
  paused: boolean;
  steps: readonly Step[];
  leaderboard: readonly LeaderboardEntry[];
  trials: number;
  failedTrials: number;
};

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
