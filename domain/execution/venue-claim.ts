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
 * What is recorded of earlier sendings of an order. `sends`: of how many it is not proven that no byte left;
 * `refusals`: how many of these the venue is proven to have refused. `claimedAtMs`: of the last one. `guardRefused`: it
 * was fenced before its first byte.
 */
export type PastSend = SendCounts & {
  readonly epoch: number;
  readonly claimedAtMs: number;
  readonly guardRefused: boolean;
};
export type SendCounts = { readonly sends: number; readonly refusals: number };

/** An order goes out at most so often, and only while it is proven that the venue has none of the former ones. */
const SENDS_MAX = 20;

/** The one refusal that may pass: of the trade as things stand, not of a field, a key or an id that is used up. */
const PASSING_REFUSAL = 'VENUE_REFUSED';

/** After a refusal the next sending waits 1 s, then twice as long each time, up to this. */
const REFUSED_PAUSE_MS_MAX = 30_000;
/** With which refusal a person is told: three seconds of tries have not helped. */
const TOLD_REFUSAL = 3;

/** Proof that no byte of a sending left: it is as if it had never been tried. */
export const isNotSent = (outcome: SendOutcome): boolean => outcome.kind === 'rejected' && outcome.code === 'NOT_SENT';

/**
 * A protective leg that was given up leaves a position bare, so it may go out again under its own id: when its guard
 * held it back, or (rule D5) where the venue takes an id once for life.
 */
export function maySendAgain(order: Order, past: PastSend | null, idProfile: IdProfile): boolean {
  if (!isProtective(order) || past === null || past.sends >= SENDS_MAX) return false;
  return order.state === 'ABSENT' && (idProfile === 'lifetime-unique' || past.guardRefused);
}

/**
 * What an answer proves to be still here, and due: an exit or a leg of which no byte left; a leg that the venue refused
 * where its id is taken once for life, so that no second order can come of it. Often the refusal passes: the venue's
 * positions lag behind the fill. `counts`: this sending among them.
 */
export function isStillDue(order: Order, outcome: SendOutcome, { sends }: SendCounts, idProfile: IdProfile): boolean {
  if (order.leg === 'entry' || outcome.kind !== 'rejected') return false;
  if (isNotSent(outcome)) return true;
  const mayPass = idProfile === 'lifetime-unique' && outcome.code === PASSING_REFUSAL;
  return isProtective(order) && mayPass && sends < SENDS_MAX;
}

/** The counts after an answer to the last sending: what was told, and what of it is proven (`provenBy`). */
export function countedWith(told: SendOutcome, proven: SendOutcome, { sends, refusals }: SendCounts): SendCounts {
  if (isNotSent(told)) return { sends: sends - 1, refusals };
  return { sends, refusals: proven.kind === 'rejected' ? refusals + 1 : refusals };
}

/** Of what is still due: whether its alert has been given with an earlier answer, or waits for a later one. */
export const isToldElsewhere = (outcome: SendOutcome, epoch: number, { refusals }: SendCounts): boolean =>
  isNotSent(outcome) ? epoch > refusals + 1 : refusals !== TOLD_REFUSAL;

const isPausing = (past: PastSend | null, nowMs: number): boolean =>
  past !== null &&
  past.refusals > 0 &&
  nowMs - past.claimedAtMs < Math.min(REFUSED_PAUSE_MS_MAX, 1_000 * 2 ** (past.refusals - 1));

/**
 * Where an id is taken for life, a refusal of a later sending does not say that a former one will not arrive, unless
 * each of those was refused too. `counts`: this sending among those that may have left, its refusal not counted.
 */
export function provenBy(outcome: SendOutcome, { sends, refusals }: SendCounts, idProfile: IdProfile): SendOutcome {
  if (outcome.kind !== 'rejected' || sends - refusals <= 1 || idProfile === 'open-only') return outcome;
  return { kind: 'ambiguous', reason: `sent before; now ${outcome.code}: ${outcome.message}` };
}

/** Those of `orders` that end when a claim sends nothing of what waits; a leg that has ended before keeps its end. */
export const endingWith = (orders: readonly Order[], waiting: readonly Order[]): Order[] =>
  orders.filter((one) => waiting.some(({ clientOrderId }) => clientOrderId === one.clientOrderId));

/** What is known of the sendings so far of a decision's orders. */
export type Sendings = {
  readonly pastOf: (order: Order) => PastSend | null;
  readonly idProfile: IdProfile;
  readonly nowMs: number;
};

/** The orders of a decision that a claim of this kind is about, at INTENT; not those that pause after a refusal. */
export function waitingFor(
  orders: readonly Order[],
  which: ClaimKind,
  { pastOf, idProfile, nowMs }: Sendings,
): Order[] {
  const isAgain = (one: Order): boolean => which === 'protective' && maySendAgain(one, pastOf(one), idProfile);
  return orders
    .map((one): Order => (isAgain(one) ? { ...one, state: 'INTENT' } : one))
    .filter((one) => one.state === 'INTENT' && isProtective(one) === (which === 'protective'))
    .filter((one) => !isPausing(pastOf(one), nowMs));
}

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
