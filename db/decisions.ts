/**
 * Decisions and the reasons of the gate. One decision per (session, run, symbol, bar); sequences go on through
 * runs under the same workflow id. A decision that exists is read back, never written twice.
 */
import { type Selectable, sql } from 'kysely';
import type { Decision, GateReason } from '../schemas/decision.ts';
import { FINAL_ORDER_STATES } from '../schemas/execution.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

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

type SelectedDecision = Selectable<Tables['decisions']> & { readonly reasons: GateReason[] | null };

const selectDecisions = (db: Database) =>
  db
    .selectFrom('decisions')
    .selectAll('decisions')
    .select(
      sql<GateReason[] | null>`(select json_agg(json_build_object('rule', r.rule, 'message', r.message)
      order by r.stage desc, r.position) from gate_refusals r where r.decision_id = decisions.decision_id)`.as(
        'reasons',
      ),
    );

const decisionRow = (decision: Decision) => ({
  decision_id: decision.decisionId,
  sequence: decision.sequence,
  symbol: decision.symbol,
  as_of: toInstant(decision.asOfMs),
  action: decision.action,
  target_fraction: decision.targetFraction,
  confidence: decision.confidence,
  size_fraction: decision.sizeFraction,
  stop_price: decision.stopPrice,
  target_price: decision.targetPrice,
  coverage: decision.coverage,
  agreement: decision.agreement,
  contributions: decision.contributions,
  no_decision: decision.noDecision,
  approved: decision.verdict?.approved ?? null,
  policy_version: decision.policyVersion,
  order_hash: decision.orderHash,
  group_id: decision.groupId ?? null,
});

const decisionOf = (row: SelectedDecision): Decision => ({
  decisionId: row.decision_id,
  sequence: row.sequence,
  ...(row.group_id === null ? {} : { groupId: row.group_id }),
  symbol: row.symbol,
  asOfMs: row.as_of.getTime(),
  action: row.action,
  targetFraction: row.target_fraction,
  confidence: row.confidence,
  sizeFraction: row.size_fraction,
  stopPrice: row.stop_price,
  targetPrice: row.target_price,
  coverage: row.coverage,
  agreement: row.agreement,
  contributions: [...row.contributions],
  noDecision: row.no_decision,
  verdict: row.approved === null ? null : { approved: row.approved, reasons: row.reasons ?? [] },
  policyVersion: row.policy_version,
  orderHash: row.order_hash,
  repeated: false,
});
