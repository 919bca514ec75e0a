/** Orders that are over, or will be with their session; and those that are not. */
import { FINAL_ORDER_STATES, type Order } from '../../schemas/execution.ts';
import { isProtective } from './legs.ts';

export const isOpenOrder = (order: Order): boolean => !FINAL_ORDER_STATES.includes(order.state);

/**
 * Orders of a session that is being closed which nobody will send: entries
 * with their legs, and in the paper book exits.
 */
export function endingWithSession(unsent: readonly Order[]): Order[] {
  const entries = new Set(unsent.filter((one) => one.leg === 'entry').map((one) => one.decisionId));
  return unsent.filter((one) => one.venue === 'paper' || (one.leg !== 'exit' && entries.has(one.decisionId)));
}

const UNFILLED_ENDS: readonly Order['state'][] = ['CANCELED', 'EXPIRED', 'REJECTED', 'ABSENT'];

/** An entry or exit that is over without a fill: what was to follow it has no purpose. */
export const hasEndedUnfilled = (order: Order): boolean =>
  !isProtective(order) && UNFILLED_ENDS.includes(order.state) && Number(order.quantityFilled) === 0;
