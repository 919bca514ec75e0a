/**
 * Who may send an order to a network venue, and what becomes of orders that will not leave. Rules over orders and what
 * is recorded of their sending; whoever stores them commits the answer before a byte leaves.
 */
import type { GateReason } from '../../schemas/decision.ts';
import type { Order } from '../../schemas/execution.ts';
import type { SendOutcome } from '../../schemas/venue.ts';
import { isProtective } from './legs.ts';
import { moveOrder } from './order-state.ts';

/** `opening`: entries and exits; `protective`: the legs of an entry that has ended. */
export type ClaimKind = 'opening' | 'protective';

/** How long a venue keeps a client order id taken. */
type IdProfile = 'lifetime-unique' | 'open-only';

/** How long after its claim an order may still leave. */
export const SEND_WITHIN_MS = 10_000;

/**
 * What is recorded of earlier sendings of an order. `sends`: of how many it is not proven that no byte left.
 * `guardRefused`: the last one was fenced before its first byte.
 */
export type PastSend = {
  readonly epoch: number;
  readonly sends: number;
  readonly outcome: string | null;
  readonly guardRefused: boolean;
};

/** An order goes out at most so often, and only while it is proven that the venue has none of the former ones. */
const SENDS_MAX = 20;

/** Proof that no byte of a sending left: it is as if it had never been tried. */
export const isNotSent = (outcome: SendOutcome): boolean => outcome.kind === 'rejected' && outcome.code === 'NOT_SENT';

/**
 * A protective leg that never came to be leaves a position bare, so it may go out again under its own id: when it is
 * proven that no byte left, or (rule D5) where the venue takes an id once for life.
 */
export function maySendAgain(order: Order, past: PastSend | null, idProfile: IdProfile): boolean {
  if (!isProtective(order) || past === null || past.sends >= SENDS_MAX) return false;
  if (order.state === 'REJECTED') return past.outcome?.startsWith('NOT_SENT') ?? false;
  return order.state === 'ABSENT' && (idProfile === 'lifetime-unique' || past.guardRefused);
}

/**
 * Where an id is taken for life, a refusal of a later sending does not say that a former one will not arrive. `sends`:
 * how many may have left, this one among them.
 */
export function provenBy(outcome: SendOutcome, sends: number, idProfile: IdProfile): SendOutcome {
  if (outcome.kind !== 'rejected' || sends <= 1 || idProfile === 'open-only') return outcome;
  return { kind: 'ambiguous', reason: `sent before; now ${outcome.code}: ${outcome.message}` };
}

/** Those of `orders` that end when a claim sends nothing of what waits; a leg that has ended before keeps its end. */
export const endingWith = (orders: readonly Order[], waiting: readonly Order[]): Order[] =>
  orders.filter((one) => waiting.some(({ clientOrderId }) => clientOrderId === one.clientOrderId));

/** The orders of a decision that a claim of this kind is about; those of `again` are back at INTENT. */
export const waitingFor = (
  orders: readonly Order[],
  which: ClaimKind,
  again: (order: Order) => boolean = () => false,
): Order[] =>
  orders
    .map((one): Order => (which === 'protective' && again(one) ? { ...one, state: 'INTENT' } : one))
    .filter((one) => one.state === 'INTENT' && isProtective(one) === (which === 'protective'));

export const addsRisk = (order: Order): boolean => !order.reduceOnly && !isProtective(order);

/**
 * Kill flags stop what adds risk; what reduces passes. A frozen account sends neither: a position that is not known
 * cannot be reduced safely. Legs pass: they cover what the venue itself has told of their own entry.
 */
export function haltRefusal(order: Order, killed: string | null, frozen: string | null): GateReason | null {
  if (isProtective(order)) return null;
  if (killed !== null && addsRisk(order)) return { rule: 'killSwitch', message: `the kill switch is on: ${killed}` };
  if (frozen === null) return null;
  return { rule: 'accountStanding', message: `account ${order.accountId} is frozen: ${frozen}` };
}

/** INTENT → CLAIMED → SENT. */
export const asSent = (order: Order, nowMs: number): Order => ({
  ...order,
  state: moveOrder(moveOrder(order.state, 'CLAIMED'), 'SENT'),
  sentAtMs: nowMs,
});

/** Of these orders, those that will never leave: INTENT → CLAIMED → ABSENT. */
export const asUnsent = (orders: readonly Order[]): Order[] =>
  orders
    .filter((one) => one.state === 'INTENT')
    .map((one) => ({ ...one, state: moveOrder(moveOrder(one.state, 'CLAIMED'), 'ABSENT') }));

/** SENT by an attempt that is gone, or stands still: nobody knows whether it left. */
export const asTakenOver = (orders: readonly Order[]): Order[] =>
  orders.filter((one) => one.state === 'SENT').map((one) => ({ ...one, state: moveOrder(one.state, 'UNKNOWN') }));

/** What is recorded of a sending when the guard asks; null: nothing. */
export type SendRecord = { readonly epoch: number; readonly sendBeforeMs: number; readonly state: Order['state'] };

/** `fenced`: the sending is in other hands. Kill flags are asked after this, for what adds risk. */
export function guardRefusal(
  record: SendRecord | null,
  epoch: number,
  nowMs: number,
): { readonly fenced: boolean; readonly message: string } | null {
  if (record === null || record.epoch !== epoch || record.state !== 'SENT') {
    const now = `epoch ${record?.epoch ?? 'none'}, state ${record?.state ?? 'none'}`;
    return { fenced: true, message: `the order is in other hands (${now})` };
  }
  return nowMs > record.sendBeforeMs ? { fenced: false, message: 'the time to send is over' } : null;
}
