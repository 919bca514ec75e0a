/** The CEO: chooses the operating mode every half minute, and at once on an alert of the Risk Officer. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { forceDecisionUpdate, riskAlertSignal } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { answerOrFail, noFields } from './officers/answer.ts';
import { openOfficer, wakeOf } from './officers/keep-cycle.ts';

const INTERVAL_MS = 30_000;

/**
 * @param raw `officerInputSchema`, or nothing
 * @param carried its own state after continue-as-new; a start gives none
 */
export async function ceoDecisionCycle(raw?: unknown, carried?: unknown): Promise<never> {
  const officer = openOfficer('ceo', officers.decideMode, INTERVAL_MS, { raw, carried });
  setHandler(riskAlertSignal, async (payload) => void (await officer.wake(wakeOf('alert', payload))), {
    description: 'Evaluates now.',
  });
  const force = async () => {
    const decision = answerOrFail(await officer.wake(wakeOf('person', null)), 'ceo');
    return { status: 'ok' as const, decision };
  };
  setHandler(forceDecisionUpdate, force, {
    validator: noFields,
    description: 'Evaluates now and answers {"status":"ok","decision":{...}}; the cool-down holds all the same.',
  });
  return officer.keep((carry) => continueAsNew<typeof ceoDecisionCycle>(raw, carry));
}
