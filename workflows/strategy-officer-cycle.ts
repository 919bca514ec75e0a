/** The Strategy Officer: ranks strategies and models every minute, recommends, and disables what no longer works. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { reviewNowUpdate } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { answerOrFail, noFields } from './officers/answer.ts';
import { openOfficer, wakeOf } from './officers/keep-cycle.ts';

const INTERVAL_MS = 60_000;

/**
 * @param raw `officerInputSchema`, or nothing
 * @param carried its own state after continue-as-new; a start gives none
 */
export async function strategyOfficerCycle(raw?: unknown, carried?: unknown): Promise<never> {
  const officer = openOfficer('strategy', officers.reviewStrategies, INTERVAL_MS, { raw, carried });
  setHandler(reviewNowUpdate, async () => answerOrFail(await officer.wake(wakeOf('person', null)), 'strategy'), {
    validator: noFields,
    description: 'Reviews now and answers the state of the strategies.',
  });
  return officer.keep((carry) => continueAsNew<typeof strategyOfficerCycle>(raw, carry));
}
