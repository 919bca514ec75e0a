/**
 * Orders that wait for a person. A row is written with the decision it belongs to, bound to the hash of its
 * orders, and answered once; nobody's answer by its expiry is a denial. Whether an order may be recorded is
 * read from here, never from what a workflow says.
 */
import type { Selectable, Transaction } from 'kysely';
import { orderHashOf } from '../domain/execution/identity.ts';
import { APPROVAL_RULE, type Approval, answerApproval, denial } from '../domain/llm/approval.ts';
import type { ApprovalAnswer } from '../schemas/approval.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { OrderIntent } from '../schemas/execution.ts';
import { type Problem, problem } from '../schemas/problem.ts';
import type { OrderHandOver } from '../schemas/session-walk.ts';
import { appendAudit } from './audit.ts';
import { insertRefusals } from './decisions.ts';
import { appendEvents } from './events.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database, Tables } from './tables.ts';

/** Writes what is asked, with the decisions it is asked for. */
export async function insertApprovals(
  trx: Transaction<Tables>,
  orders: readonly OrderHandOver[],
  correlationId: string,
): Promise<void> {
  const asked = orders.flatMap(({ decisionId, summary, approval }) =>
    approval === undefined ? [] : [{ decisionId, summary, ...approval }],
  );
  const rows = asked.map(({ decisionId, orderHash, rule, message, askedAtMs, expiresAtMs }) => ({
    ...{ decision_id: decisionId, order_hash: orderHash, state: 'pending' as const, reason: `${rule}: ${message}` },
    ...{ requested_at: toInstant(askedAtMs), expires_at: toInstant(expiresAtMs) },
  }));
  await insertRows(trx, 'approvals', rows);
  const events = asked.map((payload) => ({ payload, correlationId, atMs: payload.askedAtMs }));
  await appendEvents(
    trx,
    events.map((one) => ({ type: 'approval_requested', ...one })),
  );
}

/** Entries of a session that wait for a person. */
export async function awaitingApproval(
  db: Database,
  sessionId: string,
): Promise<{ readonly decisionId: string; readonly symbol: string }[]> {
  const rows = await waiting(db).where('d.session_id', '=', sessionId).execute();
  return rows.map((row) => ({ decisionId: row.decision_id, symbol: row.symbol }));
}

const waiting = (db: Database) =>
  db
    .selectFrom('approvals as a')
    .innerJoin('decisions as d', 'd.decision_id', 'a.decision_id')
    .leftJoin('sessions as s', 's.session_id', 'd.session_id')
    .where('a.state', '=', 'pending')
    .orderBy('a.requested_at')
    .orderBy('a.decision_id')
    .select(['a.decision_id', 'a.order_hash', 'a.reason', 'a.expires_at', 'd.symbol', 'd.action', 's.workflow_id']);

/** Everything that waits, oldest first, with the workflow that is to be answered. */
export const waitingOrders = (db: Database) => waiting(db).execute();

/** The approval of a decision and the workflow that asked for it; undefined where none was asked for. */
export async function readApproval(
  db: Database,
  decisionId: string,
): Promise<{ readonly approval: Approval; readonly workflowId: string | null } | undefined> {
  const row = await db
    .selectFrom('approvals as a')
    .innerJoin('decisions as d', 'd.decision_id', 'a.decision_id')
    .leftJoin('sessions as s', 's.session_id', 'd.session_id')
    .where('a.decision_id', '=', decisionId)
    .selectAll('a')
    .select('s.workflow_id')
    .executeTakeFirst();
  return row === undefined ? undefined : { approval: approvalOf(row), workflowId: row.workflow_id };
}

type Row = Selectable<Tables['approvals']>;

const approvalOf = (row: Row): Approval => ({
  decisionId: row.decision_id,
  orderHash: row.order_hash,
  state: row.state === 'expired' ? 'denied' : row.state,
  askedAtMs: row.requested_at.getTime(),
  expiresAtMs: row.expires_at.getTime(),
  by: row.state === 'expired' ? 'expiry' : row.decided_by,
});

/** How an approval stands after an answer; with problems the answer was refused. */
export type AnsweredApproval = {
  readonly state: 'approved' | 'denied';
  readonly by: string;
  readonly problems: readonly Problem[];
};

/** Why an order that waited goes no further without anybody's answer. */
export type Withdrawal = { readonly decisionId: string; readonly by: 'expiry' | 'session' | 'partner' };

export type ApprovalStore = ReturnType<typeof createApprovalStore>;

export const createApprovalStore = (db: Database) => ({
  /** Takes a person's answer, once. One that comes late, for another order or against a former one changes nothing. */
  answer: (answer: ApprovalAnswer, nowMs: number): Promise<AnsweredApproval> =>
    inTransaction(db, (trx) => answerOnce(trx, answer, nowMs)),
  /** Denies what nobody has answered; what was answered stands. */
  withdraw: (one: Withdrawal, nowMs: number): Promise<AnsweredApproval> =>
    inTransaction(db, (trx) => withdraw(trx, one, nowMs)),
});

async function answerOnce(trx: Transaction<Tables>, answer: ApprovalAnswer, nowMs: number): Promise<AnsweredApproval> {
  const before = await locked(trx, answer.decisionId);
  if (before === undefined) return unknownApproval(answer.decisionId);
  const { approval, problem: refused } = answerApproval(before, answer, nowMs);
  if (approval.state !== before.state) await note(trx, approval, nowMs);
  const state = approval.state === 'approved' ? 'approved' : 'denied';
  return { state, by: approval.by ?? answer.by, problems: refused === null ? [] : [refused] };
}

async function withdraw(trx: Transaction<Tables>, one: Withdrawal, nowMs: number): Promise<AnsweredApproval> {
  const before = await locked(trx, one.decisionId);
  if (before === undefined) return unknownApproval(one.decisionId);
  const { state, by } = before;
  if (state === 'denied' || (state === 'approved' && one.by !== 'partner')) {
    return { state, by: by ?? one.by, problems: [] };
  }
  await note(trx, { ...before, state: 'denied', by: one.by }, nowMs);
  return { state: 'denied', by: one.by, problems: [] };
}

const unknownApproval = (decisionId: string): AnsweredApproval => ({
  state: 'denied',
  by: 'nobody',
  problems: [problem('APPROVAL_UNKNOWN', 'decisionId', decisionId, 'a decision that waits for a person')],
});

async function locked(trx: Transaction<Tables>, decisionId: string): Promise<Approval | undefined> {
  const query = trx.selectFrom('approvals').selectAll().where('decision_id', '=', decisionId);
  const row = await query.forUpdate().executeTakeFirst();
  return row === undefined ? undefined : approvalOf(row);
}

/** Writes an answer; a denial is a refusal of the decision, with its reason. */
async function note(trx: Transaction<Tables>, approval: Approval, nowMs: number): Promise<void> {
  const { decisionId, orderHash, by } = approval;
  const state = by === 'expiry' ? ('expired' as const) : approval.state;
  await trx
    .updateTable('approvals')
    .set({ state, decided_at: toInstant(nowMs), decided_by: by })
    .where('decision_id', '=', decisionId)
    .execute();
  if (approval.state === 'denied') {
    const refused = trx.updateTable('decisions').set({ approved: false }).where('decision_id', '=', decisionId);
    const { policy_version } = await refused.returning('policy_version').executeTakeFirstOrThrow();
    const reasons = [denial(approval)];
    const under = { policyVersion: policy_version, correlationId: null };
    await insertRefusals(trx, [{ decisionId, stage: 'intent', reasons, ...under }]);
  }
  const payload = { decisionId, orderHash, state, by };
  await appendAudit(trx, [{ kind: 'approval_answered', body: payload, atMs: nowMs }]);
  await appendEvents(trx, [{ type: 'approval_answered', payload, correlationId: decisionId, atMs: nowMs }]);
}

/** Denies whatever of a session still waits: it will never be sent. */
export async function withdrawAll(trx: Transaction<Tables>, sessionId: string, nowMs: number): Promise<void> {
  for (const { decisionId } of await awaitingApproval(trx, sessionId)) {
    await withdraw(trx, { decisionId, by: 'session' }, nowMs);
  }
}

/** Null for an order that nobody had to be asked about, and for the very order that was approved. */
export async function approvalRefusal(
  trx: Transaction<Tables>,
  decisionId: string,
  intents: readonly OrderIntent[],
): Promise<GateReason | null> {
  const approval = await locked(trx, decisionId);
  if (approval === undefined) return null;
  if (approval.state === 'denied') return denial(approval);
  if (approval.state === 'pending')
    return { rule: APPROVAL_RULE, message: 'a person has not answered for this order yet' };
  const hash = orderHashOf(intents);
  if (hash === approval.orderHash) return null;
  return { rule: APPROVAL_RULE, message: `these orders hash to ${hash}, approved were ${approval.orderHash}` };
}
