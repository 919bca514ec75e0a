/** The Federation: one state of the whole desk every quarter of a minute, tighter while an officer is not heard of. */
import { continueAsNew, setHandler } from '@temporalio/workflow';
import { globalStateQuery } from './messages/officers.ts';
import { officers } from './officers/activities.ts';
import { type CycleCarry, openOfficer } from './officers/keep-cycle.ts';

const INTERVAL_MS = 15_000;

/** @param carried its own state after continue-as-new; a start gives nothing */
export async function federationCycle(_input?: unknown, carried?: CycleCarry): Promise<never> {
  const officer = openOfficer('federation', officers.mergeStates, INTERVAL_MS, carried);
  setHandler(globalStateQuery, () => officer.carry.state, { description: 'The state of the whole desk.' });
  return officer.keep((carry) => continueAsNew<typeof federationCycle>(undefined, carry));
}
