/**
 * A strategy session: walks bars, decides, hands orders to children, until stopped, out of time or out of data.
 * Real time in paper mode, virtual time without timers in backtest and analysis mode; the steps are the same.
 */
import {
  allHandlersFinished,
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { parseSessionInput } from '../schemas/session-input.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { orFail, orFailWithProblems, problemsOf } from './lib/invalid-input.ts';
import { signalsQuiet } from './lib/signals-quiet.ts';
import { closing, opening } from './session/activities.ts';
import { adviceEvents, checkModels } from './session/advice.ts';
import { owesAnswer, settleApprovals } from './session/approvals.ts';
import { assessmentsSettled } from './session/assess.ts';
import { childrenSettled } from './session/children.ts';
import { close } from './session/close.ts';
import { emptyInbox, type Inbox, listen, noteUnknownSignals } from './session/handlers.ts';
import { publish, publishStart } from './session/panel.ts';
import { openedCarry, type SessionCarry } from './session/session-state.ts';
import { lastAgain, step } from './session/step.ts';
import { keepPaired, owesLook, tradesPairs } from './session/unwinding.ts';
import { waitForNextStep } from './session/wait.ts';

/** @param raw `strategySessionInputSchema` @param carried the session's own state after continue-as-new */
export async function strategySession(raw?: unknown, carried?: SessionCarry): Promise<SessionReport> {
  const inbox = emptyInbox();
  const carry = carried ?? (await open(raw, inbox));
  if (carried !== undefined) {
    listen(carry, inbox);
    inbox.childEnded = true;
  }
  publish(carry);
  try {
    await walkUntilStopped(carry, inbox);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (!isCancellation(error)) throw await abandon(carry, error);
    carry.stop = { by: 'cancel', reason: 'cancelled', flatten: false };
    await CancellationScope.nonCancellable(() => close(carry, inbox));
    throw error;
  }
  return close(carry, inbox);
}

/** A session that cannot go on gives its row back before it fails, so that its orders are looked after. */
async function abandon(carry: SessionCarry, error: unknown): Promise<unknown> {
  await closing.abandonSession({ handle: carry.handle, reason: String(error) });
  return problemsOf(error) ?? error;
}

async function open(raw: unknown, inbox: Inbox): Promise<SessionCarry> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  const input = orFail(() => parseSessionInput(raw, workflowId, Date.now()));
  const carry = openedCarry(input, workflowId);
  listen(carry, inbox);
  await checkModels(carry);
  const summary = `open ${input.tradingMode} session on ${input.symbols.join(', ')}`;
  carry.handle = await orFailWithProblems(() =>
    opening.openSession.executeWithOptions({ summary }, [{ input, workflowId, openKey }]),
  );
  carry.cursor = carry.handle.pastInstants ?? 0;
  publishStart(carry);
  return carry;
}

async function walkUntilStopped(carry: SessionCarry, inbox: Inbox): Promise<void> {
  while (carry.stop === null) {
    await noteUnknownSignals(carry, inbox);
    if (historyIsLong(carry)) await goOnAsNew(carry, inbox);
    if (carry.stop !== null) break;
    if (owesLook(carry, inbox)) await keepPaired(carry, inbox);
    if (owesAnswer(carry, inbox)) await settleApprovals(carry, inbox);
    if (!carry.paused || inbox.ticks.length > 0) await step(carry, inbox);
    publish(carry);
    if (carry.stop === null && inbox.ticks.length === 0) await waitForNextStep(carry, inbox);
  }
  for (const tick of inbox.ticks.splice(0)) tick.answer = lastAgain(carry);
}

/** Chosen: a step of one symbol that sends an order to a child writes about 30 events, with the signals to it. */
const EVENTS_PER_STEP = 40;

/** Whether the next step might not fit any more; each run has room for one at least. */
function historyIsLong(carry: SessionCarry): boolean {
  const { input } = carry;
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  // A pair may send a third order, when one leg is refused and the other has to go.
  const orders = input.symbols.length + (tradesPairs(carry) ? 1 : 0);
  const events = EVENTS_PER_STEP * orders + adviceEvents(carry);
  const room = Math.min(events, Math.floor(input.maxHistoryEvents / 2));
  return continueAsNewSuggested || historyLength + room >= input.maxHistoryEvents;
}

/** Continues as new. Ticks that wait are answered by this run first; everything else travels in the carry. */
async function goOnAsNew(carry: SessionCarry, inbox: Inbox): Promise<void> {
  do {
    while (inbox.ticks.length > 0 && carry.stop === null) await step(carry, inbox);
    if (carry.stop !== null) return;
    await childrenSettled(inbox);
    await assessmentsSettled(inbox);
    await signalsQuiet(inbox);
    if (inbox.answers.length > 0) await settleApprovals(carry, inbox);
    await condition(() => hasCallers(inbox) || allHandlersFinished());
  } while (hasCallers(inbox) || carry.stop !== null);
  await continueAsNew<typeof strategySession>(carry.input, carry);
}

const hasCallers = ({ ticks, answers }: Inbox): boolean => ticks.length > 0 || answers.length > 0;
