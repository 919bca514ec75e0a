/**
 * One look at one order: what the venue says of it, the fills it has that the book lacks, the busts of those that it no
 * longer has, and for one in doubt a round of the evidence that it is not there. Looking changes nothing at the venue.
 */
import { toDecimal, ZERO } from '../../domain/decimal.ts';
import { resolveUnknown, type UnknownEvidence } from '../../domain/execution/resolve-unknown.ts';
import { Overfilled } from '../../domain/execution/settle.ts';
import { hasLostFills, lacksFills } from '../../domain/execution/venue-step.ts';
import type { Order } from '../../schemas/execution.ts';
import type { LookUp, VenueAnswer, VenueBust, VenueFill, VenueOrder } from '../../schemas/venue.ts';
import { withUntoldFees } from './untold-fees.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

/** Fills are asked for from a little before the order was sent: clocks differ. */
const FILLS_MARGIN_MS = 120_000;
const CLOCKS_DIFFER_MS = 5_000;

/**
 * `told`: what a cancel has just answered, in place of a look-up; `busts`: such as are known of it. Failed reads change
 * nothing.
 * @returns whether the venue has answered
 */
export async function lookAtOrder(
  parts: VenueOrderParts,
  order: Order,
  told?: VenueOrder,
  busts: readonly VenueBust[] = [],
): Promise<boolean> {
  if (order.state === 'INTENT' || order.state === 'CLAIMED') return true;
  const look: LookUp =
    told === undefined ? await parts.venue.lookUp(order.clientOrderId) : { kind: 'found', order: told };
  if (look.kind === 'found') return take(parts, order, look.order, busts);
  const evidence = await parts.store.evidence(order.clientOrderId);
  if (evidence !== null) await gatherEvidence(parts, order, look, evidence);
  return look.kind === 'notFound';
}

async function take(
  parts: VenueOrderParts,
  order: Order,
  seen: VenueOrder,
  known: readonly VenueBust[],
): Promise<boolean> {
  const contradiction = mismatch(order, seen);
  if (contradiction !== null) {
    await parts.store.noteBadReport(order, contradiction);
    return true;
  }
  const busts = known.length > 0 || !hasLostFills(order, seen) ? known : await bustsOf(parts, order, seen);
  const needsFills = lacksFills(order, seen) || (busts !== null && busts.length > 0);
  const fills = needsFills ? await fillsOf(parts, order, seen, busts ?? []) : [];
  if (fills === null || busts === null) return false;
  const wrong = foreignAmong(order, fills, busts);
  if (wrong !== null) await parts.store.noteBadReport(order, wrong);
  else if (fills.length > 0 || busts.length > 0 || isNews(order, seen)) await book(parts, order, seen, fills, busts);
  return true;
}

/**
 * A fill that is one too many may stand in the place of one that was busted
 * since. If no bust is told, nothing is booked:
 * the comparison of books finds the fill, and freezes the account when it lasts.
 */
async function book(
  parts: VenueOrderParts,
  order: Order,
  seen: VenueOrder,
  fills: readonly VenueFill[],
  busts: readonly VenueBust[],
): Promise<void> {
  if (await fits(parts.store.take(order.clientOrderId, seen, fills, busts))) return;
  const told = await bustsOf(parts, order, seen);
  if (told !== null && told.length > 0) await fits(parts.store.take(order.clientOrderId, seen, fills, told));
}

/** False: the venue reports more filled than was ordered, and nothing of it was booked. */
async function fits(taken: Promise<unknown>): Promise<boolean> {
  try {
    await taken;
    return true;
  } catch (error) {
    if (error instanceof Overfilled) return false;
    throw error;
  }
}

function foreignAmong(order: Order, fills: readonly VenueFill[], busts: readonly VenueBust[]): string | null {
  const corrected = busts.flatMap(({ replacement }) => (replacement === null ? [] : [replacement]));
  const foreign = [...fills, ...corrected].find((one) => one.symbol !== order.symbol || one.side !== order.side);
  if (foreign !== undefined) return `fill ${foreign.tradeId} is of another symbol or side`;
  const strange = busts.find((one) => one.symbol !== order.symbol);
  return strange === undefined ? null : `the bust of ${strange.executionId} is of another symbol`;
}

/** Whether the answer can change anything about the order. */
const isNews = (order: Order, seen: VenueOrder): boolean =>
  seen.state !== order.state || order.venueOrderId !== seen.venueOrderId;

function mismatch(order: Order, seen: VenueOrder): string | null {
  if (plain(seen.symbol) !== plain(order.symbol)) return `the venue has it in ${seen.symbol}`;
  if (seen.side !== order.side) return `the venue has it as a ${seen.side}`;
  if (toDecimal(seen.quantityFilled).gt(order.quantity)) return `the venue has filled ${seen.quantityFilled}`;
  return null;
}

const plain = (symbol: string): string => symbol.replace('/', '');

const fillsSince = (order: Order): number => (order.sentAtMs ?? order.createdAtMs) - FILLS_MARGIN_MS;

/** Null when the venue did not answer, or the fees of the fills are not known yet. */
async function fillsOf(
  parts: VenueOrderParts,
  order: Order,
  seen: VenueOrder,
  busts: readonly VenueBust[],
): Promise<VenueFill[] | null> {
  const answer = await parts.venue.fills(fillsSince(order));
  if (answer.kind === 'failed') return null;
  const own = fillsNamed(order, seen.venueOrderId, answer.value);
  return withUntoldFees(parts, order, own, { all: answer.value, sinceMs: fillsSince(order), busts });
}

/** Those of one order, with the symbol as we write it. */
const fillsNamed = (order: Order, venueOrderId: string, fills: readonly VenueFill[]): VenueFill[] =>
  fills.filter((one) => one.venueOrderId === venueOrderId).map((one) => ({ ...one, symbol: named(order, one.symbol) }));

/** Null when the list did not come back. */
async function bustsOf({ venue }: VenueOrderParts, order: Order, seen: VenueOrder): Promise<VenueBust[] | null> {
  const answer = await venue.busts(fillsSince(order));
  return answer.kind === 'failed' ? null : bustsNamed(order, seen.venueOrderId, answer.value);
}

/** Those of one order, with the symbol as we write it. */
export const bustsNamed = (order: Order, venueOrderId: string | null, busts: readonly VenueBust[]): VenueBust[] =>
  busts
    .filter((one) => one.venueOrderId === venueOrderId)
    .map(({ symbol, replacement, ...rest }) => ({
      ...rest,
      symbol: named(order, symbol),
      replacement: replacement === null ? null : { ...replacement, symbol: named(order, replacement.symbol) },
    }));

const named = (order: Order, symbol: string): string => (plain(symbol) === plain(order.symbol) ? order.symbol : symbol);

async function gatherEvidence(
  parts: VenueOrderParts,
  order: Order,
  lookUp: LookUp,
  evidence: UnknownEvidence,
): Promise<void> {
  const openOrders = await parts.venue.openOrders();
  const unexplained = await unexplainedFills(parts, order);
  const verdict = resolveUnknown(order.clientOrderId, evidence, {
    atMs: parts.nowMs(),
    lookUp,
    openOrders,
    unexplained,
  });
  if (verdict.kind === 'found') await take(parts, order, verdict.order, []);
  else await parts.store.noteVerdict(order.clientOrderId, verdict);
}

/** Fills like this order's that no known order explains: they may be its own. */
async function unexplainedFills(parts: VenueOrderParts, order: Order): Promise<VenueAnswer<number>> {
  const answer = await parts.venue.fills(fillsSince(order));
  if (answer.kind === 'failed') return answer;
  if (order.venueOrderId !== null) return bookOwn(parts, order, order.venueOrderId, answer.value);
  const alike = answer.value.filter(
    (one) =>
      plain(one.symbol) === plain(order.symbol) &&
      one.side === order.side &&
      one.atMs >= (order.sentAtMs ?? 0) - CLOCKS_DIFFER_MS,
  );
  const ids = [...new Set(alike.map((one) => one.venueOrderId))];
  return { kind: 'answered', value: (await parts.store.unknownVenueOrders(order.accountId, ids)).length };
}

/**
 * Fills of an order that the venue had taken carry its id there: they are
 * booked. @returns how many count beyond the book
 */
async function bookOwn(
  parts: VenueOrderParts,
  order: Order,
  venueOrderId: string,
  fills: readonly VenueFill[],
): Promise<VenueAnswer<number>> {
  const own = fillsNamed(order, venueOrderId, fills);
  const filled = own.reduce((sum, one) => sum.plus(one.quantity), ZERO);
  if (filled.lte(order.quantityFilled)) return { kind: 'answered', value: 0 };
  const wrong = foreignAmong(order, own, []);
  if (wrong !== null) await parts.store.noteBadReport(order, wrong);
  else {
    const paid = await withUntoldFees(parts, order, own, { all: fills, sinceMs: fillsSince(order), busts: [] });
    if (paid === null) return { kind: 'failed', reason: 'it is not known yet what its fills have cost' };
    await fits(parts.store.take(order.clientOrderId, null, paid));
  }
  return { kind: 'answered', value: own.length };
}
