/**
 * One account against its venue. What only needs booking is booked first: fills, busts and ends of known orders.
 * A difference that is seen twice, with a pause in between, freezes the account and is reported; no row is invented or
 * adjusted.
 */
import type { ReconcileStore } from '../../db/reconcile-store.ts';
import {
  compareBooks,
  type Difference,
  FILLS_READ_BEFORE_MS,
  lasting,
  type VenueBooks,
} from '../../domain/execution/compare-books.ts';
import { isBeingCancelled } from '../../domain/execution/exit-way.ts';
import { cutText } from '../../schemas/cut-text.ts';
import type { Order } from '../../schemas/execution.ts';
import type { ReconcileReport } from '../../schemas/reconciliation.ts';
import type { VenueAnswer, VenueFill } from '../../schemas/venue.ts';
import { cancelOversizedLegs } from './cancel-order.ts';
import { bustsNamed, lookAtOrder } from './look-at-order.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

export type ReconcileParts = VenueOrderParts & {
  readonly books: ReconcileStore;
  /** Pause between the two comparisons: longer than the venue's reads lag behind. */
  readonly settleMs: number;
};

/** A venue that does not answer leaves the account as it stands. */
export async function reconcileAccount(parts: ReconcileParts, accountId: string): Promise<ReconcileReport> {
  const first = await compareOnce(parts, accountId);
  if (first.kind === 'failed') return report(parts, accountId, 'unreachable', [], first.reason);
  const { different, pending } = first.value;
  if (different.length === 0) return conclude(parts, accountId, [], pending);
  await parts.sleep(parts.settleMs);
  const second = await compareOnce(parts, accountId);
  if (second.kind === 'failed') return report(parts, accountId, 'unreachable', different, second.reason);
  return conclude(parts, accountId, lasting(different, second.value.different), [
    ...second.value.pending,
    ...second.value.different,
  ]);
}

async function conclude(
  parts: ReconcileParts,
  accountId: string,
  different: readonly Difference[],
  pending: readonly Difference[],
): Promise<ReconcileReport> {
  if (different.length === 0) {
    const equal = report(parts, accountId, pending.length > 0 ? 'pending' : 'equal', pending, null);
    await parts.books.noteReconciled(accountId, equal);
    return equal;
  }
  const told = report(parts, accountId, 'different', different, null);
  const reason = cutText(`books and venue differ: ${different.map(nameOf).join('; ')}`, 500);
  await parts.books.freeze(accountId, reason, told);
  return told;
}

const nameOf = ({ kind, what, ours, theirs }: Difference): string => `${kind} ${what} (ours ${ours}, theirs ${theirs})`;

const report = (
  { nowMs }: ReconcileParts,
  accountId: string,
  verdict: ReconcileReport['verdict'],
  differences: readonly Difference[],
  reason: string | null,
): ReconcileReport => ({ accountId, verdict, differences: [...differences], reason, atMs: nowMs() });

/** Books read further apart than this differ by what happened in between, and no change would count as recent. */
const COMPARE_WITHIN_MS = 10_000;

type Compared = VenueAnswer<{ readonly different: readonly Difference[]; readonly pending: readonly Difference[] }>;

async function compareOnce(parts: ReconcileParts, accountId: string, mayBeBusts = true): Promise<Compared> {
  const startedAtMs = parts.nowMs();
  const { openedAtMs, fillsMs: sinceMs } = await parts.books.comparedSince(accountId);
  const readFromMs = sinceMs - FILLS_READ_BEFORE_MS;
  const read = await readVenue(parts, readFromMs);
  if (read.kind === 'failed') return read;
  const unread = await bookKnown(parts, accountId, read.value, readFromMs);
  if (unread.length > 0) return { kind: 'failed', reason: `no answer about ${unread.join(', ')}` };
  const ours = await parts.books.ours(accountId, sinceMs);
  const tookMs = parts.nowMs() - startedAtMs;
  if (tookMs > COMPARE_WITHIN_MS) return { kind: 'failed', reason: `reading both books took ${tookMs} ms` };
  const compared = compareBooks(ours, read.value);
  const isOpen = [...compared.different, ...compared.pending].some(({ kind }) => BUST_SIGNS.includes(kind));
  if (!mayBeBusts || !isOpen) return { kind: 'answered', value: compared };
  const booked = await bookBusts(parts, accountId, openedAtMs, ours.busted);
  if (booked.kind === 'failed') return booked;
  return booked.value > 0 ? compareOnce(parts, accountId, false) : { kind: 'answered', value: compared };
}

/** What a busted trade leaves behind until it is booked. */
const BUST_SIGNS: readonly Difference['kind'][] = ['foreignFill', 'missingFill', 'position', 'cash'];
/** Trades are busted within hours, or days at the most. */
const BUSTS_WITHIN_MS = 30 * 86_400_000;

/**
 * Asks the venue whether busts explain what differs, and books those that are new.
 * @returns of how many orders
 */
async function bookBusts(
  parts: ReconcileParts,
  accountId: string,
  sinceMs: number,
  known: ReadonlySet<string>,
): Promise<VenueAnswer<number>> {
  const answer = await parts.venue.busts(Math.max(sinceMs, parts.nowMs() - BUSTS_WITHIN_MS));
  if (answer.kind === 'failed') return answer;
  const fresh = answer.value.filter((one) => !known.has(one.executionId));
  const orders = await parts.books.ordersOf(accountId, fresh);
  for (const order of orders) {
    const isTold = await lookAtOrder(parts, order, undefined, bustsNamed(order, order.venueOrderId, fresh));
    if (!isTold)
      return { kind: 'failed', reason: `no answer about ${order.clientOrderId}, of which a trade was busted` };
    await cancelOversizedLegs(parts, await parts.store.orders(order.decisionId));
  }
  return { kind: 'answered', value: orders.length };
}

/** Positions and cash are read last: what is booked from older lists can then only lag behind them. */
async function readVenue({ venue }: ReconcileParts, sinceMs: number): Promise<VenueAnswer<VenueBooks>> {
  const openOrders = await venue.openOrders();
  if (openOrders.kind === 'failed') return openOrders;
  const fills = await venue.fills(sinceMs);
  if (fills.kind === 'failed') return fills;
  const positions = await venue.positions();
  if (positions.kind === 'failed') return positions;
  const cash = await venue.cash();
  if (cash.kind === 'failed') return cash;
  const value = { openOrders: openOrders.value, fills: fills.value, positions: positions.value, cash: cash.value.cash };
  return { kind: 'answered', value };
}

/**
 * Looks at orders of ours that the venue lists no longer, that have unbooked fills, whose cancel is in doubt, or that
 * were given up and may have come late.
 * @returns the orders about which the venue did not answer: without them the books cannot be compared
 */
async function bookKnown(
  parts: ReconcileParts,
  accountId: string,
  read: VenueBooks,
  readFromMs: number,
): Promise<string[]> {
  const unread: string[] = [];
  const booked = await parts.books.bookedTrades(accountId, readFromMs);
  const unbooked = read.fills.filter((one) => !booked.has(one.tradeId));
  const listed = new Set(read.openOrders.map((one) => one.clientOrderId));
  for (const order of await parts.books.ordersToLookAt(accountId)) {
    const isListed = listed.has(order.clientOrderId);
    const hasNews = unbooked.some((one) => mayBeOf(order, one));
    const isGone = !isListed && (order.state === 'ACKED' || order.state === 'PARTIAL');
    const isLate = order.state === 'ABSENT' && isListed;
    const isEnding = isBeingCancelled(order);
    // Whoever sent it may have gone: it is taken over, and its evidence is gathered, here too.
    if (isLeftBehind(parts, order)) await parts.store.takeOver(order.decisionId);
    if (order.state === 'UNKNOWN' || order.state === 'MANUAL') await lookAtOrder(parts, order);
    const isAsked = hasNews || isGone || isLate || isEnding;
    if (isAsked && !(await lookAtOrder(parts, order))) unread.push(order.clientOrderId);
    if (isLate || (isEnding && isListed)) await cancelLate(parts, order.clientOrderId);
  }
  return unread;
}

/** SENT for longer than any attempt may take, its retry included. */
const LEFT_BEHIND_MS = 60_000;
const isLeftBehind = ({ nowMs }: ReconcileParts, { state, sentAtMs }: Order): boolean =>
  state === 'SENT' && nowMs() - (sentAtMs ?? 0) > LEFT_BEHIND_MS;

/** An order that was given up has no venue id: any fill like it may be its own. */
const mayBeOf = (order: Order, fill: VenueFill): boolean =>
  order.venueOrderId === null
    ? order.state === 'ABSENT' && order.side === fill.side && plain(order.symbol) === plain(fill.symbol)
    : order.venueOrderId === fill.venueOrderId;

const plain = (symbol: string): string => symbol.replace('/', '');

/** Perhaps no workflow waits for it any more: what has filled is booked, the rest is cancelled. */
async function cancelLate(parts: ReconcileParts, clientOrderId: string): Promise<void> {
  const order = await parts.store.beginCancel(clientOrderId, 'it arrived after it was given up');
  if (order === null) return;
  const outcome = await parts.venue.cancel(order);
  if (outcome.kind === 'canceled' || outcome.kind === 'tooLate') await lookAtOrder(parts, order, outcome.order);
}
