/** The messages of a research run. Signals only set flags; the main loop looks at them between batches. */
import { condition, setHandler } from '@temporalio/workflow';
import type { LeaderboardEntry, ResearchProgress } from '../../schemas/research.ts';
import { leaderboardQuery, pauseSignal, progressQuery, resumeSignal, stopSignal } from '../messages/research.ts';

export type Inbox = {
  paused: boolean;
  stopped: boolean;
  /** When the last signal came, in workflow time. */
  heardAtMs: number;
};

export type Answers = {
  readonly progress: () => ResearchProgress;
  readonly leaderboard: () => readonly LeaderboardEntry[];
};

export function listen(inbox: Inbox, { progress, leaderboard }: Answers): void {
  const hear = (change: () => void) => (): void => {
    inbox.heardAtMs = Date.now();
    change();
  };
  const pause = hear(() => {
    inbox.paused = true;
  });
  const resume = hear(() => {
    inbox.paused = false;
  });
  const stop = hear(() => {
    inbox.stopped = true;
  });
  setHandler(pauseSignal, pause, { description: 'Stops computing at once; what is finished is kept, until resume.' });
  setHandler(resumeSignal, resume, { description: 'Goes on after a pause.' });
  setHandler(stopSignal, stop, { description: 'Ends the run with what it has found so far.' });
  setHandler(progressQuery, progress, { description: 'How far the run is, and when it will end.' });
  setHandler(leaderboardQuery, leaderboard, { description: 'The best so far.' });
}

export const newInbox = (paused = false, stopped = false): Inbox => ({
  paused,
  stopped,
  heardAtMs: Number.NEGATIVE_INFINITY,
});

/** Waits while the run is paused; a stop ends a pause. */
export async function whilePaused(inbox: Inbox, told: () => void): Promise<void> {
  if (!inbox.paused || inbox.stopped) return;
  told();
  await condition(() => !inbox.paused || inbox.stopped);
}
