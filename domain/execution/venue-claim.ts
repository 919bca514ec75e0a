/**
 * Who may send an order to a network venue, and what becomes of orders that will not leave. Rules over orders and what
 * is recorded of their sending; whoever stores them commits the answer before a byte leaves.
 */
import type { GateReason } from '../../schemas/decision.ts';
import { FINAL_ORDER_STATES, type Fill, type Order } from '../../schemas/execution.ts';
import type { SendOutcome } from '../../schemas/venue.ts';
import { type Decimal, decimalText, toDecimal, ZERO } from '../decimal.ts';
import { isProtective } from './legs.ts';
import { isWorking, moveAgain, moveOrder } from './order-state.ts';
import { type LeftToCover, type Sizing, sizeExit, sizeLegs } from './venue-sizing.ts';

/** `opening`: entries and exits; `protective`: the legs of an entry that has ended. */
export type ClaimKind = 'opening' | 'protective';

/** How long a venue keeps a client order id taken. */
type IdProfile = 'lifetime-unique' | 'open-only';

/** How long after its claim an order may still leave. */
export const SEND_WITHIN_MS = 10_000;

export const isOpenOrder = (order: Order): boolean => !FINAL_ORDER_STATES.includes(order.state);

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

/** A stop or an exit has ended, or an exit stays here: what it was to close may be bare now. */
export const mayLeaveBare = ({ leg }: Order, after: Order['state']): boolean =>
  (leg === 'stop' && FINAL_ORDER_STATES.includes(after)) ||
  (leg === 'exit' && (after === 'INTENT' || FINAL_ORDER_STATES.includes(after)));

/**
 * Whether something is held that no stop and no exit will close. `held`: signed, of the strategy in the symbol of
 * `order`; `open`: every open order of the account. What waits for an entry that has filled nothing closes nothing, and
 * an exit that could not leave does not protect.
 */
export function isBare(order: Order, held: Decimal, open: readonly Order[]): boolean {
  const side = held.isPositive() ? 'sell' : 'buy';
  const isWaitingLeg = (one: Order): boolean =>
    one.state === 'INTENT' &&
    open.some((other) => other.leg === 'entry' && other.decisionId === one.decisionId && isUnfilled(other));
  const closing = open.filter(
    (one) =>
      (one.leg === 'stop' || one.leg === 'exit') &&
      one.side === side &&
      isOfSameMarket(one, order) &&
      one.clientOrderId !== order.clientOrderId &&
      !isWaitingLeg(one),
  );
  const covered = closing.reduce((sum, one) => sum.plus(one.quantity).minus(one.quantityFilled), ZERO);
  return covered.lt(held.abs());
}

const isUnfilled = ({ quantityFilled }: Order): boolean => !toDecimal(quantityFilled).gt(ZERO);

/**
 * An entry that had ended has filled after all: those of its legs that were given up are due again, back at INTENT.
 * `claimed`: client order ids that were ever on their way to the venue; they are not touched.
 */
export function revivedLegs(
  before: Order,
  after: Order,
  orders: readonly Order[],
  claimed: ReadonlySet<string>,
): Order[] {
  if (after.leg !== 'entry' || !toDecimal(after.quantityFilled).gt(before.quantityFilled)) return [];
  const legs = orders.filter((one) => isProtective(one) && one.decisionId === after.decisionId);
  // Beside a stop a target never leaves.
  const due = legs.some(isStop) ? legs.filter(isStop) : legs;
  return due.filter((one) => one.state === 'ABSENT' && !claimed.has(one.clientOrderId)).map(asAgain);
}

/** Back at INTENT, by a move that the order state's table allows. */
export const asAgain = (order: Order): Order => ({ ...order, state: moveAgain(order.state) });

/** Whether legs of a decision wait although their entry has ended with something filled, and none of them is on its way. */
export function waitsForProtection(orders: readonly Order[]): boolean {
  const entry = orders.find((one) => one.leg === 'entry');
  if (entry === undefined || isOpenOrder(entry) || isUnfilled(entry)) return false;
  const legs = orders.filter(isProtective);
  return legs.some((one) => one.state === 'INTENT') && !legs.some((one) => one.state === 'SENT');
}

/** Orders of a session that is being closed which nobody will send: entries with their legs, and in the paper book exits. */
export function endingWithSession(unsent: readonly Order[]): Order[] {
  const entries = new Set(unsent.filter((one) => one.leg === 'entry').map((one) => one.decisionId));
  return unsent.filter((one) => one.venue === 'paper' || (one.leg !== 'exit' && entries.has(one.decisionId)));
}

/** A leg at the venue that would sell more than its entry has filled, which only a bust can bring about. */
export const isOversized = (leg: Order, entry: Order | undefined): boolean =>
  isProtective(leg) &&
  (isWorking(leg.state) || leg.state === 'SENT' || leg.state === 'UNKNOWN') &&
  entry !== undefined &&
  toDecimal(leg.quantity).gt(entry.quantityFilled);

/**
 * After a bust of a fill of `order`: something is held (or owed) that no stop at work fits. An entry that was never to be
 * protected, held in part, is as it was.
 */
export function leavesUncovered(order: Order, held: Decimal, open: readonly Order[]): boolean {
  if (held.isZero()) return false;
  const stops = open.filter((one) => one.leg === 'stop' && isOfSameMarket(one, order));
  // One that has not left yet is sized when it leaves.
  if (stops.some((one) => one.state === 'INTENT' || toDecimal(one.quantity).lte(held.abs()))) return false;
  return order.leg !== 'entry' || stops.length > 0 || held.isPositive() !== (order.side === 'buy');
}

const isOfSameMarket = (one: Order, other: Order): boolean =>
  one.strategyId === other.strategyId && one.symbol === other.symbol;

/**
 * `held`: signed, of the strategy in the symbol. `fills`: those of the decision's entry. `open`: every open order of the
 * account.
 */
export type ClaimFacts = {
  readonly held: string;
  readonly fills: readonly Fill[];
  readonly open: readonly Order[];
};

/** How large what waits goes out. */
export function sizeClaim(waiting: readonly Order[], orders: readonly Order[], facts: ClaimFacts): Sizing {
  const { held, fills, open } = facts;
  const [first] = waiting;
  if (first === undefined || first.leg === 'entry') return { sending: waiting, refusal: null, reason: null };
  if (!isProtective(first)) return sizeExit(waiting, leftToClose(held, first, open));
  const entry = orders.find((one) => one.leg === 'entry');
  if (entry === undefined) return { sending: [], refusal: null, reason: 'no entry to protect' };
  const left = { held, uncovered: leftToClose(held, first, open) };
  return sizeLegs(waiting.filter(isStop), entry, fills, left) ?? targetsAlone(waiting, orders, entry, { fills, left });
}

/** Legs at the venue whose position is gone: left there, they would open the other side. */
export function uselessLegs(orders: readonly Order[], held: Decimal): Order[] {
  const entry = orders.find((one) => one.leg === 'entry');
  if (entry === undefined || isOpenOrder(entry)) return [];
  return orders.filter(
    (one) =>
      isProtective(one) &&
      (one.state === 'ACKED' || one.state === 'PARTIAL') &&
      (one.side === 'sell' ? held.lte(ZERO) : held.gte(ZERO)),
  );
}

/** What an exit has to wait for: open orders of its position that close it too, or add to it. */
export const isInTheWay = (one: Order, exit: Order): boolean =>
  one.decisionId !== exit.decisionId && isOfSameMarket(one, exit) && (isProtective(one) || one.leg === 'entry');

/** @throws Error while something is in the way of an exit that waits: the way has to be cleared again */
export function refuseObstructed(waiting: readonly Order[], open: readonly Order[]): void {
  const exit = waiting.find((one) => one.leg === 'exit');
  const still = exit === undefined ? [] : open.filter((one) => isInTheWay(one, exit));
  if (still.length === 0) return;
  const names = still.map(({ clientOrderId, state }) => `${clientOrderId} (${state})`);
  throw new Error(`orders in the way of an exit are still open: ${names.join(', ')}`);
}

const isStop = (order: Order): boolean => order.leg === 'stop';

/**
 * What protects twice sells twice: a venue would fill stop and target of one position both. The stop goes out; a target
 * beside it never does. Without a stop the target is all there is.
 */
function targetsAlone(
  waiting: readonly Order[],
  orders: readonly Order[],
  entry: Order,
  { fills, left }: Pick<ClaimFacts, 'fills'> & { readonly left: LeftToCover },
): Sizing {
  if (!orders.some(isStop)) return sizeLegs(waiting, entry, fills, left) ?? NOTHING_YET;
  if (isOpenOrder(entry)) return NOTHING_YET;
  return { sending: [], refusal: null, reason: 'the stop protects the position at the venue, alone' };
}

const NOTHING_YET: Sizing = { sending: [], refusal: null, reason: null };

/** What exits on their way will have closed is closed already: nothing beside them must turn the position. */
function leftToClose(held: string, order: Order, open: readonly Order[]): string {
  const others = open.filter((one) => isOtherExit(one, order) && one.state !== 'INTENT');
  const closing = others.reduce((sum, one) => sum.plus(one.quantity).minus(one.quantityFilled), ZERO);
  return decimalText(toDecimal(held).plus(order.side === 'sell' ? closing.neg() : closing));
}

const isOtherExit = (one: Order, order: Order): boolean =>
  one.leg === 'exit' && one.decisionId !== order.decisionId && isOfSameMarket(one, order) && one.side === order.side;

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

/** A cancel was asked for, and nobody knows yet what came of it. */
export const isBeingCancelled = ({ state }: Order): boolean => state === 'CANCEL_SENT' || state === 'CANCEL_UNKNOWN';

/** What a wish to cancel does: `ask` the venue (again), `move` to CANCEL_SENT and ask, `end` what never left. */
export function cancelStep(order: Order): 'nothing' | 'ask' | 'move' | 'end' {
  const { state } = order;
  if (state === 'INTENT') return 'end';
  if (isBeingCancelled(order)) return 'ask';
  return state === 'ACKED' || state === 'PARTIAL' ? 'move' : 'nothing';
}

const UNFILLED_ENDS: readonly Order['state'][] = ['CANCELED', 'EXPIRED', 'REJECTED', 'ABSENT'];

/** An entry or exit that is over without a fill: what was to follow it has no purpose. */
export const hasEndedUnfilled = (order: Order): boolean =>
  !isProtective(order) && UNFILLED_ENDS.includes(order.state) && Number(order.quantityFilled) === 0;
