/**
 * One look at one order: what the venue says of it, the fills it has that the book lacks, and for an UNKNOWN order one
 * round of the evidence that it was never taken. Looking changes nothing at the venue.
 */
import { toDecimal } from '../../domain/decimal.ts';
import { resolveUnknown, type UnknownEvidence } from '../../domain/execution/resolve-unknown.ts';
import { lacksFills } from '../../domain/execution/venue-step.ts';
import type { Order } from '../../schemas/execution.ts';
import type { LookUp, VenueAnswer, VenueFill, VenueOrder } from '../../schemas/venue.ts';
import type { VenueOrderParts } from './venue-order-parts.ts';

/** Fills are asked for from a little before the order was sent: clocks differ. */
const FILLS_MARGIN_MS = 120_000;
const CLOCKS_DIFFER_MS = 5_000;

/**
 * `told`: what a cancel has just answered, in place of a look-up. Failed reads change nothing.
 * @returns whether the venue has answered
 */
export async function lookAtOrder(parts: VenueOrderParts, order: Order, told?: VenueOrder): Promise<boolean> {
  if (order.state === 'INTENT' || order.state === 'CLAIMED' || order.state === 'MANUAL') return true;
  const look: LookUp =
    told === undefined ? await parts.venue.lookUp(order.clientOrderId) : { kind: 'found', order: told };
  if (look.kind === 'found') return take(parts, order, look.order);
  const evidence = await parts.store.evidence(order.clientOrderId);
  if (evidence !== null) await gatherEvidence(parts, order, look, evidence);
  return look.kind === 'notFound';
}

async function take(parts: VenueOrderParts, order: Order, seen: VenueOrder): Promise<boolean> {
  const contradiction = mismatch(order, seen);
  const fills = contradiction === null && lacksFills(order, seen) ? await fillsOf(parts, order, seen) : [];
  if (fills === null) return false;
  const wrong = contradiction ?? foreignAmong(order, fills);
  if (wrong !== null) await parts.store.noteBadReport(order, wrong);
  else if (fills.length > 0 || isNews(order, seen)) await parts.store.take(order.clientOrderId, seen, fills);
  return true;
}

function foreignAmong(order: Order, fills: readonly VenueFill[]): string | null {
  const foreign = fills.find((one) => one.symbol !== order.symbol || one.side !== order.side);
  return foreign === undefined ? null : `fill ${foreign.tradeId} is of another symbol or side`;
}

/** Whether the answer can change anything of the order. */
const isNews = (order: Order, seen: VenueOrder): boolean =>
  seen.state !== order.state || order.venueOrderId !== seen.venueOrderId;

function mismatch(order: Order, seen: VenueOrder): string | null {
  if (plain(seen.symbol) !== plain(order.symbol)) return `the venue has it in ${seen.symbol}`;
  if (seen.side !== order.side) return `the venue has it as a ${seen.side}`;
  if (toDecimal(seen.quantityFilled).gt(order.quantity)) return `the venue has filled ${seen.quantityFilled}`;
  return null;
}

const plain = (symbol: string): string => symbol.replace('/', '');

/** Null when the list did not come back. */
async function fillsOf({ venue }: VenueOrderParts, order: Order, seen: VenueOrder): Promise<VenueFill[] | null> {
  const answer = await venue.fills((order.sentAtMs ?? order.createdAtMs) - FILLS_MARGIN_MS);
  if (answer.kind === 'failed') return null;
  return answer.value
    .filter((one) => one.venueOrderId === seen.venueOrderId)
    .map((one) => (plain(one.symbol) === plain(order.symbol) ? { ...one, symbol: order.symbol } : one));
}

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
  if (verdict.kind === 'found') await take(parts, order, verdict.order);
  else await parts.store.noteVerdict(order.clientOrderId, verdict);
}

/** Fills like this order's that no known order explains: they may be its own. */
async function unexplainedFills(parts: VenueOrderParts, order: Order): Promise<VenueAnswer<number>> {
  const answer = await parts.venue.fills((order.sentAtMs ?? order.createdAtMs) - FILLS_MARGIN_MS);
  if (answer.kind === 'failed') return answer;
  const alike = answer.value.filter(
    (one) =>
      plain(one.symbol) === plain(order.symbol) &&
      one.side === order.side &&
      one.atMs >= (order.sentAtMs ?? 0) - CLOCKS_DIFFER_MS,
  );
  const ids = [...new Set(alike.map((one) => one.venueOrderId))];
  return { kind: 'answered', value: (await parts.store.unknownVenueOrders(order.accountId, ids)).length };
}
