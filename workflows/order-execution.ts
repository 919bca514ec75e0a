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
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { z } from 'zod';
import type { ExecutionActivities } from '../activities/execution.ts';
import { lookAgainMs } from '../domain/execution/look-again.ts';
import type { Verdict } from '../schemas/decision.ts';
import { FINAL_ORDER_STATES, type Order, type OrderIntent } from '../schemas/execution.ts';
import type { OrderExecutionStatus, SessionOrderInput } from '../schemas/order-execution.ts';
import { type OrderInput, parseOrderInput } from '../schemas/order-input.ts';
import { type OrderChange, orderChangeSchema } from '../schemas/session-walk.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { orderDetails } from './lib/order-details.ts';
import * as face from './messages/order-execution.ts';
import { orderReportedSignal } from './messages/strategy-session.ts';

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

/** `cancelled`: what the workflow ends with once its orders are over, where it was cancelled itself. */
type Watch = {
  status: OrderExecutionStatus;
  cancelReason: string | null;
  changed: boolean;
  cancelled: unknown;
};

/**
 * @param raw `manualOrderInputSchema`, or `sessionOrderInputSchema` from a session @param carried after continue-as-new
 */
export async function orderExecution(raw?: unknown, carried?: OrderExecutionStatus): Promise<OrderExecutionStatus> {
  const { workflowId } = workflowInfo();
  const input = orFail(() => parseOrderInput(raw, workflowId));
  const watch: Watch = { status: carried ?? checking(''), cancelReason: null, changed: false, cancelled: null };
  listen(watch);
  takeCancellation(watch);
  await CancellationScope.nonCancellable(() => lookAfter(watch, input, workflowId, carried));
  if (watch.cancelled !== null) throw watch.cancelled;
  return watch.status;
}

/** Orders outlive the wish to end their workflow: it is a wish to cancel them, and what is filled stays protected. */
function takeCancellation(watch: Watch): void {
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    watch.cancelled = error;
    watch.cancelReason ??= 'its workflow was cancelled';
  });
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

const checking = (decisionId: string): OrderExecutionStatus => ({
  state: 'checking',
  decisionId,
  reasons: [],
  orders: [],
});

function listen(watch: Watch): void {
  setHandler(face.orderQuery, () => watch.status, {
    description: 'The order, its legs, and why it was refused if it was.',
  });
  setHandler(face.fillReportedSignal, (changes) => takeOver(watch, changesOf(changes)), {
    description: 'What became of the orders, told by whoever matched them.',
  });
  const requestCancel = (command: unknown) => {
    watch.cancelReason ??= reasonOf(command);
  };
  setHandler(face.cancelRequestedSignal, requestCancel, {
    description: 'Cancels what is still at work, as soon as it can; fills that came first stand.',
  });
  setHandler(
    face.cancelOrderUpdate,
    async (command) => {
      watch.cancelReason = command?.reason ?? 'cancelled by hand';
      await condition(() => watch.cancelReason === null || isOver(watch));
      return watch.status;
    },
    { description: 'Cancels what is still at work; fills that came first stand.' },
  );
}

/** A signal must never throw: whatever it carries, it asks to cancel. */
const reasonOf = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'reason' in command && typeof command.reason === 'string'
    ? command.reason.slice(0, 500)
    : 'asked to cancel';

/** Refused or done: there is nothing left to cancel. */
const isOver = ({ status }: Watch): boolean => status.state === 'refused' || status.state === 'done';

/** A signal must never throw: what are no changes is passed over. */
function changesOf(raw: unknown): readonly OrderChange[] {
  const changes = z.array(orderChangeSchema).safeParse(raw);
  return changes.success ? changes.data : [];
}

function takeOver(watch: Watch, changes: readonly OrderChange[]): void {
  const orders = watch.status.orders.map((order) => {
    const change = changes.find((one) => one.clientOrderId === order.clientOrderId);
    return change === undefined ? order : { ...order, state: change.state, quantityFilled: change.quantityFilled };
  });
  publish(watch, { ...watch.status, orders });
  watch.changed = true;
}

/**
 * Proposal, gate, intent, order: each its own activity, each safe to repeat. Answers the orders it changed elsewhere.
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

/** The paper book is told of; a venue over the network has to be asked. */
function silenceOf(orders: readonly Order[], input: OrderInput): number {
  const restingMs = input.origin === 'session' ? RESTING_MS : Math.min(RESTING_MS, input.checkIntervalMs);
  if (orders.some((one) => one.venue !== 'paper')) return lookAgainMs(orders, Date.now(), restingMs);
  return input.origin === 'session' ? SILENCE_MS : input.checkIntervalMs;
}

/** What was reported while looking is newer than what was seen. */
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

/** Nobody knows yet whether the venue has it: what is to be cancelled has to be found first. */
const isInDoubt = ({ state, leg }: Order): boolean =>
  (state === 'UNKNOWN' || state === 'SENT') && leg !== 'stop' && leg !== 'target';

function takeOrders(watch: Watch, orders: readonly Order[]): void {
  publish(watch, { ...watch.status, orders: [...orders] });
}

/** Keeps the status and shows it in the Web UI's panel. */
function publish(watch: Watch, status: OrderExecutionStatus): void {
  watch.status = status;
  setCurrentDetails(orderDetails(status));
}
