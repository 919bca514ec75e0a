/** What a session waits for between two steps. */
import { condition } from '@temporalio/workflow';
import { isVirtualTime } from './follow.ts';
import type { Inbox } from './handlers.ts';
import { nextExpiryMs } from './held-orders.ts';
import type { SessionCarry } from './session-state.ts';
import { owesLook } from './unwinding.ts';

/** Until the next bar is due, a message comes or the duration is over, which stops the session. */
export async function waitForNextStep(carry: SessionCarry, inbox: Inbox): Promise<void> {
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
  const dueMs = wasPaused ? Infinity : nextBarMs(carry, now);
  const wakeMs = Math.min(dueMs, end ?? Infinity, nextExpiryMs(carry) ?? Infinity);
  if (wakeMs === Infinity) await condition(isCalled);
  else if (wakeMs > now) await condition(isCalled, wakeMs - now);
}

function nextBarMs(carry: SessionCarry, nowMs: number): number {
  if (isVirtualTime(carry)) return nowMs;
  return carry.nextDueAtMs ?? nowMs + carry.input.checkIntervalMs;
}

/** When the session's duration is over; null: it has none. */
const endsAtMs = (carry: SessionCarry): number | null =>
  carry.input.durationMs === null ? null : carry.handle.openedAtMs + carry.input.durationMs;
