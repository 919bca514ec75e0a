/** The officers' activities: short, repeated while there is a point in it, given up before the next slot. */
import { proxyActivities } from '@temporalio/workflow';
import type { OfficerActivities } from '../../activities/officers.ts';

export const officers = proxyActivities<OfficerActivities>({
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: '5 seconds',
  scheduleToCloseTimeout: '60 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '2 seconds' },
});
