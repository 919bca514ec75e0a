/**
 * What the gate's answer about an order leaves behind: a refusal with its reasons, or intents, orders and their traces.
 */
import { sql, type Transaction } from 'kysely';
import { toDecimal } from '../domain/decimal.ts';
import { onOrder } from '../domain/risk/risk-state.ts';
import type { Decision, Verdict } from '../schemas/decision.ts';
import type { Order, OrderIntent } from '../schemas/execution.ts';
import { saveAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { decisionById, insertDecisions, insertRefusals } from './decisions.ts';
import { appendEvents } from './events.ts';
import { cameOf } from './load-governance.ts';
import type { LoadedAccount } from './load-walk.ts';
import { firstOf, type OrderRequest } from './order-request.ts';
import { insertOrders, recordIntents } from './orders.ts';
import { jsonText } from './storable.ts';
import type { Tables } from './tables.ts';

/** A refusal with every reason. @param stage of the proposal, or under the lock when the intent was to be recorded */
export async function noteRefusal(
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
export async function addInputs(
  trx: Transaction<Tables>,
  { decisionId, inputs, decision }: OrderRequest,
): Promise<void> {
  if (inputs === undefined || decision !== null) return;
  await sql`update decisions set inputs = inputs || ${jsonText(inputs)}::jsonb
    where decision_id = ${decisionId}`.execute(trx);
}

/** The decision of an order by hand. */
export async function noteDecision(trx: Transaction<Tables>, request: OrderRequest, decision: Decision): Promise<void> {
  const { accountId } = firstOf(request);
  const context = { accountId, sessionId: request.sessionId, run: 1, correlationId: request.workflowId };
  const referencePrice = firstOf(request).referencePrice ?? null;
  const inputs = { reasoning: request.reasoning, referencePrice, ...request.inputs };
  await insertDecisions(trx, context, [{ decision, inputs }]);
}

/** The intents and their orders, which are not sent yet. */
export async function recordOrders(
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
