/** The CEO: chooses the operating mode every half minute, and at once on an alert of the Risk Officer. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { forceDecisionUpdate, riskAlertSignal } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { answerOrFail } from './officers/answer.ts';
import { type CycleCarry, openOfficer, wakeOf } from './officers/keep-cycle.ts';

const INTERVAL_MS = 30_000;

/** @param carried its own state after continue-as-new; a start gives nothing */
export async function ceoDecisionCycle(_input?: unknown, carried?: CycleCarry): Promise<never> {
  const officer = openOfficer('ceo', officers.decideMode, INTERVAL_MS, carried);
  setHandler(riskAlertSignal, async (payload) => void (await officer.wake(wakeOf('alert', payload))), {
    description: 'Evaluates now.',
  });
  setHandler(forceDecisionUpdate, async () => answerOrFail(await officer.wake(wakeOf('person', null)), 'ceo'), {
    description: 'Evaluates now and answers the decision; the cool-down holds all the same.',
  });
  return officer.keep((carry) => continueAsNew<typeof ceoDecisionCycle>(undefined, carry));
}
