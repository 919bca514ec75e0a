/** What an exit at a network venue has to clear away before it leaves, and how an order is cancelled there. */
import type { Order } from '../../schemas/execution.ts';
import { isOfSameMarket, isProtective } from './legs.ts';

/** What an exit has to wait for: open orders of its position that close it too, or add to it. */
export const isInTheWay = (one: Order, exit: Order): boolean =>
  one.decisionId !== exit.decisionId && isOfSameMarket(one, exit) && (isProtective(one) || one.leg === 'entry');

/** A leg of the exit's position that is gone, or going: when that happened for the exit, nothing else protects. */
export const isCleared = (leg: Order, exit: Order): boolean =>
  isProtective(leg) && isOfSameMarket(leg, exit) && (leg.state === 'CANCELED' || isBeingCancelled(leg));

/** @throws Error while something is in the way of an exit that waits: the way has to be cleared again */
export function refuseObstructed(waiting: readonly Order[], open: readonly Order[]): void {
  const exit = waiting.find((one) => one.leg === 'exit');
  const still = exit === undefined ? [] : open.filter((one) => isInTheWay(one, exit));
  if (still.length === 0) return;
  const names = still.map(({ clientOrderId, state }) => `${clientOrderId} (${state})`);
  throw new Error(`orders in the way of an exit are still open: ${names.join(', ')}`);
}

/** A cancel was asked for, and nobody knows yet what came of it. */
export const isBeingCancelled = ({ state }: Order): boolean => state === 'CANCEL_SENT' || state === 'CANCEL_UNKNOWN';

/** What a wish to cancel does: `ask` the venue (again), `move` to CANCEL_SENT and ask, `end` what never left. */
export function cancelStep(order: Order): 'nothing' | 'ask' | 'move' | 'end' {
  const { state } = order;
  if (state === 'INTENT') return 'end';
  if (isBeingCancelled(order)) return 'ask';
  return state === 'ACKED' || state === 'PARTIAL' ? 'move' : 'nothing';
}
