/** The Federation: one state of the whole desk every quarter of a minute, tighter while an officer is not heard of. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { globalStateQuery } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { openOfficer } from './officers/keep-cycle.ts';

const INTERVAL_MS = 15_000;

/**
 * @param raw `officerInputSchema`, or nothing
 * @param carried its own state after continue-as-new; a start gives none
 */
export async function federationCycle(raw?: unknown, carried?: unknown): Promise<never> {
  const officer = openOfficer('federation', officers.mergeStates, INTERVAL_MS, { raw, carried });
  setHandler(globalStateQuery, () => officer.carry.state, { description: 'The state of the whole desk.' });
  return officer.keep((carry) => continueAsNew<typeof federationCycle>(raw, carry));
}
