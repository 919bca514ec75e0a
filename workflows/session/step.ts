/**
 * One step of a session: the activity that walks the next bars, then what it decided goes on its way. A batch that is
 * lost is dispatched again by the loop.
 */
import { ActivityFailure, ApplicationFailure, isCancellation, log, sleep } from '@temporalio/workflow';
import type { Decision } from '../../schemas/decision.ts';
import type { WalkRequest, WalkResult } from '../../schemas/session-walk.ts';
import { walking } from './activities.ts';
import { consult } from './advice.ts';
import { sendOrHold } from './approvals.ts';
import { assess } from './assess.ts';
import { tellChildren } from './children.ts';
import { barsCame, isFollowing, isVirtualTime, lookAgainMs } from './follow.ts';
import type { Inbox } from './handlers.ts';
import { absorb, type SessionCarry, warn } from './session-state.ts';
import { keepPaired, requestCancels, tradesPairs } from './unwinding.ts';

/** Bars per activity in virtual time, all symbols together; a batch's decisions are committed before it completes. */
const BATCH_BARS = 500;
/** After this many failures in a row the session pauses and waits for a person. */
const LOST_BATCHES_MAX = 10;
const LOST_BATCH_PAUSE_MAX_MS = 30_000;

/**
 * One walk: a bar in real time or for a tick, a batch in virtual time; then its orders, each to a child. Entries that
 * wait for advice come in a walk of their own, when everything else of their instant is on its way.
 */
export async function step(carry: SessionCarry, inbox: Inbox): Promise<void> {
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

/** Takes over what a walk found, tells the children whose orders changed, and sends what was decided. */
export async function take(carry: SessionCarry, inbox: Inbox, walked: WalkResult): Promise<void> {
  absorb(carry, walked);
  if (isFollowing(carry)) carry.nextDueAtMs = lookAgainMs(carry);
  await tellChildren(inbox, walked.changes);
  await requestCancels(walked.cancels);
  for (const order of walked.handOver) await sendOrHold(carry, inbox, order);
  if (tradesPairs(carry) && walked.handOver.length > 0) await keepPaired(carry, inbox);
  await assess(carry, inbox, walked.proposals);
}

/** The decisions of the last bar once more, for a tick that finds no bar to walk. */
export function lastAgain({ decisions }: SessionCarry): Decision[] {
  const asOfMs = decisions.at(-1)?.asOfMs;
  return decisions.filter((one) => one.asOfMs === asOfMs).map((one) => ({ ...one, repeated: true }));
}

/** Bars of a live market that came while nobody looked are walked together as well. */
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
    // Paused or stopped meanwhile, the session decides what waits and walks no further.
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

export const adviceCame = async (carry: SessionCarry): Promise<Pick<WalkRequest, 'answers'>> =>
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
