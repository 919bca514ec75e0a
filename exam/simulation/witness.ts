/**
 * Watches a simulation while it runs, told of every write of an order and every arrival at the venue. It knows the
 * venue's truth in whole numbers and shares no rule with the desk: its table of moves is its own.
 */
import type { Order, OrderState } from '../../schemas/execution.ts';
import type { Violation } from '../exam.ts';
import { exposureProblem } from './exposure-judge.ts';
import type { ModelVenue } from './model-venue.ts';
import { WAY_MS_MAX } from './venue-port.ts';

export const MARKS = [
  'unknown',
  'partial',
  'zombie',
  'crash',
  'duplicate',
  'cut',
  'kill',
  'late',
  'cancel',
  'exit',
  'rejected',
  'absent',
  'manual',
  'divergence',
  'refused',
  'again',
  'bare',
  'bust',
] as const;
export type Mark = (typeof MARKS)[number];

export type Witness = {
  readonly marks: Set<Mark>;
  readonly violations: Violation[];
  /** Every order the desk has recorded, as it is now. */
  readonly recorded: ReadonlyMap<string, Order>;
  readonly saw: (mark: Mark) => void;
  readonly fail: (kind: string, where: string) => void;
  readonly onOrder: (before: Order | null, after: Order) => void;
  readonly onArrival: (order: Order) => void;
  readonly onLate: (clientOrderId: string) => void;
  readonly isLate: (clientOrderId: string) => boolean;
  readonly onKill: () => void;
  readonly onError: (error: unknown) => void;
};

/** Written state → states that may be written next; what a table of single moves allows in one write. */
const MOVES: Readonly<Partial<Record<OrderState, readonly OrderState[]>>> = {
  INTENT: ['SENT', 'ABSENT'],
  SENT: ['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'UNKNOWN'],
  UNKNOWN: ['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'ABSENT', 'MANUAL'],
  ACKED: ['PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED', 'CANCEL_SENT'],
  PARTIAL: ['FILLED', 'CANCELED', 'EXPIRED', 'CANCEL_SENT'],
  CANCEL_SENT: ['CANCELED', 'CANCEL_UNKNOWN', 'FILLED'],
  CANCEL_UNKNOWN: ['CANCELED', 'FILLED', 'MANUAL'],
  MANUAL: ['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED'],
};
/** What a bust may do beside: the order is open again, or ended by the venue with less. */
const BUST_MOVES: Readonly<Partial<Record<OrderState, readonly OrderState[]>>> = {
  FILLED: ['ACKED', 'PARTIAL', 'CANCELED'],
  PARTIAL: ['ACKED'],
};
/** An order that was held up on its way, given up, and arrived after all. */
const LATE_MOVES: readonly OrderState[] = ['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED'];

const MARK_OF: Readonly<Partial<Record<OrderState, Mark>>> = {
  UNKNOWN: 'unknown',
  PARTIAL: 'partial',
  CANCEL_SENT: 'cancel',
  REJECTED: 'rejected',
  ABSENT: 'absent',
  MANUAL: 'manual',
};

/** How long after its claim an order may leave: the promise of the desk, written down here once more. */
const SEND_WINDOW_MS = 10_000;
/** What may go wrong without being wrong: it is tried again. */
const EXPECTED_ERRORS = [
  /^AnswerLost/,
  /orders in the way of an exit are still open/,
  /an order could not leave yet/,
  // Both a busted trade and the one in its place, read before the venue tells of the bust.
  /would fill more than was ordered/,
];

export function createWitness(nowMs: () => number, venue: ModelVenue): Witness {
  const marks = new Set<Mark>();
  const violations: Violation[] = [];
  const recorded = new Map<string, Order>();
  const late = new Set<string>();
  const everSent = new Set<string>();
  let killedAtMs: number | null = null;
  const fail = (kind: string, where: string): void => void violations.push({ kind, where: `${where} at ${nowMs()}` });
  const hasBust = (id: string): boolean =>
    venue.fills.some((one) => one.bustedAtMs !== null && one.order.clientOrderId === id);
  const isAtVenue = (id: string): boolean => venue.orders.some((one) => one.clientOrderId === id);
  return {
    marks,
    violations,
    recorded,
    saw: (mark) => void marks.add(mark),
    fail,
    onOrder(before, after) {
      const { clientOrderId, state } = after;
      recorded.set(clientOrderId, after);
      if (state === 'SENT') everSent.add(clientOrderId);
      const mark = MARK_OF[state];
      if (mark !== undefined) marks.add(mark);
      if (state === 'ABSENT' && isAtVenue(clientOrderId) && !late.has(clientOrderId))
        fail('absentAtVenue', `${clientOrderId} was given up`);
      if (before === null) return noteRecorded(after);
      const isAgain = after.leg !== 'entry' && after.leg !== 'exit' && before.state === 'ABSENT' && state === 'SENT';
      if (isAgain) marks.add('again');
      else if (isBackHere(before, after, everSent)) marks.add('again');
      else if (BUST_MOVES[before.state]?.includes(state) === true && hasBust(clientOrderId)) marks.add('bust');
      else if (!mayMove(before.state, state, late.has(clientOrderId) && isAtVenue(clientOrderId)))
        fail('impossibleMove', `${clientOrderId} ${before.state} to ${state}`);
    },
    onArrival(order) {
      const { clientOrderId, leg } = order;
      const state = recorded.get(clientOrderId)?.state;
      if (state === undefined) fail('noIntent', clientOrderId);
      if (state === 'INTENT') fail('unrecordedSend', `${clientOrderId} was sent before that was committed`);
      if (late.has(clientOrderId)) return;
      if (state === 'ABSENT') fail('absentAtVenue', `${clientOrderId} arrived after it was given up`);
      const overMs = killedAtMs === null ? 0 : nowMs() - killedAtMs - SEND_WINDOW_MS - WAY_MS_MAX;
      if (leg === 'entry' && overMs > 0) fail('afterKill', `${clientOrderId}, ${overMs} ms beyond the window`);
    },
    onLate(clientOrderId) {
      late.add(clientOrderId);
      marks.add('late');
    },
    isLate: (clientOrderId) => late.has(clientOrderId),
    onKill() {
      killedAtMs = nowMs();
      marks.add('kill');
    },
    onError(error) {
      const text = String(error);
      if (!EXPECTED_ERRORS.some((one) => one.test(text))) fail('thrown', text);
    },
  };

  function noteRecorded(order: Order): void {
    if (order.leg === 'exit') marks.add('exit');
    // An order that was given up and arrives after all is beyond the gate.
    if (order.leg !== 'entry' || late.size > 0) return;
    const problem = exposureProblem(order, [...recorded.values()], venue, nowMs());
    if (problem !== null) fail('exposure', `${order.clientOrderId}: ${problem}`);
  }
}

/** What is proven to be still here, or not taken there, and a leg that was given up before anybody ever sent it. */
const isBackHere = (before: Order, after: Order, everSent: ReadonlySet<string>): boolean =>
  after.state === 'INTENT' &&
  after.leg !== 'entry' &&
  (before.state === 'SENT' ||
    (after.leg !== 'exit' && before.state === 'ABSENT' && !everSent.has(after.clientOrderId)));

const mayMove = (from: OrderState, to: OrderState, isLate: boolean): boolean =>
  from === to || (MOVES[from]?.includes(to) ?? false) || (from === 'ABSENT' && isLate && LATE_MOVES.includes(to));
