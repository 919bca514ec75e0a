/**
 * A strategy session: walks bars, decides, hands orders to children, until stopped, out of time or out of data.
 * Real time in paper mode, virtual time without timers in backtest and analysis mode; the steps are the same.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  isCancellation,
  log,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Decision } from '../schemas/decision.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import type { WalkRequest, WalkResult } from '../schemas/session-walk.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { orFail, orFailWithProblems, problemsOf } from './lib/invalid-input.ts';
import { closing, opening, walking } from './session/activities.ts';
import { adviceEvents, checkModels, consult } from './session/advice.ts';
import { endApprovals, owesAnswer, sendOrHold, settleApprovals } from './session/approvals.ts';
import { assess, assessmentsSettled } from './session/assess.ts';
import { childrenSettled, handOverOrders, tellChildren } from './session/children.ts';
import { barsCame, isFollowing, isVirtualTime, lookAgainMs } from './session/follow.ts';
import { emptyInbox, type Inbox, listen, signalsQuiet } from './session/handlers.ts';
import { nextExpiryMs } from './session/held-orders.ts';
import { publish, publishStart } from './session/panel.ts';
import { absorb, openedCarry, type SessionCarry, warn } from './session/session-state.ts';
import { keepPaired, owesLook, requestCancels, tradesPairs } from './session/unwinding.ts';

/** Bars per activity in virtual time, all symbols together; a batch's decisions are committed before it completes. */
const BATCH_BARS = 500;
/** After this many failures in a row the session pauses and waits for a person. */
const LOST_BATCHES_MAX = 10;
const LOST_BATCH_PAUSE_MAX_MS = 30_000;

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

/**
 * One walk: a bar in real time or for a tick, a batch in virtual time; then its orders, each to a child. Entries that wait
 * for advice come in a walk of their own, when everything else of their instant is on its way.
 */
async function step(carry: SessionCarry, inbox: Inbox): Promise<void> {
  const tick = inbox.ticks[0];
  const made: Decision[] = [];
  let stepsMax = tick === undefined ? stepsAtOnce(carry) : 1;
  do {
    const walked = await walk(carry, stepsMax, tick !== undefined);
    if (walked === 'lost') return;
    if (walked === 'none') break;
    await take(carry, inbox, walked);
    made.push(...walked.decisions);
    stepsMax = 0;
  } while (carry.awaited !== undefined && (tick !== undefined || !isVirtualTime(carry)));
  if (tick === undefined) return;
  inbox.ticks.shift();
  tick.answer = made.length > 0 ? made : lastAgain(carry);
}

async function take(carry: SessionCarry, inbox: Inbox, walked: WalkResult): Promise<void> {
  absorb(carry, walked);
  if (isFollowing(carry)) carry.nextDueAtMs = lookAgainMs(carry);
  await tellChildren(inbox, walked.changes);
  await requestCancels(walked.cancels);
  for (const order of walked.handOver) await sendOrHold(carry, inbox, order);
  if (tradesPairs(carry) && walked.handOver.length > 0) await keepPaired(carry, inbox);
  await assess(carry, inbox, walked.proposals);
}

/** The decisions of the last bar once more, for a tick that finds no bar to walk. */
function lastAgain({ decisions }: SessionCarry): Decision[] {
  const asOfMs = decisions.at(-1)?.asOfMs;
  return decisions.filter((one) => one.asOfMs === asOfMs).map((one) => ({ ...one, repeated: true }));
}

/** Bars of a live market that came while it was not looked at are walked together, too. */
const stepsAtOnce = (carry: SessionCarry): number =>
  isVirtualTime(carry) || isFollowing(carry) ? Math.max(1, Math.floor(BATCH_BARS / carry.input.symbols.length)) : 1;

/** A lost batch is not an error: the loop looks at its signals first and then dispatches it again. */
async function walk(carry: SessionCarry, stepsMax: number, isTick: boolean): Promise<WalkResult | 'lost' | 'none'> {
  const { handle, cursor } = carry;
  const last = carry.news?.known ?? handle.barsTotal;
  const summary = `bars ${cursor} to ${Math.min(cursor + stepsMax, last)}`;
  const bounds = { handle, cursor, stepsMax, dueOnly: !isVirtualTime(carry) && !isTick, limits: carry.input.limits };
  try {
    if (carry.awaited === undefined && isFollowing(carry) && !(await barsCame(carry))) return 'none';
    const advice = await adviceCame(carry);
    // Who was told to wait or to stop meanwhile decides what waits, and walks no further.
    const isHeld = advice.answers !== undefined && !isTick && (carry.paused || carry.stop !== null);
    const request = { ...bounds, ...advice, stepsMax: isHeld ? 0 : stepsMax };
    const walked = await walking.walkBars.executeWithOptions({ summary }, [request]);
    carry.lostBatches = 0;
    return walked;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure) || isFinal(error.cause)) throw error;
    await afterLostBatch(carry, error.cause);
    return 'lost';
  }
}

const adviceCame = async (carry: SessionCarry): Promise<Pick<WalkRequest, 'answers'>> =>
  carry.awaited === undefined ? {} : { answers: [...(await consult(carry))] };

const isFinal = (cause: unknown): boolean => cause instanceof ApplicationFailure && cause.nonRetryable === true;

/** A batch that a young worker handed back goes out at once; after a failure the pauses grow, then a person decides. */
async function afterLostBatch(carry: SessionCarry, cause: unknown): Promise<void> {
  log.warn('a batch was lost and is dispatched again', { cursor: carry.cursor, cause: String(cause) });
  if (cause instanceof ApplicationFailure && cause.type === 'StaleDispatch') return;
  carry.lostBatches += 1;
  if (carry.lostBatches >= LOST_BATCHES_MAX) {
    carry.paused = true;
    carry.lostBatches = 0;
    warn(carry, `paused: ${LOST_BATCHES_MAX} batches from bar ${carry.cursor} failed in a row (${String(cause)})`);
  } else if (cause instanceof ApplicationFailure || carry.lostBatches > 1) {
    await sleep(Math.min(1_000 * 2 ** (carry.lostBatches - 1), LOST_BATCH_PAUSE_MAX_MS));
  }
}

/** Until the next bar is due, a message comes or the time is over. In virtual time the next bar is always due. */
async function waitForNextStep(carry: SessionCarry, inbox: Inbox): Promise<void> {
  const now = Date.now();
  const end = endsAtMs(carry);
  if (end !== null && now >= end) {
    carry.stop = { by: 'duration', reason: 'duration is over', flatten: false };
    return;
  }
  const wasPaused = carry.paused;
  const isCalled = () =>
    carry.stop !== null ||
    carry.paused !== wasPaused ||
    inbox.ticks.length > 0 ||
    owesLook(carry, inbox) ||
    inbox.answers.length > 0;
  const dueMs = wasPaused
    ? null
    : isVirtualTime(carry)
      ? now
      : (carry.nextDueAtMs ?? now + carry.input.checkIntervalMs);
  const wakeMs = Math.min(dueMs ?? Infinity, end ?? Infinity, nextExpiryMs(carry) ?? Infinity);
  if (wakeMs === Infinity) await condition(isCalled);
  else if (wakeMs > now) await condition(isCalled, wakeMs - now);
}

const endsAtMs = (carry: SessionCarry): number | null =>
  carry.input.durationMs === null ? null : carry.handle.openedAtMs + carry.input.durationMs;

/** A step of one symbol that sends an order to a child writes about 30 events, told changes included. */
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

/** Ticks that wait are answered by this run; everything else travels in the carry. */
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

async function noteUnknownSignals(carry: SessionCarry, inbox: Inbox): Promise<void> {
  const names = inbox.unknownSignals.splice(0);
  if (names.length > 0) await opening.recordUnknownSignals({ handle: carry.handle, names });
}

async function close(carry: SessionCarry, inbox: Inbox): Promise<SessionReport> {
  const stop = carry.stop ?? { by: 'endOfData', reason: 'no bars left', flatten: false };
  await endAdvice(carry, inbox);
  endApprovals(carry, inbox);
  await noteUnknownSignals(carry, inbox);
  if (stop.flatten) await flatten(carry, inbox);
  else if (tradesPairs(carry) && !isVirtualTime(carry)) await flatten(carry, inbox, 'unpaired');
  await assessmentsSettled(inbox);
  const closed = await closing.closeSession.executeWithOptions({ summary: `close: ${stop.reason}` }, [
    { handle: carry.handle, stop, limits: carry.input.limits },
  ]);
  absorb(carry, closed.walk);
  await tellChildren(inbox, closed.walk.changes);
  publish(carry);
  await childrenSettled(inbox);
  await signalsQuiet(inbox);
  await condition(allHandlersFinished);
  return closed.report;
}

/** Entries that wait for advice when the session ends are told that it has. */
async function endAdvice(carry: SessionCarry, inbox: Inbox): Promise<void> {
  if (carry.awaited === undefined) return;
  delete carry.advice;
  const { handle, cursor } = carry;
  const request = { handle, cursor, stepsMax: 0, dueOnly: false, limits: carry.input.limits };
  const summary = 'entries without advice';
  const walked = await closing.walkBars.executeWithOptions({ summary }, [{ ...request, ...(await adviceCame(carry)) }]);
  await take(carry, inbox, walked);
}

/** Positions leave through decisions of their own, each to its child like any other. */
async function flatten(carry: SessionCarry, inbox: Inbox, only?: 'unpaired'): Promise<void> {
  const { handle } = carry;
  const request = { handle, limits: carry.input.limits, ...(only === undefined ? {} : { only }) };
  const summary = only === undefined ? 'close all positions' : 'close a leg without its partner';
  const flattened = await closing.flattenSession.executeWithOptions({ summary }, [request]);
  absorb(carry, flattened);
  for (const order of flattened.handOver) await handOverOrders(carry, inbox, order);
}
