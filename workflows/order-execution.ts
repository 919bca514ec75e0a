/**
 * One order and its protective legs: checked, recorded, sent, watched until every order of it is in a final state.
 * Started by a session for a decision of its own, or by a person or a tool for an order by hand; same gate, same rows.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  log,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExecutionActivities } from '../activities/execution.ts';
import { lookAgainMs } from '../domain/execution/look-again.ts';
import type { Verdict } from '../schemas/decision.ts';
import { FINAL_ORDER_STATES, type Order, type OrderIntent } from '../schemas/execution.ts';
import type { OrderExecutionStatus, SessionOrderInput } from '../schemas/order-execution.ts';
import { type OrderInput, parseOrderInput } from '../schemas/order-input.ts';
import type { OrderChange } from '../schemas/session-walk.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { orderReportedSignal } from './messages/strategy-session.ts';
import { listen, newWatch, publish, takeCancellation, type Watch } from './order/watch.ts';

const activities = proxyActivities<ExecutionActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** How often an order that hears nothing looks into the book by itself. */
const SILENCE_MS = 3_600_000;
/** How often a resting order is looked at, at least, where it works at a network venue. */
const RESTING_MS = 30_000;
const HISTORY_EVENTS_MAX = 3_000;
/** Pause before an order in doubt is asked again to be cancelled. */
const CANCEL_AGAIN_MS = 2_000;

/**
 * @param raw `manualOrderInputSchema`, or `sessionOrderInputSchema` from a session @param carried after continue-as-new
 */
export async function orderExecution(raw?: unknown, carried?: OrderExecutionStatus): Promise<OrderExecutionStatus> {
  const { workflowId } = workflowInfo();
  const input = orFail(() => parseOrderInput(raw, workflowId));
  const watch = newWatch(carried);
  listen(watch);
  takeCancellation(watch);
  await CancellationScope.nonCancellable(() => lookAfter(watch, input, workflowId, carried));
  if (watch.cancelled !== null) throw watch.cancelled;
  return watch.status;
}

async function lookAfter(
  watch: Watch,
  input: OrderInput,
  workflowId: string,
  carried: OrderExecutionStatus | undefined,
): Promise<void> {
  if (carried === undefined) {
    const changes = await orFailWithProblems(() => send(watch, input, workflowId));
    if (input.origin === 'session') await reportToSession(input, watch, changes);
  }
  while (watch.status.state === 'working') await watchOrders(watch, input);
  await condition(allHandlersFinished);
}

/**
 * Proposal, gate, intent, order: each its own activity, each safe to repeat. @returns orders of others that it changed
 */
async function send(watch: Watch, input: OrderInput, workflowId: string): Promise<readonly OrderChange[]> {
  const plan =
    input.origin === 'session'
      ? { decisionId: input.decisionId, intents: input.intents, manual: null }
      : await activities.proposeOrder({ input, workflowId, openKey: workflowInfo().originalExecutionRunId });
  const order = { input, workflowId, ...plan };
  const summary = summaryOf(plan.intents);
  if (input.origin !== 'session') {
    const proposal = await activities.checkRisk.executeWithOptions({ summary: `may we ${summary}?` }, [order]);
    if (!proposal.approved) return refuse(watch, order.decisionId, proposal);
  }
  const verdict = await activities.recordIntent.executeWithOptions({ summary: `intent: ${summary}` }, [order]);
  if (!verdict.approved) return refuse(watch, order.decisionId, verdict);
  const sent = await activities.submitOrders.executeWithOptions({ summary: `send: ${summary}` }, [order]);
  if (sent.refusal !== null) return refuse(watch, order.decisionId, { approved: false, reasons: [sent.refusal] });
  publish(watch, { state: 'working', decisionId: order.decisionId, reasons: [], orders: [...sent.own] });
  return sent.elsewhere;
}

function refuse(watch: Watch, decisionId: string, verdict: Verdict): readonly OrderChange[] {
  publish(watch, { state: 'refused', decisionId, reasons: [...verdict.reasons], orders: [] });
  return [];
}

function summaryOf(intents: readonly OrderIntent[]): string {
  const first = intents[0];
  return first === undefined ? 'nothing' : `${first.side} ${first.quantity} ${first.symbol} (${first.leg})`;
}

async function reportToSession(input: SessionOrderInput, watch: Watch, changes: readonly OrderChange[]): Promise<void> {
  const { decisionId, state } = watch.status;
  try {
    const session = getExternalWorkflowHandle(input.sessionWorkflowId);
    await session.signal(orderReportedSignal, { decisionId, approved: state !== 'refused', changes });
  } catch (error) {
    log.info('the session is already closed', { decisionId, error: String(error) });
  }
}

/** Waits for news of the orders; looks by itself when it hears nothing; cancels when asked. */
async function watchOrders(watch: Watch, input: OrderInput): Promise<void> {
  if (watch.status.orders.every((order) => FINAL_ORDER_STATES.includes(order.state))) {
    publish(watch, { ...watch.status, state: 'done' });
    return;
  }
  const silenceMs = silenceOf(watch.status.orders, input);
  await condition(() => watch.changed || watch.cancelReason !== null, silenceMs);
  const heard = watch.changed;
  watch.changed = false;
  if (watch.cancelReason !== null) await cancel(watch, input, watch.cancelReason);
  else if (!heard) await look(watch, input);
  if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > HISTORY_EVENTS_MAX) {
    while (watch.cancelReason !== null) await cancel(watch, input, watch.cancelReason);
    await condition(allHandlersFinished);
    await continueAsNew<typeof orderExecution>(input, watch.status);
  }
}

/** How long to wait for news in ms. Fills of the paper book are reported by signal; a network venue has to be asked. */
function silenceOf(orders: readonly Order[], input: OrderInput): number {
  const restingMs = input.origin === 'session' ? RESTING_MS : Math.min(RESTING_MS, input.checkIntervalMs);
  if (orders.some((one) => one.venue !== 'paper')) return lookAgainMs(orders, Date.now(), restingMs);
  return input.origin === 'session' ? SILENCE_MS : input.checkIntervalMs;
}

/** Looks at the orders. A report that came meanwhile is newer than what was seen, and stands. */
async function look(watch: Watch, input: OrderInput): Promise<void> {
  const orders = await activities.workOrders({ input, decisionId: watch.status.decisionId });
  if (!watch.changed) takeOrders(watch, orders);
}

async function cancel(watch: Watch, input: OrderInput, reason: string): Promise<void> {
  const { decisionId } = watch.status;
  const orders = await activities.cancelOrders({ input, decisionId, reason });
  takeOrders(watch, orders);
  if (orders.some(isInDoubt)) await sleep(CANCEL_AGAIN_MS);
  else watch.cancelReason = null;
}

/** It is not known yet whether the venue has it: an order has to be found before it can be cancelled. */
const isInDoubt = ({ state, leg }: Order): boolean =>
  (state === 'UNKNOWN' || state === 'SENT') && leg !== 'stop' && leg !== 'target';

function takeOrders(watch: Watch, orders: readonly Order[]): void {
  publish(watch, { ...watch.status, orders: [...orders] });
}
