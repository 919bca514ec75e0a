/**
 * Orders as transactions: the gate asked again under the account's lock, the intent, then each move of the order.
 * Everything here may be repeated: a decision that has its intent is not recorded twice.
 */
import { sql, type Transaction } from 'kysely';
import { type GateSurroundings, gateInputOf, type OrderFacts } from '../domain/backtest/gate-input-of.ts';
import { toDecimal } from '../domain/decimal.ts';
import { orderHashOf } from '../domain/execution/identity.ts';
import { gate } from '../domain/risk/gate.ts';
import { onOrder } from '../domain/risk/risk-state.ts';
import type { Decision, GateReason, Verdict } from '../schemas/decision.ts';
import type { Order, OrderIntent } from '../schemas/execution.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { DeskLimits } from '../schemas/risk.ts';
import { saveAccount } from './accounts.ts';
import { approvalRefusal } from './approvals.ts';
import { appendAudit } from './audit.ts';
import { decisionById, insertDecisions, insertRefusals, lostPartner } from './decisions.ts';
import { appendEvents } from './events.ts';
import { cameOf } from './load-governance.ts';
import { type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { insertOrders, ordersOfDecision, recordIntents } from './orders.ts';
import { holdPolicy } from './policies.ts';
import { inTransaction } from './retry.ts';
import { readSession } from './sessions.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

/** An order that asks to be let through: its intents, what the gate needs beside the account, where it comes from. */
export type OrderRequest = {
  readonly workflowId: string;
  readonly sessionId: string | null;
  readonly decisionId: string;
  readonly intents: readonly OrderIntent[];
  readonly facts: OrderFacts;
  /** Of a live account the mode is live, whatever stands here. */
  readonly surroundings: Omit<
    GateSurroundings,
    'policy' | 'killSwitch' | 'halts' | 'liveArmed' | 'strategyDisabled' | 'venue'
  >;
  /** What was asked of a live market for this order; written down with its decision. */
  readonly inputs?: JsonObject;
  /** Why the account must not trade beyond what its row says, such as books not compared yet; or null. */
  readonly halt: string | null;
  readonly killFile: string | null;
  /** What the policy says against an order of a model; absent for everybody else's. */
  readonly policy?: GateReason | null;
  readonly desk: DeskLimits;
  readonly venue: string;
  readonly reasoning: string | null;
  /** The session's fence; null for orders by hand. */
  readonly epoch: number | null;
  /** The decision of an order by hand, recorded with the answer; a session's is recorded already. */
  readonly decision: Omit<Decision, 'verdict'> | null;
};

export type OrderStore = ReturnType<typeof createOrderStore>;

export const createOrderStore = (db: Database) => ({
  /** Asks the gate without writing, except for what it refused. */
  check: (request: OrderRequest): Promise<Verdict> => inTransaction(db, (trx) => check(trx, request)),
  /** Asks the gate again and records the intents in the same transaction. */
  record: (request: OrderRequest): Promise<Verdict> => inTransaction(db, (trx) => record(trx, request)),
  /** The venue the decision's orders were recorded for. @throws Error when there are none */
  venueOf: (decisionId: string): Promise<string> => venueOf(db, decisionId),
  /** The decision number that an order workflow has used under this key, else one more than its last; 0 for the first. */
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

export type RecordedByHand = {
  readonly decision: Omit<Decision, 'verdict'>;
  readonly intents: readonly OrderIntent[];
};

async function recordedByHand(db: Database, workflowId: string, openKey: string): Promise<RecordedByHand | null> {
  const decisionId = (await decisionUnder(db, workflowId, openKey))?.decision_id;
  const decision = decisionId === undefined ? undefined : await decisionById(db, decisionId);
  if (decision === undefined) return null;
  const orders = await ordersOfDecision(db, decision.decisionId);
  const { verdict: _answered, ...recorded } = decision;
  return orders.length === 0 ? null : { decision: recorded, intents: orders };
}

/** What is kept of the key is in the inputs of the decision: a workflow that is reset decides under its first number. */
const decisionUnder = (db: Database, workflowId: string, openKey: string) =>
  db
    .selectFrom('decisions')
    .where('correlation_id', '=', workflowId)
    .where('session_id', 'is', null)
    .where(sql`inputs ->> 'openKey'`, '=', openKey)
    .select(['decision_id', 'sequence'])
    .executeTakeFirst();

async function sequenceOf(db: Database, workflowId: string, openKey: string | null): Promise<number> {
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

type Asked = { readonly loaded: LoadedAccount; readonly verdict: Verdict };

async function ask(trx: Transaction<Tables>, request: OrderRequest): Promise<Asked> {
  const first = firstOf(request);
  const loaded = await loadAccount(trx, first.accountId, first.strategyId, openingCheckpoint('0'));
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

function firstOf({ intents }: OrderRequest): OrderIntent {
  const [first] = intents;
  if (first === undefined) throw new InvalidInput([problem('INPUT_ITEMS', 'intents', 0, 'at least one order')]);
  return first;
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
  await write(trx, request, loaded);
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

async function noteRefusal(
  trx: Transaction<Tables>,
  request: OrderRequest,
  verdict: Verdict,
  stage: 'proposal' | 'intent',
  loaded: LoadedAccount,
): Promise<void> {
  const { reasons } = verdict;
  const policyVersion = loaded.policy.version;
  const correlationId = cameOf(reasons, loaded);
  if (request.decision !== null) {
    if ((await decisionById(trx, request.decisionId)) !== undefined) return;
    await noteDecision(trx, request, { ...request.decision, verdict, policyVersion });
  }
  await trx.updateTable('decisions').set({ approved: false }).where('decision_id', '=', request.decisionId).execute();
  await insertRefusals(trx, [{ decisionId: request.decisionId, stage, reasons, policyVersion, correlationId }]);
  const { decisionId, workflowId } = request;
  const payload = { decisionId, workflowId, stage, rules: reasons.map((one) => one.rule), policyVersion };
  await appendEvents(trx, [
    { type: 'order_refused', payload, correlationId: correlationId ?? workflowId, atMs: request.facts.nowMs },
  ]);
}

/** A session's decision is there already: what its order met is added to what it was made from. */
async function addInputs(trx: Transaction<Tables>, { decisionId, inputs, decision }: OrderRequest): Promise<void> {
  if (inputs === undefined || decision !== null) return;
  await sql`update decisions set inputs = inputs || ${JSON.stringify(inputs)}::jsonb
    where decision_id = ${decisionId}`.execute(trx);
}

async function noteDecision(trx: Transaction<Tables>, request: OrderRequest, decision: Decision): Promise<void> {
  const { accountId } = firstOf(request);
  const context = { accountId, sessionId: request.sessionId, run: 1, correlationId: request.workflowId };
  const referencePrice = firstOf(request).referencePrice ?? null;
  const inputs = { reasoning: request.reasoning, referencePrice, ...request.inputs };
  await insertDecisions(trx, context, [{ decision, inputs }]);
}

async function write(
  trx: Transaction<Tables>,
  request: OrderRequest,
  { account, policy, state }: LoadedAccount,
): Promise<void> {
  const first = firstOf(request);
  const { origin, nowMs } = request.facts;
  const { reasoning, intents } = request;
  const simulated = request.surroundings.tradingMode === 'backtest';
  const policyVersion = policy.version;
  await recordIntents(trx, intents, { epoch: request.epoch ?? account.epoch, origin, reasoning, policyVersion });
  await insertOrders(
    trx,
    intents.map((intent) => recordedOrder(intent, request, simulated)),
  );
  const { strategyId, symbol, side, reduceOnly } = first;
  const sent = { strategyId, symbol, side, quantity: toDecimal(first.quantity), reduceOnly };
  await saveAccount(trx, { ...account, riskState: onOrder(state.risk, sent, nowMs, request.desk) });
  await countOrders(trx, request);
  await appendAudit(
    trx,
    intents.map((intent) => ({ kind: 'order_intent', body: { ...intent, reasoning }, atMs: nowMs })),
  );
  const payload = { decisionId: request.decisionId, clientOrderIds: intents.map((one) => one.clientOrderId) };
  await appendEvents(trx, [{ type: 'order_recorded', payload, correlationId: request.workflowId, atMs: nowMs }]);
}

const recordedOrder = (intent: OrderIntent, request: OrderRequest, simulated: boolean): Order => ({
  ...intent,
  sessionId: request.sessionId,
  venue: request.venue,
  venueOrderId: null,
  simulated,
  state: 'INTENT',
  quantityFilled: '0',
  sentAtMs: null,
});

/** The session's counter of orders sent lives in its checkpoint. */
async function countOrders(trx: Transaction<Tables>, { sessionId, intents }: OrderRequest): Promise<void> {
  if (sessionId === null) return;
  await sql`update sessions set checkpoint = jsonb_set(checkpoint, '{counters,ordersSent}',
    to_jsonb((checkpoint #>> '{counters,ordersSent}')::int + ${intents.length}::int))
    where session_id = ${sessionId}`.execute(trx);
}
