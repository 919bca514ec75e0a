/** The rig with its officers: a policy of short intervals before the first worker, and a client to ask them with. */
import { Client } from '@temporalio/client';
import { loadGovernance } from '../../../config/policy-files.ts';
import { openDatabase } from '../../../db/connection.ts';
import { changePolicy } from '../../../db/policy-changes.ts';
import { inTransaction } from '../../../db/retry.ts';
import { seedDesk } from '../../../db/seed-desk.ts';
import type { Database } from '../../../db/tables.ts';
import type { PolicyChanges } from '../../../domain/officers/policy/change-settings.ts';
import { OFFICERS, type Officer, officerId } from '../../../workflows/messages/officers.ts';
import { EXAM_CONFIG } from '../../exam.ts';
import { patiently } from '../../rig/patience.ts';
import type { Rig } from '../../rig/rig.ts';

export type OfficersRig = {
  readonly rig: Rig;
  readonly client: Client;
  /** As the owner, straight at the server. */
  readonly db: Database;
};

const PATIENCE_MS = 60_000;

/** Seeds the desk, sets what is to be changed of its policy, and starts the workers, which start the officers. */
export async function withOfficers(rig: Rig, changes: PolicyChanges): Promise<OfficersRig> {
  const db = openDatabase(rig.adminUrl, { poolSize: 4, applicationName: 'quarterdeck exam' });
  const { settings, startMode } = loadGovernance(EXAM_CONFIG);
  await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
  if (Object.keys(changes).length > 0) {
    const author = { setBy: 'an exam', reason: 'an exam', correlationId: null, atMs: Date.now() };
    await inTransaction(db, (trx) => changePolicy(trx, { ...author, changes }));
  }
  await rig.startWorkers();
  return { rig, db, client: new Client({ connection: rig.connection, namespace: 'default' }) };
}

export type Slot = { readonly slotMs: number; readonly state: string; readonly lagMs: number };

/** Of one officer, in order; the lag is from the slot to the start of its cycle. */
export async function slotsOf({ rig }: OfficersRig, officer: Officer): Promise<Slot[]> {
  const { rows } = await rig.pool.query<{ slot_ms: string; state: string; at: Date }>(
    'select slot_ms, state, at from officer_cycles where officer = $1 order by slot_ms',
    [officer],
  );
  return rows.map(({ slot_ms, state, at }) => ({
    slotMs: Number(slot_ms),
    state,
    lagMs: at.getTime() - Number(slot_ms),
  }));
}

/** Events in the longest run of each officer. */
export async function historyLengths({ client }: OfficersRig): Promise<Record<string, number>> {
  const lengths: Record<string, number> = {};
  for (const officer of OFFICERS) {
    const list = client.workflow.list({ query: `WorkflowId = '${officerId(officer)}'` });
    let longest = (await patiently(() => client.workflow.getHandle(officerId(officer)).describe(), PATIENCE_MS))
      .historyLength;
    for await (const { historyLength } of list) longest = Math.max(longest, historyLength ?? 0);
    lengths[officer] = longest;
  }
  return lengths;
}
