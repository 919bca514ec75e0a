/** The face of research runs: how each is called, paused, queried and stopped. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LeaderboardEntry, ResearchProgress } from '../../schemas/research.ts';

export const RESEARCH_QUEUE = 'research';
export const COMPUTE_QUEUE = 'compute';

/** The computing queue beside a research queue: a desk with a queue of its own has both of its own. */
export const computeQueueOf = (researchQueue: string): string => researchQueue.replace(/^research/, COMPUTE_QUEUE);

/** Signals, not updates: a command must be accepted even while no worker is up. */
export const pauseSignal = defineSignal<[unknown?]>('pause');
export const resumeSignal = defineSignal<[unknown?]>('resume');
export const stopSignal = defineSignal<[unknown?]>('stop');

export const progressQuery = defineQuery<ResearchProgress>('progress');
export const leaderboardQuery = defineQuery<readonly LeaderboardEntry[]>('leaderboard');
