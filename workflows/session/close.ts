/** The end of a session: what still waits is answered, positions leave when that is asked for, a report is written. */
import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import { signalsQuiet } from '../lib/signals-quiet.ts';
import { closing } from './activities.ts';
import { endApprovals } from './approvals.ts';
import { assessmentsSettled } from './assess.ts';
import { childrenSettled, handOverOrders, tellChildren } from './children.ts';
import { isVirtualTime } from './follow.ts';
import { type Inbox, noteUnknownSignals } from './handlers.ts';
import { publish } from './panel.ts';
import { absorb, type SessionCarry } from './session-state.ts';
import { adviceCame, take } from './step.ts';
import { tradesPairs } from './unwinding.ts';

/** @returns the report, when nothing of the session is under way any more */
export async function close(carry: SessionCarry, inbox: Inbox): Promise<SessionReport> {
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

/** Entries that still wait for advice are decided without it. */
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
