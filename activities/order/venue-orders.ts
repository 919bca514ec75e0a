/**
 * The order engine for venues over the network: sends once, looks until it knows, cancels, protects what was filled.
 * It decides nothing about risk and keeps no state: the book of record says what was done, the venue what became of it.
 * A send is never repeated; whatever is in doubt is looked up.
 */
import type { Broker, BrokerAnswer } from '../../adapters/broker/broker.ts';
import { isBeingCancelled } from '../../domain/execution/exit-way.ts';
import { isProtective } from '../../domain/execution/legs.ts';
import { isWorking } from '../../domain/execution/order-state.ts';
import { isNotSent } from '../../domain/execution/venue-claim.ts';
import { FINAL_ORDER_STATES, type Order } from '../../schemas/execution.ts';
import type { SendOutcome, VenueOrder } from '../../schemas/venue.ts';
import { cancelOrder, cancelOversizedLegs } from './cancel-order.ts';
import { clearWay, freeAtVenue } from './clear-way.ts';
import { lookAtOrder } from './look-at-order.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

export type { VenueOrderParts } from './venue-order-parts.ts';

/** How an entry that fills in parts is treated: what is left of it is cancelled, so that the rest can be protected. */
const PARTIAL_WAIT_MS = 30_000;
/** Looks directly after a send, while a market order fills. */
const FIRST_LOOKS_MS = [50, 150, 400];

export const createVenueOrders = (parts: VenueOrderParts): Broker => ({
  venue: parts.venue.name,
  submit: async (decisionId) => {
    const orders = await parts.store.orders(decisionId);
    const elsewhere = await clearWay(parts, orders);
    const { claims, refusal } = await claimOpening(parts, decisionId, orders);
    const unsent = await sendAll(parts, claims);
    refuseStaying(await parts.store.orders(decisionId), unsent);
    if (claims.length > 0) await firstLooks(parts, decisionId);
    const answer = await advance(parts, decisionId);
    return { ...answer, elsewhere: [...elsewhere, ...answer.elsewhere], refusal };
  },
  look: (decisionId) => advance(parts, decisionId),
  cancel: async (decisionId, reason) => {
    await cancelOpen(parts, decisionId, reason);
    const answer = await advance(parts, decisionId);
    // What was in doubt may have been found while looking: the wish to cancel it stands.
    if (!answer.own.some((one) => !isProtective(one) && (one.state === 'ACKED' || one.state === 'PARTIAL')))
      return answer;
    await cancelOpen(parts, decisionId, reason);
    return advance(parts, decisionId);
  },
});

async function cancelOpen(parts: VenueOrderParts, decisionId: string, reason: string): Promise<void> {
  const open = (await parts.store.orders(decisionId)).filter((one) => isOpen(one) && !isProtective(one));
  for (const order of open) await cancelOrder(parts, order, reason);
}

const isOpen = (order: Order): boolean => !FINAL_ORDER_STATES.includes(order.state);

/** Overtaken by a freeze, an exit leaves only with what the venue itself says. */
async function claimOpening(parts: VenueOrderParts, decisionId: string, orders: readonly Order[]) {
  const free = await freeAtVenue(parts, orders);
  const lot = await lotOf(
    parts,
    orders.filter((one) => !isProtective(one)),
  );
  return parts.store.claim(decisionId, 'opening', lot, free);
}

/** The step in which the venue takes quantities of such orders. */
async function lotOf({ venue }: VenueOrderParts, [order]: readonly Order[]): Promise<string | null> {
  return order === undefined ? null : venue.lot(order);
}

type Claim = Awaited<ReturnType<VenueOrderParts['store']['claim']>>['claims'][number];

/** One shot. The adapter asks `mayStillSend` when its connection stands, directly before the first byte. */
async function sendOnce(parts: VenueOrderParts, claim: Claim): Promise<SendOutcome> {
  const { store, venue } = parts;
  const outcome = await venue.send(claim.order, claim.sendBeforeMs, () => store.mayStillSend(claim));
  const isOurs = await store.noteSendOutcome(claim, outcome);
  if (!isOurs && outcome.kind === 'accepted') await lateAccept(parts, claim.order, outcome.order);
  return outcome;
}

/** @returns client order ids of those that are proven not to have left */
async function sendAll(parts: VenueOrderParts, claims: readonly Claim[]): Promise<string[]> {
  const unsent: string[] = [];
  for (const claim of claims) {
    const outcome = await sendOnce(parts, claim);
    if (isNotSent(outcome)) unsent.push(claim.order.clientOrderId);
  }
  return unsent;
}

/** The venue took it after another had taken it over: told at once; what was given up by then is cancelled. */
async function lateAccept(
  parts: VenueOrderParts,
  { decisionId, clientOrderId }: Order,
  seen: VenueOrder,
): Promise<void> {
  const order = (await parts.store.orders(decisionId)).find((one) => one.clientOrderId === clientOrderId);
  if (order === undefined) return;
  await lookAtOrder(parts, order, seen);
  if (order.state === 'ABSENT')
    await cancelOrder(parts, { ...order, state: 'ACKED' }, 'it arrived after it was given up');
}

async function firstLooks(parts: VenueOrderParts, decisionId: string): Promise<void> {
  for (const ms of FIRST_LOOKS_MS) {
    const orders = await parts.store.orders(decisionId);
    const filling = orders.filter((one) => isWorking(one.state) && one.type === 'market');
    if (filling.length === 0) return;
    await parts.sleep(ms);
    for (const order of filling) await lookAtOrder(parts, order);
  }
}

/** Looks at what is open, sends the legs that are due, ends what has lost its purpose. */
async function advance(parts: VenueOrderParts, decisionId: string): Promise<BrokerAnswer> {
  const { store } = parts;
  for (const order of (await store.orders(decisionId)).filter(isOpen)) await lookAtOrder(parts, order);
  const orders = await store.orders(decisionId);
  await endRests(parts, orders);
  const { claims, useless } = await store.claim(
    decisionId,
    'protective',
    await lotOf(parts, orders.filter(isProtective)),
  );
  const unsent = await sendAll(parts, claims);
  for (const leg of useless) await cancelOrder(parts, leg, 'its position is gone');
  await endUselessLegs(parts, await store.orders(decisionId));
  await cancelOversizedLegs(parts, await store.orders(decisionId));
  refuseStaying(await store.orders(decisionId), unsent);
  return { own: await store.orders(decisionId), elsewhere: [], refusal: null };
}

/** Something that protects or closes could not leave. */
export class CouldNotLeave extends Error {
  override readonly name = 'CouldNotLeave';
}

/** A leg or an exit of which no byte left leaves the position bare: the attempt fails, and is made again. */
function refuseStaying(orders: readonly Order[], unsent: readonly string[]): void {
  const staying = orders.filter((one) => unsent.includes(one.clientOrderId) && one.state === 'INTENT');
  if (staying.length > 0) throw new CouldNotLeave(`an order could not leave yet: ${staying.map(nameOf).join(', ')}`);
}

/** What is left of a slow part is cancelled, so that legs fit; a cancel that may never have arrived is asked again. */
async function endRests(parts: VenueOrderParts, orders: readonly Order[]): Promise<void> {
  for (const order of orders) {
    if (await isSlow(parts, order))
      await cancelOrder(parts, order, 'what is left of a part is cancelled, so that legs fit');
    else if (isBeingCancelled(order)) await cancelOrder(parts, order, 'its cancel is asked again');
  }
}

/**
 * An entry that has stayed a part for too long since its first fill. A venue's clock may be behind ours: never from
 * before it was sent.
 */
async function isSlow({ store, nowMs }: VenueOrderParts, order: Order): Promise<boolean> {
  const sentAtMs = order.sentAtMs ?? 0;
  if (order.state !== 'PARTIAL' || order.leg !== 'entry' || nowMs() - sentAtMs <= PARTIAL_WAIT_MS) return false;
  const [first] = await store.fillsOf(order.clientOrderId);
  return nowMs() - Math.max(sentAtMs, first?.atMs ?? sentAtMs) > PARTIAL_WAIT_MS;
}

/** One leg has closed the position: the other has nothing to protect any more. */
async function endUselessLegs(parts: VenueOrderParts, orders: readonly Order[]): Promise<void> {
  if (!orders.some((one) => isProtective(one) && one.state === 'FILLED')) return;
  for (const leg of orders.filter((one) => isProtective(one) && isOpen(one))) {
    await cancelOrder(parts, leg, 'the other leg has closed the position');
  }
}

const nameOf = ({ clientOrderId, state }: Order): string => `${clientOrderId} (${state})`;
