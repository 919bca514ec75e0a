/**
 * Decisions and the reasons of the gate. One decision per (session, run, symbol, bar); sequences go on through
 * runs under the same workflow id. A decision that exists is read back, never written twice.
 */
import { sql } from 'kysely';
import type { Decision, GateReason } from '../schemas/decision.ts';
import { FINAL_ORDER_STATES } from '../schemas/execution.ts';
import { decisionOf, decisionRow, selectDecisions } from './decision-rows.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, JsonObject } from './tables.ts';

/** What all decisions of a batch share. `run` counts from 1; a decision made by hand has no session. */
export type DecisionContext = {
  readonly accountId: string;
  readonly sessionId: string | null;
  readonly run: number;
  readonly correlationId: string | null;
};

/** A decision and the facts it was made from. */
export type DecisionRecord = { readonly decision: Decision; readonly inputs: JsonObject };

/** Why the gate said no to one decision, worst first. */
export type Refusal = {
  readonly decisionId: string;
  /** Where it was asked: the proposal, or again when the intent was to be written. */
  readonly stage: 'proposal' | 'intent';
  readonly reasons: readonly GateReason[];
  /** The policy that the gate refused it under, and what that came of (an alert, a decision of the CEO). */
  readonly policyVersion?: number;
  readonly correlationId?: string | null;
};

/** Writes decisions without their refusals. @throws Error 23505 when one is there already */
export async function insertDecisions(
  trx: Database,
  context: DecisionContext,
  records: readonly DecisionRecord[],
): Promise<void> {
  const shared = {
    account_id: context.accountId,
    session_id: context.sessionId,
    run: context.run,
    correlation_id: context.correlationId,
  };
  const rows = records.map(({ decision, inputs }) => ({ ...decisionRow(decision), ...shared, inputs }));
  await insertRows(trx, 'decisions', rows);
}

export async function insertRefusals(trx: Database, refusals: readonly Refusal[]): Promise<void> {
  const rows = refusals.flatMap(
    ({ decisionId: decision_id, stage, reasons, policyVersion = null, correlationId = null }) =>
      reasons.map(({ rule, message }, position) => ({
        ...{ decision_id, stage, rule, message, position },
        ...{ policy_version: policyVersion, correlation_id: correlationId },
      })),
  );
  await insertRows(trx, 'gate_refusals', rows);
}

/** The newest `count` decisions of a session, oldest of them first. */
export async function lastDecisions(db: Database, sessionId: string, count: number): Promise<Decision[]> {
  const rows = await selectDecisions(db)
    .where('session_id', '=', sessionId)
    .orderBy('sequence', 'desc')
    .limit(count)
    .execute();
  return rows.reverse().map(decisionOf);
}

/** The decision of one bar in one run, undefined when it has not been made. */
export async function decisionAtBar(
  db: Database,
  bar: { readonly sessionId: string; readonly run: number; readonly symbol: string; readonly asOfMs: number },
): Promise<Decision | undefined> {
  const row = await selectDecisions(db)
    .where('session_id', '=', bar.sessionId)
    .where('run', '=', bar.run)
    .where('symbol', '=', bar.symbol)
    .where('as_of', '=', sql<Date>`${toInstant(bar.asOfMs)}::timestamptz`)
    .executeTakeFirst();
  return row === undefined ? undefined : decisionOf(row);
}

export async function decisionById(db: Database, decisionId: string): Promise<Decision | undefined> {
  const row = await selectDecisions(db).where('decision_id', '=', decisionId).executeTakeFirst();
  return row === undefined ? undefined : decisionOf(row);
}

/**
 * Decisions of a session by their numbers, as they were made: with the gate's word then, not what became of it later.
 */
export async function decisionsAsMade(
  db: Database,
  { sessionId, from, to }: { readonly sessionId: string; readonly from: number; readonly to: number },
): Promise<Decision[]> {
  const rows = await db
    .selectFrom('decisions')
    .selectAll('decisions')
    .select(
      sql<GateReason[] | null>`(select json_agg(json_build_object('rule', r.rule, 'message', r.message)
        order by r.position) from gate_refusals r
        where r.decision_id = decisions.decision_id and r.stage = 'proposal')`.as('reasons'),
    )
    .where('session_id', '=', sessionId)
    .where('sequence', '>=', from)
    .where('sequence', '<=', to)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => decisionOf({ ...row, approved: row.approved === null ? null : row.reasons === null }));
}

/** Which session made a decision, and under which number; undefined for one of nobody, or made by hand. */
export async function placeOfDecision(
  db: Database,
  decisionId: string,
): Promise<{ readonly sessionId: string; readonly sequence: number } | undefined> {
  const query = db.selectFrom('decisions').select(['session_id', 'sequence']).where('decision_id', '=', decisionId);
  const row = await query.executeTakeFirst();
  return row?.session_id == null ? undefined : { sessionId: row.session_id, sequence: row.sequence };
}

/** The symbol of another decision of the group that was refused, or whose entry ended with nothing filled. */
export async function lostPartner(db: Database, groupId: string, decisionId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('decisions as d')
    .leftJoin('orders as o', (join) => join.onRef('o.decision_id', '=', 'd.decision_id').on('o.leg', '=', 'entry'))
    .where('d.group_id', '=', groupId)
    .where('d.decision_id', '!=', decisionId)
    .where((eb) =>
      eb.or([
        eb('d.approved', '=', false),
        eb.and([eb('o.state', 'in', FINAL_ORDER_STATES), eb('o.quantity_filled', '=', '0')]),
      ]),
    )
    .select('d.symbol')
    .executeTakeFirst();
  return row?.symbol;
}
