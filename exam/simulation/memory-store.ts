/**
 * The store that the order engine takes (`createVenueOrders({ store, venue, nowMs, sleep })`), on a desk in memory: the
 * same rules as db/venue-store.ts, without Postgres. Every call is atomic and answers at once; wrap it to add delays,
 * crashes and zombies. How to use it:
 *
 *   const desk = openMemoryDesk({ accountId: 'venue-1', venue: 'model', cash: '100000', limits, nowMs });
 *   memoryGate(desk).record(...)        // asks the real gate and records the intents
 *   const broker = createVenueOrders({ store: memoryStore(desk), venue, nowMs, sleep });
 *   desk.killSwitch = 'a reason';       // from now on nothing that adds risk may leave
 */
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { ZERO } from '../../domain/decimal.ts';
import { sizeClaim, sizeOvertaken } from '../../domain/execution/claim-sizing.ts';
import { cancelStep, isCleared, isInTheWay, refuseObstructed } from '../../domain/execution/exit-way.ts';
import { isProtective } from '../../domain/execution/legs.ts';
import { hasEndedUnfilled } from '../../domain/execution/order-ends.ts';
import { moveOrder } from '../../domain/execution/order-state.ts';
import { revivedLegs, uselessLegs } from '../../domain/execution/protection.ts';
import { endOfDoubt, isInDoubt, isSameDoubt, startUnknown } from '../../domain/execution/resolve-unknown.ts';
import {
  addsRisk,
  asSent,
  asTakenOver,
  asUnsent,
  type ClaimKind,
  countedWith,
  endingWith,
  guardRefusal,
  haltRefusal,
  isStillDue,
  type PastSend,
  provenBy,
  SEND_WITHIN_MS,
  waitingFor,
} from '../../domain/execution/venue-claim.ts';
import { afterSend, isLateArrival, type KnownBusts, takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import type { Order } from '../../schemas/execution.ts';
import type { VenueBust, VenueFill, VenueOrder } from '../../schemas/venue.ts';
import {
  countingFills,
  freeze,
  heldOf,
  keepStep,
  type MemoryDesk,
  note,
  noteMoves,
  openOrdersOf,
  orderOf,
  ordersOf,
  type Send,
  stateFor,
  writeOrders,
} from './memory-desk.ts';

export type EngineStore = VenueOrderParts['store'];
type ClaimAnswer = Awaited<ReturnType<EngineStore['claim']>>;
type SendClaim = ClaimAnswer['claims'][number];
type Outcome = Parameters<EngineStore['noteSendOutcome']>[1];
type Verdict = Parameters<EngineStore['noteVerdict']>[1];

export const memoryStore = (desk: MemoryDesk): EngineStore => ({
  orders: async (decisionId) => ordersOf(desk, decisionId),
  claim: async (decisionId, which, lot = null, free = null) => claim(desk, decisionId, which, { lot, free }),
  takeOver: async (decisionId) => takeOver(desk, ownOrders(desk, decisionId)),
  mayStillSend: async (claimed) => mayStillSend(desk, claimed),
  noteSendOutcome: async (claimed, outcome) => noteSendOutcome(desk, claimed, outcome),
  take: async (clientOrderId, seen, fills, busts = []) => take(desk, clientOrderId, seen, fills, busts),
  fillsOf: async (clientOrderId) => countingFills(desk).filter((one) => one.clientOrderId === clientOrderId),
  evidence: async (clientOrderId) => {
    const send = desk.sends.get(clientOrderId);
    if (send === undefined || !isInDoubt(orderOf(desk, clientOrderId).state)) return null;
    return send.evidence ?? startUnknown(send.claimedAtMs);
  },
  noteVerdict: async (clientOrderId, verdict) => noteVerdict(desk, clientOrderId, verdict),
  beginCancel: async (clientOrderId, reason) => beginCancel(desk, clientOrderId, reason),
  noteCancelUnknown: async (clientOrderId, reason) => {
    const order = orderOf(desk, clientOrderId);
    if (order.state !== 'CANCEL_SENT') return;
    change(desk, order, 'CANCEL_UNKNOWN', reason);
    desk.sends.set(clientOrderId, { ...sendOf(desk, clientOrderId), evidence: startUnknown(desk.nowMs()) });
  },
  noteBadReport: async (order, reason) => freeze(desk, `order ${order.clientOrderId}: ${reason}`),
  inTheWayOf: async (exit) => openOrdersOf(desk).filter((one) => isInTheWay(one, exit)),
  frozen: async () => desk.frozen,
  isOvertaken: async (exit) => isOvertaken(desk, exit),
  decisionsWithLegs: async () => {
    const waiting = openOrdersOf(desk).filter((one) => isProtective(one) && one.state === 'INTENT');
    return [...new Set(waiting.map((one) => one.decisionId))];
  },
  unknownVenueOrders: async (_accountId, ids) => {
    const known = new Set([...desk.orders.values()].map((one) => one.venueOrderId));
    return ids.filter((id) => !known.has(id));
  },
  booksFor: async ({ symbol }, tradeIds) => {
    const own = desk.positions.filter((one) => one.symbol === symbol);
    const held = own.reduce((sum, one) => sum.plus(one.quantity), ZERO).toFixed();
    return { held, cash: desk.cash.toFixed(), booked: new Set(tradeIds.filter((id) => desk.tradeIds.has(id))) };
  },
  changesOf: async () => [],
});

/** @throws Error when the decision has no orders */
function ownOrders(desk: MemoryDesk, decisionId: string): Order[] {
  const orders = ordersOf(desk, decisionId);
  if (orders.length === 0) throw new Error(`decision ${decisionId} has no recorded orders`);
  return orders;
}

type VenueFacts = { readonly lot: string | null; readonly free: string | null };

function claim(desk: MemoryDesk, decisionId: string, which: ClaimKind, { lot, free }: VenueFacts): ClaimAnswer {
  const orders = ownOrders(desk, decisionId);
  takeOver(desk, orders);
  const waiting = waitingFor(orders, which, {
    pastOf: (one) => pastSend(desk, one),
    idProfile: desk.idProfile,
    nowMs: desk.nowMs(),
  });
  const [any, first] = [orders[0], waiting[0]];
  const isAbout = which === 'protective' && any !== undefined;
  const useless = isAbout ? uselessLegs(orders, heldOf(desk, any.strategyId, any.symbol)) : [];
  if (first === undefined) return { claims: [], refusal: null, useless };
  const entry = orders.find((one) => one.leg === 'entry');
  const fills = countingFills(desk).filter((one) => one.clientOrderId === entry?.clientOrderId);
  const held = heldOf(desk, first.strategyId, first.symbol).toFixed();
  const sized = sizeClaim(waiting, orders, { held, fills, open: openOrdersOf(desk), lot });
  const overtaken = desk.frozen !== null && first.leg === 'exit' && isOvertaken(desk, first);
  const sizing = overtaken ? sizeOvertaken(sized, free, lot) : sized;
  const frozen = overtaken ? null : desk.frozen;
  const [leaving] = sizing.sending;
  const halted = leaving === undefined ? null : haltRefusal(leaving, desk.killSwitch ?? desk.killFile, frozen);
  const refusal = sizing.refusal ?? halted;
  const reason = refusal?.message ?? sizing.reason;
  if (refusal === null) refuseObstructed(sizing.sending, openOrdersOf(desk));
  if (reason !== null) endUnsent(desk, refusal === null ? endingWith(orders, waiting) : orders, reason);
  return { claims: refusal === null ? sizing.sending.map((one) => commitSend(desk, one)) : [], refusal, useless };
}

/** Legs of its position that went since it was recorded, which is when an exit at INTENT last changed. */
const isOvertaken = (desk: MemoryDesk, exit: Order): boolean =>
  [...desk.orders.values()].some(
    (one) => isCleared(one, exit) && changedAt(desk, one.clientOrderId) >= changedAt(desk, exit.clientOrderId),
  );

const changedAt = ({ changedAtMs }: MemoryDesk, clientOrderId: string): number => changedAtMs.get(clientOrderId) ?? 0;

function pastSend(desk: MemoryDesk, { clientOrderId }: Order): PastSend | null {
  const send = desk.sends.get(clientOrderId);
  if (send === undefined) return null;
  const { epoch, sends, refusals, claimedAtMs } = send;
  return {
    epoch,
    sends,
    refusals,
    claimedAtMs,
    guardRefused: desk.fencedWrites.includes(fencedWrite(clientOrderId, epoch - 1, 'send')),
  };
}

const fencedWrite = (clientOrderId: string, epoch: number, what: 'send' | 'outcome'): string =>
  `${clientOrderId} ${epoch} ${what}`;

function takeOver(desk: MemoryDesk, orders: readonly Order[]): void {
  const unknown = asTakenOver(orders);
  for (const { clientOrderId } of unknown) {
    const send = sendOf(desk, clientOrderId);
    desk.sends.set(clientOrderId, { ...send, epoch: send.epoch + 1, evidence: startUnknown(desk.nowMs()) });
  }
  writeOrders(desk, unknown);
  const before = orders.filter((one) => one.state === 'SENT');
  noteMoves(desk, before, 'UNKNOWN', 'taken over from an attempt that did not report');
}

function sendOf(desk: MemoryDesk, clientOrderId: string): Send {
  const send = desk.sends.get(clientOrderId);
  if (send === undefined) throw new Error(`order ${clientOrderId} was never claimed`);
  return send;
}

function commitSend(desk: MemoryDesk, order: Order): SendClaim {
  const nowMs = desk.nowMs();
  const sent = asSent(order, nowMs);
  const sendBeforeMs = nowMs + SEND_WITHIN_MS;
  writeOrders(desk, [sent]);
  const past = desk.sends.get(order.clientOrderId);
  const [epoch, sends] = [(past?.epoch ?? 0) + 1, (past?.sends ?? 0) + 1];
  desk.sends.set(order.clientOrderId, {
    epoch,
    sends,
    refusals: past?.refusals ?? 0,
    claimedAtMs: nowMs,
    sendBeforeMs,
    outcome: null,
    evidence: null,
  });
  const { clientOrderId, symbol, side, type, quantity, limitPrice, stopPrice } = sent;
  note(desk, 'order_sent', { clientOrderId, symbol, side, type, quantity, limitPrice, stopPrice, epoch });
  return { order: sent, epoch, sendBeforeMs };
}

function endUnsent(desk: MemoryDesk, orders: readonly Order[], reason: string): void {
  writeOrders(desk, asUnsent(orders));
  const before = orders.filter((one) => one.state === 'INTENT');
  noteMoves(desk, before, 'ABSENT', reason);
}

function mayStillSend(desk: MemoryDesk, { order, epoch }: SendClaim): string | null {
  const send = desk.sends.get(order.clientOrderId);
  const record = send === undefined ? null : { ...send, state: orderOf(desk, order.clientOrderId).state };
  const refusal = guardRefusal(record, epoch, desk.nowMs());
  if (refusal !== null) {
    if (refusal.fenced) desk.fencedWrites.push(fencedWrite(order.clientOrderId, epoch, 'send'));
    return refusal.message;
  }
  const killed = desk.killSwitch ?? desk.killFile;
  return killed !== null && addsRisk(order) ? `the kill switch is on: ${killed}` : null;
}

function noteSendOutcome(desk: MemoryDesk, claimed: SendClaim, told: Outcome): boolean {
  const { clientOrderId, decisionId } = claimed.order;
  const order = orderOf(desk, clientOrderId);
  const send = sendOf(desk, clientOrderId);
  const outcome = provenBy(told, send, desk.idProfile);
  const counts = countedWith(told, outcome, send);
  if (send.epoch === claimed.epoch) {
    const evidence = outcome.kind === 'ambiguous' ? startUnknown(desk.nowMs()) : null;
    desk.sends.set(clientOrderId, { ...send, ...counts, outcome: outcomeText(outcome), evidence });
  }
  if (order.state !== 'SENT' || send.epoch !== claimed.epoch) {
    desk.fencedWrites.push(fencedWrite(clientOrderId, claimed.epoch, 'outcome'));
    return false;
  }
  const moved = afterSend(order, outcome, isStillDue(order, outcome, counts, desk.idProfile));
  writeOrders(desk, [moved]);
  noteMoves(desk, [order], moved.state, outcome.kind);
  if (moved.state === 'REJECTED' && !isProtective(moved)) {
    endUnsent(desk, ordersOf(desk, decisionId), 'its entry was rejected');
  }
  return true;
}

const outcomeText = (outcome: Outcome): string => (outcome.kind === 'rejected' ? outcome.code : outcome.kind);

function take(
  desk: MemoryDesk,
  clientOrderId: string,
  seen: VenueOrder | null,
  fills: readonly VenueFill[],
  told: readonly VenueBust[],
) {
  const order = orderOf(desk, clientOrderId);
  const state = stateFor(desk, order.strategyId);
  const step = takeVenueAnswer(state.book, order, seen, fills, desk.tradeIds, knownBusts(desk, order, told));
  keepStep(desk, state, step);
  const after = orderOf(desk, clientOrderId);
  if (isLateArrival(order, seen, fills)) note(desk, 'order_late_arrival', { clientOrderId });
  if (after.state !== order.state) {
    noteMoves(desk, [order], after.state, seen?.venueStatus ?? 'a fill');
    if (hasEndedUnfilled(after)) endUnsent(desk, ordersOf(desk, order.decisionId), 'its entry filled nothing');
  }
  const orders = ordersOf(desk, order.decisionId);
  const legs = revivedLegs(order, after, orders, new Set(desk.sends.keys()));
  writeOrders(desk, legs);
  const revived = orders.filter((one) => legs.some(({ clientOrderId: id }) => id === one.clientOrderId));
  noteMoves(desk, revived, 'INTENT', 'its entry filled after it had ended');
  return { own: ordersOf(desk, order.decisionId), elsewhere: [], refusal: null };
}

/** Notes what is new, and answers all that was ever told of the order, with the fills of its position that count. */
export function knownBusts(desk: MemoryDesk, order: Order, told: readonly VenueBust[]): KnownBusts {
  for (const bust of told) desk.busts.set(bust.executionId, bust);
  const busts = [...desk.busts.values()].filter((one) => told.includes(one) || one.venueOrderId === order.venueOrderId);
  const own = countingFills(desk).filter((one) => one.strategyId === order.strategyId && one.symbol === order.symbol);
  return { busts, history: own.map((fill) => ({ fill, order: orderOf(desk, fill.clientOrderId) })) };
}

function noteVerdict(desk: MemoryDesk, clientOrderId: string, verdict: Verdict): void {
  const order = orderOf(desk, clientOrderId);
  if (!isInDoubt(order.state) || verdict.kind === 'found') return;
  const send = sendOf(desk, clientOrderId);
  if (!isSameDoubt(send.evidence, verdict.evidence)) return;
  desk.sends.set(clientOrderId, { ...send, evidence: verdict.evidence });
  const to = endOfDoubt(order.state, verdict);
  if (to === null) return;
  const after = change(desk, order, to, verdict.kind === 'manual' ? verdict.reason : 'the venue does not have it');
  if (hasEndedUnfilled(after)) endUnsent(desk, ordersOf(desk, order.decisionId), 'its entry never came to be');
}

function change(desk: MemoryDesk, order: Order, to: Order['state'], reason: string): Order {
  const moved = { ...order, state: moveOrder(order.state, to) };
  writeOrders(desk, [moved]);
  noteMoves(desk, [order], to, reason);
  return moved;
}

function beginCancel(desk: MemoryDesk, clientOrderId: string, reason: string): Order | null {
  const order = orderOf(desk, clientOrderId);
  const step = cancelStep(order);
  if (step === 'end') endUnsent(desk, [order], reason);
  if (step === 'ask') return order;
  return step === 'move' ? change(desk, order, 'CANCEL_SENT', reason) : null;
}
