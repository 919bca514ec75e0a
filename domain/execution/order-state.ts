/**
 * The life of an order as one table: which state may follow which. Everything else is impossible and throws.
 * Not here: who moves an order. A further partial fill is no move, the state stays what it was.
 */
import type { OrderState } from '../../schemas/execution.ts';

/**
 * State → states that may follow. A state without followers is final. MANUAL waits for
 * a person, or until the venue shows the order.
 */
export const ORDER_MOVES: Readonly<Record<OrderState, readonly OrderState[]>> = {
  PROPOSED: ['GATED', 'DENIED'],
  GATED: ['INTENT'],
  DENIED: [],
  INTENT: ['CLAIMED'],
  // ABSENT only when the deadline of the claim has passed and SENT was never committed.
  CLAIMED: ['SENT', 'ABSENT'],
  SENT: ['ACKED', 'REJECTED', 'UNKNOWN'],
  ACKED: ['PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED', 'CANCEL_SENT'],
  REJECTED: [],
  UNKNOWN: ['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'REJECTED', 'ABSENT', 'MANUAL'],
  PARTIAL: ['FILLED', 'CANCELED', 'EXPIRED', 'CANCEL_SENT'],
  FILLED: [],
  // FILLED: the cancel came too late.
  CANCEL_SENT: ['CANCELED', 'CANCEL_UNKNOWN', 'FILLED'],
  CANCEL_UNKNOWN: ['CANCELED', 'FILLED', 'MANUAL'],
  CANCELED: [],
  EXPIRED: [],
  ABSENT: [],
  MANUAL: ['ACKED', 'PARTIAL', 'CANCELED', 'ABSENT'],
};

/**
 * The moves of a recorded bust, the one way out of FILLED: a trade that no longer counts leaves its order with less.
 * Only the venue knows whether it works on, so it is open again until the venue is seen to have ended it.
 */
export const BUST_MOVES: Readonly<Partial<Record<OrderState, readonly OrderState[]>>> = {
  FILLED: ['ACKED', 'PARTIAL'],
  PARTIAL: ['ACKED'],
};

/**
 * The ways back to INTENT, for what would leave a position bare: an exit or a leg that the venue is proven not to have
 * (SENT), and a leg that was given up before it was ever claimed (ABSENT) and whose entry has filled after all.
 */
export const AGAIN_MOVES: Readonly<Partial<Record<OrderState, readonly OrderState[]>>> = {
  SENT: ['INTENT'],
  ABSENT: ['INTENT'],
};

const WORKING: ReadonlySet<OrderState> = new Set(['ACKED', 'PARTIAL', 'CANCEL_SENT', 'CANCEL_UNKNOWN']);
const EXPOSED: ReadonlySet<OrderState> = new Set([...WORKING, 'INTENT', 'CLAIMED', 'SENT', 'UNKNOWN', 'MANUAL']);

/** A move the table does not have: a defect or a corrupt report, never something to work around. */
export class ImpossibleOrderMove extends Error {
  override readonly name = 'ImpossibleOrderMove';
  readonly from: OrderState;
  readonly to: OrderState;
  constructor(from: OrderState, to: OrderState) {
    const allowed = ORDER_MOVES[from].join(', ');
    super(`an order in state ${from} cannot become ${to}; it can become ${allowed === '' ? 'nothing else' : allowed}`);
    this.from = from;
    this.to = to;
  }
}

/** True when the table has the move. */
export const canMove = (from: OrderState, to: OrderState): boolean => ORDER_MOVES[from].includes(to);

/** The new state. @throws ImpossibleOrderMove when the table does not have the move */
export function moveOrder(from: OrderState, to: OrderState): OrderState {
  if (!canMove(from, to)) throw new ImpossibleOrderMove(from, to);
  return to;
}

/** The state of an order after a bust has left it with `filled` (above zero or not). An end that was no fill stays. */
export function moveByBust(from: OrderState, isFilledStill: boolean): OrderState {
  const to = isFilledStill ? 'PARTIAL' : 'ACKED';
  return BUST_MOVES[from]?.includes(to) === true ? to : from;
}

/** Back to INTENT, where `AGAIN_MOVES` has the move. @throws ImpossibleOrderMove where it does not */
export function moveAgain(from: OrderState): OrderState {
  if (AGAIN_MOVES[from] === undefined) throw new ImpossibleOrderMove(from, 'INTENT');
  return 'INTENT';
}

/** True when no state follows. */
export const isTerminal = (state: OrderState): boolean => ORDER_MOVES[state].length === 0;

/** True when the venue is known to hold the order, so it may still fill. */
export const isWorking = (state: OrderState): boolean => WORKING.has(state);

/** True when what is left of the order counts against every limit: it may fill, or nobody knows. */
export const countsAsExposure = (state: OrderState): boolean => EXPOSED.has(state);
