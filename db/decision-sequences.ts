/** Numbers of a session's decisions: they go on through the runs under one workflow id, and name the children. */
import { FINAL_ORDER_STATES } from '../schemas/execution.ts';
import type { Database } from './tables.ts';

/** One more than the highest sequence any session of this workflow id has used; 0 for the first run. */
export async function nextSequence(db: Database, workflowId: string): Promise<number> {
  const row = await db
    .selectFrom('sessions as s')
    .innerJoin('decisions as d', 'd.session_id', 's.session_id')
    .where('s.workflow_id', '=', workflowId)
    .select((eb) => eb.fn.max('d.sequence').as('last'))
    .executeTakeFirst();
  return row === undefined || row.last === null ? 0 : row.last + 1;
}

/** Numbers of a session's decisions that have orders at work on an account, by decision id. */
export async function sequencesAtWork(
  db: Database,
  run: { readonly sessionId: string; readonly accountId: string },
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('orders as o')
    .innerJoin('decisions as d', 'd.decision_id', 'o.decision_id')
    .where('o.account_id', '=', run.accountId)
    .where('o.session_id', '=', run.sessionId)
    .where('o.state', 'not in', FINAL_ORDER_STATES)
    .select(['d.decision_id', 'd.sequence'])
    .execute();
  return new Map(rows.map((row) => [row.decision_id, row.sequence]));
}
