/**
 * Orders as transactions: the gate asked again under the account's lock, the intent, then each move of the order.
 * Everything here may be repeated: a decision that has its intent is not recorded twice.
 */
import { sql, type Transaction } from 'kysely';
import { gateInputOf } from '../domain/backtest/gate-input-of.ts';
import { orderHashOf } from '../domain/execution/identity.ts';
import { WALL_CLOCK } from '../domain/risk/day-clocks.ts';
import { gate } from '../domain/risk/gate.ts';
import { onDay, onMark } from '../domain/risk/risk-state.ts';
import type { GateReason, Verdict } from '../schemas/decision.ts';
import { clockOfOrder } from './account-days.ts';
import { approvalRefusal } from './approvals.ts';
import { decisionById, lostPartner } from './decisions.ts';
import { type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { addInputs, noteDecision, noteRefusal, recordOrders } from './order-notes.ts';
import { firstOf, type OrderRequest } from './order-request.ts';
import { ordersOfDecision } from './orders.ts';
import { type RecordedByHand, recordedByHand, sequenceOf } from './orders-by-hand.ts';
import { holdPolicy } from './policies.ts';
import { inTransaction } from './retry.ts';
import { isMarkedBySession, readSession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';

export type OrderStore = ReturnType<typeof createOrderStore>;

export const createOrderStore = (db: Database) => ({
  /** Asks the gate without writing, except for what it refused. */
  check: (request: OrderRequest): Promise<Verdict> => inTransaction(db, (trx) => check(trx, request)),
  /** Asks the gate again and records the intents in the same transaction. */
  record: (request: OrderRequest): Promise<Verdict> => inTransaction(db, (trx) => record(trx, request)),
  /** The venue the decision's orders were recorded for. @throws Error when there are none */
  venueOf: (decisionId: string): Promise<string> => venueOf(db, decisionId),
  /**
   * The decision number that an order workflow has used under this key, else one more than its last; 0 for the first.
   */
  sequenceOf: (workflowId: string, openKey: string | null): Promise<number> => sequenceOf(db, workflowId, openKey),
  /** What an order by hand has recorded under this key; null when it has recorded no order. */
  recordedByHand: (workflowId: string, openKey: string): Promise<RecordedByHand | null> =>
    recordedByHand(db, workflowId, openKey),
});

async function venueOf(db: Database, decisionId: string): Promise<string> {
  const query = db.selectFrom('orders').select('venue').where('decision_id', '=', decisionId);
  const row = await query.executeTakeFirst();
  if (row === undefined) throw new Error(`decision ${decisionId} has no recorded orders`);
  return row.venue;
}

type Asked = { readonly loaded: LoadedAccount; readonly verdict: Verdict };

async function ask(trx: Transaction<Tables>, request: OrderRequest): Promise<Asked> {
  const first = firstOf(request);
  const { accountId, strategyId } = first;
  const clock = await clockOfOrder(trx, request.sessionId);
  const loaded = await marked(
    trx,
    request,
    await loadAccount(trx, accountId, strategyId, openingCheckpoint('0'), clock),
  );
  const tradingMode = loaded.account.tradingMode === 'live' ? 'live' : request.surroundings.tradingMode;
  const surroundings = {
    ...request.surroundings,
    tradingMode,
    venue: request.venue,
    liveArmed: loaded.liveArmed,
    strategyDisabled: loaded.strategyDisabled,
    policy: loaded.policy,
    killSwitch: loaded.killSwitch ?? request.killFile,
    halts: { ...loaded.halts, account: loaded.halts.account ?? request.halt },
  };
  return { loaded, verdict: gate(gateInputOf(loaded.state, first, request.facts, surroundings)) };
}

/**
 * Where no session walks bars the day turns here: of an order by hand, though nothing has traded since, and though its
 * last bar is of another day. At a network venue nobody else marks the account without a session: its peak rises here
 * too.
 */
async function marked(
  trx: Transaction<Tables>,
  { venue, sessionId, facts: { nowMs }, desk: { drawdownBreakerFraction } }: OrderRequest,
  loaded: LoadedAccount,
): Promise<LoadedAccount> {
  const { account, state } = loaded;
  const isWalked = venue === 'paper' || (await isMarkedBySession(trx, account.accountId));
  if (isWalked && sessionId !== null) return loaded;
  const atMs = state.risk.clock === WALL_CLOCK ? Date.now() : nowMs;
  const risk = isWalked
    ? onDay(state.risk, atMs)
    : onMark(state.risk, state.equity, atMs, { autoReleaseMs: null, drawdownBreakerFraction });
  return { ...loaded, state: { ...state, risk } };
}

async function check(trx: Transaction<Tables>, request: OrderRequest): Promise<Verdict> {
  // A workflow that was reset asks again about orders that are at work.
  if ((await ordersOfDecision(trx, request.decisionId)).length > 0) return { approved: true, reasons: [] };
  const refused = await refusedBefore(trx, request);
  if (refused !== null) return refused;
  const { loaded, verdict: asked } = await ask(trx, request);
  const verdict = withReason(asked, request.policy ?? null);
  if (!verdict.approved) await noteRefusal(trx, request, verdict, 'proposal', loaded);
  return verdict;
}

async function record(trx: Transaction<Tables>, request: OrderRequest): Promise<Verdict> {
  const first = firstOf(request);
  await sql`select 1 from accounts where account_id = ${first.accountId} for no key update`.execute(trx);
  if ((await ordersOfDecision(trx, request.decisionId)).length > 0) return { approved: true, reasons: [] };
  const refused = await refusedBefore(trx, request);
  if (refused !== null) return refused;
  const closed = await sessionRefusal(trx, request);
  if (closed !== null) return closed;
  await holdPolicy(trx);
  const asked = await ask(trx, request);
  const { loaded } = asked;
  const { decisionId, intents } = request;
  const unapproved = await approvalRefusal(trx, decisionId, intents);
  const reasons = [request.policy ?? null, await partnerLost(trx, request), unapproved];
  const verdict = reasons.reduce(withReason, asked.verdict);
  await addInputs(trx, request);
  if (!verdict.approved) {
    await noteRefusal(trx, request, verdict, 'intent', loaded);
    return verdict;
  }
  if (request.decision !== null)
    await noteDecision(trx, request, { ...request.decision, verdict, policyVersion: loaded.policy.version });
  await recordOrders(trx, request, loaded);
  return verdict;
}

/** A refusal stands, also for the attempt that comes because the answer of the first was lost. */
async function refusedBefore(trx: Transaction<Tables>, { decisionId }: OrderRequest): Promise<Verdict | null> {
  const verdict = (await decisionById(trx, decisionId))?.verdict ?? null;
  return verdict === null || verdict.approved ? null : verdict;
}

/** A session's order must be the very one that was decided, by a session that is still open. */
async function sessionRefusal(trx: Transaction<Tables>, request: OrderRequest): Promise<Verdict | null> {
  if (request.sessionId === null) return null;
  const session = await readSession(trx, request.sessionId);
  const decision = await decisionById(trx, request.decisionId);
  const refuse = (message: string): Verdict => ({ approved: false, reasons: [{ rule: 'sessionOrder', message }] });
  if (session?.state !== 'open') return refuse(`session ${request.sessionId} is not open`);
  if (session.epoch !== request.epoch) return refuse(`session ${request.sessionId} is in a later run`);
  if (decision === undefined) return refuse(`decision ${request.decisionId} was never made`);
  if (decision.verdict?.approved !== true) return refuse(`decision ${request.decisionId} was not approved`);
  const hash = orderHashOf(request.intents);
  return decision.orderHash === hash
    ? null
    : refuse(`these orders hash to ${hash}, decided were ${decision.orderHash}`);
}

const withReason = (verdict: Verdict, reason: GateReason | null): Verdict =>
  reason === null ? verdict : { approved: false, reasons: [...verdict.reasons, reason] };

/** An entry of a pair is not sent once its partner is known to be gone; null while that may still come to be. */
async function partnerLost(trx: Transaction<Tables>, request: OrderRequest): Promise<GateReason | null> {
  const { leg, groupId, symbol } = firstOf(request);
  if (leg !== 'entry' || groupId === undefined) return null;
  const partner = await lostPartner(trx, groupId, request.decisionId);
  return partner === undefined
    ? null
    : { rule: 'pairedLeg', message: `${symbol} is not opened without ${partner}, which was refused or rejected` };
}
