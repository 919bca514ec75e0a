/** The Strategy Officer: ranks strategies and models every minute, recommends, and disables what no longer works. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { reviewNowUpdate } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { answerOrFail } from './officers/answer.ts';
import { type CycleCarry, openOfficer, wakeOf } from './officers/keep-cycle.ts';

const INTERVAL_MS = 60_000;

/** @param carried its own state after continue-as-new; a start gives nothing */
export async function strategyOfficerCycle(_input?: unknown, carried?: CycleCarry): Promise<never> {
  const officer = openOfficer('strategy', officers.reviewStrategies, INTERVAL_MS, carried);
  setHandler(reviewNowUpdate, async () => answerOrFail(await officer.wake(wakeOf('person', null)), 'strategy'), {
    description: 'Reviews now and answers the state of the strategies.',
  });
  return officer.keep((carry) => continueAsNew<typeof strategyOfficerCycle>(undefined, carry));
}
