/** The activities of a session, by how each may be repeated. */
import { proxyActivities } from '@temporalio/workflow';
import type { SessionActivities } from '../../activities/session.ts';

const RETRY = { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' } as const;

/** Idempotent by workflow id and run: repeated until the database answers. */
export const opening = proxyActivities<SessionActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: RETRY,
});

/** One attempt: a lost batch comes back to the workflow, which looks at its signals before it dispatches again. */
export const walking = proxyActivities<SessionActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { maximumAttempts: 1 },
});

export const closing = proxyActivities<SessionActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: RETRY,
});

/** One attempt at a look at a live market: a lost one comes back to the workflow, as a lost batch does. */
export const following = proxyActivities<SessionActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  retry: { maximumAttempts: 1 },
});
