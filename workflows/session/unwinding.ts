/**
 * Both legs of a pair, or none: after the two orders of a pair have been handed over, and whenever a child has ended,
 * one look at the books ends the leg that has lost its partner. Every walk looks as well, so this only makes it sooner.
 */
import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { isRealTime } from '../../schemas/governance.ts';
import { isTwoLegged } from '../../schemas/signals.ts';
import { cancelRequestedSignal } from '../messages/order-execution.ts';
import { closing } from './activities.ts';
import { handOverOrders, tellChildren } from './children.ts';
import type { Inbox } from './handlers.ts';
import { absorb, type SessionCarry } from './session-state.ts';

export const tradesPairs = ({ handle }: SessionCarry): boolean => isTwoLegged(handle.strategy.type);

/** Not in virtual time: there the next bar comes at once, and its walk looks itself. */
export const owesLook = (carry: SessionCarry, inbox: Inbox): boolean =>
  inbox.childEnded && tradesPairs(carry) && isRealTime(carry.input.tradingMode);

export async function keepPaired(carry: SessionCarry, inbox: Inbox): Promise<void> {
  inbox.childEnded = false;
  const { handle, cursor, nextDueAtMs } = carry;
  const request = { handle, cursor, limits: carry.input.limits };
  const looked = await closing.unwindSession.executeWithOptions({ summary: 'both legs or none' }, [request]);
  // A batch whose report was lost was told instead: the look is still owed.
  if (looked.cursor !== cursor) inbox.childEnded = true;
  absorb(carry, { ...looked, nextDueAtMs });
  await tellChildren(inbox, looked.changes);
  await requestCancels(looked.cancels);
  for (const order of looked.handOver) await handOverOrders(carry, inbox, order);
}

/** At a network venue an order is cancelled by its own workflow, which also knows what is in doubt. */
export async function requestCancels(childIds: readonly string[] = []): Promise<void> {
  for (const childId of childIds) {
    try {
      await getExternalWorkflowHandle(childId).signal(cancelRequestedSignal, { reason: 'its partner is gone' });
    } catch (error) {
      log.info('an order child is already closed', { childId, error: String(error) });
    }
  }
}
