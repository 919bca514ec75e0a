/** The Risk Officer: measures every half minute, and at once when equity moved or the mode was switched. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { assessNowUpdate, equityChangedSignal, modeSwitchedSignal } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { answerOrFail, noFields } from './officers/answer.ts';
import { openOfficer, wakeOf } from './officers/keep-cycle.ts';

const INTERVAL_MS = 30_000;

/**
 * @param raw `officerInputSchema`, or nothing
 * @param carried its own state after continue-as-new; a start gives none
 */
export async function riskOfficerCycle(raw?: unknown, carried?: unknown): Promise<never> {
  const officer = openOfficer('risk', officers.measureRisk, INTERVAL_MS, { raw, carried });
  setHandler(equityChangedSignal, async (payload) => void (await officer.wake(wakeOf('equity', payload))), {
    description: 'Measures now: equity moved.',
  });
  setHandler(modeSwitchedSignal, async (payload) => void (await officer.wake(wakeOf('mode', payload))), {
    description: 'Measures now, under the profile of the new mode.',
  });
  setHandler(assessNowUpdate, async () => answerOrFail(await officer.wake(wakeOf('person', null)), 'risk'), {
    validator: noFields,
    description: 'Measures now and answers the risk state.',
  });
  return officer.keep((carry) => continueAsNew<typeof riskOfficerCycle>(raw, carry));
}
