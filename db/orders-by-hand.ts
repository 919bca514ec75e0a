/**
 * Orders by hand, found again: a workflow that is reset decides under its first number and tells what it has recorded.
 */
import { sql } from 'kysely';
import type { Decision } from '../schemas/decision.ts';
import type { OrderIntent } from '../schemas/execution.ts';
import { decisionById } from './decisions.ts';
import { ordersOfDecision } from './orders.ts';
import type { Database } from './tables.ts';

export type RecordedByHand = {
  readonly decision: Omit<Decision, 'verdict'>;
  readonly intents: readonly OrderIntent[];
};

/** Null when nothing was recorded under this key. */
export async function recordedByHand(
  db: Database,
  workflowId: string,
  openKey: string,
): Promise<RecordedByHand | null> {
  const decisionId = (await decisionUnder(db, workflowId, openKey))?.decision_id;
  const decision = decisionId === undefined ? undefined : await decisionById(db, decisionId);
  if (decision === undefined) return null;
  const orders = await ordersOfDecision(db, decision.decisionId);
  const { verdict: _answered, ...recorded } = decision;
  return orders.length === 0 ? null : { decision: recorded, intents: orders };
}

/**
 * What is kept of the key is in the inputs of the decision: a workflow that is reset decides under its first number.
 */
const decisionUnder = (db: Database, workflowId: string, openKey: string) =>
  db
    .selectFrom('decisions')
    .where('correlation_id', '=', workflowId)
    .where('session_id', 'is', null)
    .where(sql`inputs ->> 'openKey'`, '=', openKey)
    .select(['decision_id', 'sequence'])
    .executeTakeFirst();

/** The number that was used under this key, else one more than the workflow's last; 0 for the first. */
export async function sequenceOf(db: Database, workflowId: string, openKey: string | null): Promise<number> {
  const before = openKey === null ? undefined : await decisionUnder(db, workflowId, openKey);
  return before?.sequence ?? nextSequence(db, workflowId);
}

async function nextSequence(db: Database, workflowId: string): Promise<number> {
  const row = await db
    .selectFrom('decisions')
    .where('correlation_id', '=', workflowId)
    .where('session_id', 'is', null)
    .select((eb) => eb.fn.max('sequence').as('last'))
    .executeTakeFirst();
  return row === undefined || row.last === null ? 0 : row.last + 1;
}
