/**
 * The way to the model venue for one attempt: latency, requests and replies that are lost, reads that show the venue as
 * it was up to five seconds ago, fills that are told twice. It answers as an adapter would, in the words of the port.
 */
import type { ReconcileParts } from '../../activities/order/reconcile-account.ts';
import type { Order } from '../../schemas/execution.ts';
import type {
  CancelOutcome,
  LookUp,
  SendOutcome,
  VenueAnswer,
  VenueBust,
  VenueFill,
  VenueOrder,
} from '../../schemas/venue.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import { counts, type ModelVenue, type TrueFill, type TrueOrder, type TrueState, textOf } from './model-venue.ts';
import type { Scheduler } from './scheduler.ts';
import type { Attempt } from './workers.ts';

export type EngineVenue = ReconcileParts['venue'];

export type PortParts = {
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly faults: () => Faults;
  readonly venue: ModelVenue;
  readonly saw: (what: 'cut' | 'duplicate' | 'bust') => void;
  /** The request of this order is held up on its way. */
  readonly onLate: (clientOrderId: string) => void;
  /** A request to place an order has reached the venue, which is about to take it. */
  readonly onArrival: (order: Order) => void;
};

/** How long a request or a reply takes at most, but for those that are held up. */
export const WAY_MS_MAX = 3_000;
const TIMEOUT_MS = 10_000;
const LATE_MS = [60_000, 180_000] as const;

export const venuePort = (parts: PortParts, attempt: Attempt): EngineVenue => ({
  name: 'model',
  lot: async () => null,
  send: (order, deadlineMs, guard) => send(parts, attempt, order, deadlineMs, guard),
  lookUp: (clientOrderId) => lookUp(parts, attempt, clientOrderId),
  openOrders: () => read(parts, attempt, (atMs) => openAt(parts.venue, atMs)),
  fills: (sinceMs) => read(parts, attempt, (atMs) => fillsAt(parts, sinceMs, atMs)),
  busts: (sinceMs) => read(parts, attempt, (atMs) => bustsAt(parts, sinceMs, atMs)),
  positions: () => read(parts, attempt, (atMs) => positionsAt(parts.venue, atMs)),
  cash: () => read(parts, attempt, (atMs) => ({ cash: moneyText(parts.venue.cashAt(atMs)), currency: 'USD' })),
  cancel: (order) => cancel(parts, attempt, order),
});

/** Ten-thousandths as decimal text. */
const moneyText = (amount: number): string => String(amount / 10_000);

async function send(
  parts: PortParts,
  attempt: Attempt,
  order: Order,
  deadlineMs: number,
  guard?: () => Promise<string | null>,
): Promise<SendOutcome> {
  const { dice, faults, scheduler } = parts;
  await attempt.step(dice.between(1, 60));
  if (dice.chance(faults().noConnection)) return { kind: 'rejected', code: 'NOT_SENT', message: 'no connection' };
  const refusal = (await agreed(guard)) ?? (scheduler.nowMs() > deadlineMs ? 'the deadline has passed' : null);
  if (refusal !== null) return { kind: 'rejected', code: 'NOT_SENT', message: refusal };
  const isLate = dice.chance(faults().lateRequest);
  if (isLate) parts.onLate(order.clientOrderId);
  const reply = await exchange(parts, attempt, () => arrive(parts, order), isLate ? dice.between(...LATE_MS) : null);
  if (reply === null) return { kind: 'ambiguous', reason: 'the connection broke' };
  return reply;
}

/** A guard that fails is a guard that refuses. */
async function agreed(guard: (() => Promise<string | null>) | undefined): Promise<string | null> {
  try {
    return (await guard?.()) ?? null;
  } catch (error) {
    return `the last check before sending failed: ${String(error)}`;
  }
}

function arrive(parts: PortParts, order: Order): SendOutcome {
  const { dice, faults, venue } = parts;
  if (dice.chance(faults().reject)) return { kind: 'rejected', code: 'VENUE_REFUSED', message: 'not enough of it' };
  parts.onArrival(order);
  const placed = venue.place(order);
  if (placed === null) return { kind: 'ambiguous', reason: 'client_order_id must be unique' };
  return { kind: 'accepted', order: orderText(placed, placed.acceptedAtMs) as VenueOrder };
}

/** Null: no reply came. The effect happens at the venue whatever becomes of the attempt. */
async function exchange<T>(
  { dice, scheduler, faults, saw }: PortParts,
  attempt: Attempt,
  effect: () => T,
  heldUpMs: number | null = null,
): Promise<T | null> {
  const { cutBefore, cutAfter, slowReply } = faults();
  const thereMs = heldUpMs ?? (dice.chance(slowReply) ? dice.between(200, WAY_MS_MAX) : dice.between(2, 120));
  const backMs = dice.chance(slowReply) ? dice.between(1_000, 12_000) : dice.between(2, 120);
  if (dice.chance(cutBefore)) {
    saw('cut');
    await attempt.step(dice.between(2, TIMEOUT_MS));
    return null;
  }
  let reply: { readonly value: T } | null = null;
  scheduler.after(thereMs, () => {
    reply = { value: effect() };
  });
  const isCut = dice.chance(cutAfter);
  const waitedMs = isCut ? dice.between(thereMs, TIMEOUT_MS) : thereMs + backMs + 1;
  await attempt.step(Math.min(waitedMs, TIMEOUT_MS));
  if (isCut) saw('cut');
  return isCut || waitedMs > TIMEOUT_MS ? null : carried(reply);
}

const carried = <T>(reply: { readonly value: T } | null): T | null => reply?.value ?? null;

async function read<T>(parts: PortParts, attempt: Attempt, view: (atMs: number) => T): Promise<VenueAnswer<T>> {
  const { dice, faults, scheduler } = parts;
  const lagMs = dice.between(0, faults().readLagMsMax);
  const reply = await exchange(parts, attempt, () => ({ seen: view(scheduler.nowMs() - lagMs) }));
  return reply === null || faults().readsFail
    ? { kind: 'failed', reason: 'no reply' }
    : { kind: 'answered', value: reply.seen };
}

async function lookUp(parts: PortParts, attempt: Attempt, clientOrderId: string): Promise<LookUp> {
  const answer = await read(parts, attempt, (atMs) =>
    parts.venue.orders
      .filter((one) => one.clientOrderId === clientOrderId)
      .map((one) => orderText(one, atMs))
      .findLast((one) => one !== null),
  );
  if (answer.kind === 'failed') return answer;
  return answer.value === undefined ? { kind: 'notFound' } : { kind: 'found', order: answer.value };
}

/** The venue takes a cancel at once; what became of the order is read afterwards, and may lag. */
async function cancel(parts: PortParts, attempt: Attempt, order: Order): Promise<CancelOutcome> {
  const reply = await exchange(parts, attempt, () => ({ order: parts.venue.cancel(order.venueOrderId ?? '') }));
  if (reply === null) return { kind: 'ambiguous', reason: 'no reply' };
  if (reply.order === null) return { kind: 'notFound' };
  const look = await lookUp(parts, attempt, order.clientOrderId);
  if (look.kind !== 'found' || look.order.state === 'ACKED' || look.order.state === 'PARTIAL') {
    return { kind: 'ambiguous', reason: 'the cancel is not seen yet' };
  }
  return { kind: look.order.state === 'CANCELED' ? 'canceled' : 'tooLate', order: look.order };
}

const STATES = { filled: 'FILLED', canceled: 'CANCELED', expired: 'EXPIRED' } as const;
const stateText = (state: TrueState, filled: number): VenueOrder['state'] =>
  state === 'open' ? (filled > 0 ? 'PARTIAL' : 'ACKED') : STATES[state];

const momentOf = ({ history }: TrueOrder, atMs: number) => history.findLast((one) => one.atMs <= atMs);

/** The order as it was at an instant; null when it was not there yet. */
function orderText(order: TrueOrder, atMs: number): VenueOrder | null {
  const moment = momentOf(order, atMs);
  if (moment === undefined) return null;
  const { venueOrderId, clientOrderId, symbol, side, quantity, limitPrice, stopPrice, acceptedAtMs } = order;
  return {
    ...{ venueOrderId, clientOrderId, symbol, side, limitPrice, stopPrice },
    quantity: textOf(quantity),
    quantityFilled: textOf(moment.filled),
    averagePrice: null,
    state: stateText(moment.state, moment.filled),
    venueStatus: moment.state,
    submittedAtMs: acceptedAtMs,
  };
}

const openAt = ({ orders }: ModelVenue, atMs: number): VenueOrder[] =>
  orders
    .filter((one) => momentOf(one, atMs)?.state === 'open')
    .map((one) => orderText(one, atMs))
    .filter((one) => one !== null);

function fillsAt({ dice, faults, venue, saw }: PortParts, sinceMs: number, atMs: number): VenueFill[] {
  const isListed = (one: TrueFill): boolean => counts(one, atMs) || (faults().listsBusted && one.atMs <= atMs);
  const seen = venue.fills.filter((one) => one.atMs >= sinceMs && isListed(one)).map(fillText);
  const [first] = seen;
  if (first === undefined || !dice.chance(faults().duplicateReport)) return seen;
  saw('duplicate');
  return [...seen, dice.pick([first, ...seen])];
}

/** The newest first: a correction may be told before what it corrects. */
function bustsAt({ dice, faults, venue, saw }: PortParts, sinceMs: number, atMs: number): VenueBust[] {
  const seen = venue.fills.flatMap((fill): VenueBust[] => {
    const { tradeId, order, bustedAtMs, replacement } = fill;
    if (bustedAtMs === null || bustedAtMs < sinceMs || bustedAtMs > atMs) return [];
    const { venueOrderId, symbol } = order;
    const named = { executionId: tradeId, venueOrderId, symbol, atMs: bustedAtMs };
    return [{ ...named, replacement: replacement === null ? null : fillText(replacement) }];
  });
  if (seen.length > 0) saw('bust');
  const [first] = seen;
  const isTwice = first !== undefined && dice.chance(faults().duplicateReport);
  return isTwice ? [...seen.toReversed(), first] : seen.toReversed();
}

const fillText = ({ tradeId, order, quantity, priceCents, fee, atMs }: TrueFill): VenueFill => ({
  tradeId,
  venueOrderId: order.venueOrderId,
  symbol: order.symbol,
  side: order.side,
  quantity: textOf(quantity),
  price: textOf(priceCents),
  fee: fee === null ? null : moneyText(fee),
  atMs,
});

const positionsAt = (venue: ModelVenue, atMs: number) =>
  [...venue.heldAt(atMs)]
    .filter(([, quantity]) => quantity !== 0)
    .map(([symbol, quantity]) => ({ symbol, quantity: textOf(quantity), averagePrice: '1' }));
