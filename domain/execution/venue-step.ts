/**
 * What a venue's answers do to an order of ours and to the book. Money moves by the venue's fills and busts
 * only; a state is taken over when the fills booked here and the venue's own count agree. Any order and any
 * repetition of the same answers ends in the same book.
 */
import type { Order, OrderState } from '../../schemas/execution.ts';
import type { SendOutcome, VenueBust, VenueFill, VenueOrder, VenueOrderState } from '../../schemas/venue.ts';
import { decimalText, protectivePrice, toDecimal, ZERO } from '../decimal.ts';
import { type Book, type BookStep, type Draft, draftOf, setOrder, stepOf } from './draft.ts';
import { executionIdOf } from './identity.ts';
import { canMove, isTerminal, moveAgain, moveOrder } from './order-state.ts';
import { bookExecution, type NamedExecution } from './settle.ts';
import { type BookedFill, mergeCorrections, type TradeCorrection, takeBack } from './take-back.ts';

/**
 * SENT → what the answer proves. An order that has left SENT since keeps its state. `isStillDue`: what was not taken is
 * tried again, so it is back at INTENT.
 */
export function afterSend(order: Order, outcome: SendOutcome, isStillDue: boolean): Order {
  if (order.state !== 'SENT') return order;
  if (outcome.kind === 'rejected') {
    return { ...order, state: isStillDue ? moveAgain('SENT') : moveOrder('SENT', 'REJECTED') };
  }
  if (outcome.kind === 'ambiguous') return { ...order, state: moveOrder('SENT', 'UNKNOWN') };
  return { ...order, venueOrderId: outcome.order.venueOrderId, state: moveOrder('SENT', 'ACKED') };
}

/**
 * What is known of busts when an answer is taken. `busts`: all that were ever told of this order. `history`: the fills
 * that count of its strategy and symbol, in the order of booking; needed where one of them is busted.
 */
export type KnownBusts = { readonly busts: readonly VenueBust[]; readonly history: readonly BookedFill[] };
export const NO_BUSTS: KnownBusts = { busts: [], history: [] };

/** `trades`: round trips that were not what they seemed. */
export type VenueTake = BookStep & { readonly trades: readonly TradeCorrection[] };

/**
 * Takes back the fills of `order` that are busted, books those that are new (`known`: trade ids already booked), then
 * takes over the state of the venue's order, if it was seen. `fills`: of this order only. A fill that was busted before
 * it was told is never booked. A fill beyond the ordered quantity is refused whole.
 * @throws Overfilled when the venue tells more filled than was ordered
 */
export function takeVenueAnswer(
  book: Book,
  order: Order,
  seen: VenueOrder | null,
  fills: readonly VenueFill[],
  known: ReadonlySet<string>,
  { busts, history }: KnownBusts = NO_BUSTS,
): VenueTake {
  const draft = draftOf(book);
  const told = [...fills, ...busts.flatMap((one) => replacedBy(one, history))];
  let current = acknowledged(order, seen, told);
  setOrder(draft, current);
  const busted = new Map(busts.map((one) => [one.executionId, one]));
  const trades: TradeCorrection[] = [];
  current = takeBackAll(draft, current, busted, history, trades);
  const booked = new Set([...known].map(executionIdOf));
  for (const [id, fill] of new Map(told.map((one) => [executionIdOf(one.tradeId), one]))) {
    if (!booked.has(id) && !busted.has(id)) current = bookExecution(draft, current, executionOf(fill)).filled;
  }
  const settled = seen === null ? current : { ...current, state: stateSeen(current, seen) };
  setOrder(draft, settled);
  return { ...stepOf(draft), trades: mergeCorrections(trades) };
}

/** The trade in the place of a busted one; a fee that it does not tell is still that of the first. */
function replacedBy({ executionId, replacement }: VenueBust, history: readonly BookedFill[]): VenueFill[] {
  if (replacement === null) return [];
  const first = history.find(({ fill }) => executionIdOf(fill.tradeId) === executionId)?.fill;
  if (first === undefined || replacement.fee !== null) return [replacement];
  const { feeQuantity = '0' } = first;
  const fee = decimalText(toDecimal(first.fee).minus(toDecimal(feeQuantity).times(first.price)));
  return [{ ...replacement, fee, feeQuantity }];
}

/** Each busted fill of the order once: what has been taken back is no longer in the history. */
function takeBackAll(
  draft: Draft,
  order: Order,
  busted: ReadonlyMap<string, VenueBust>,
  history: readonly BookedFill[],
  trades: TradeCorrection[],
): Order {
  let [current, counting] = [order, history];
  for (const { fill } of history) {
    const bust = busted.get(executionIdOf(fill.tradeId));
    if (bust === undefined || fill.clientOrderId !== order.clientOrderId) continue;
    const taken = takeBack(draft, current, fill, counting, bust.atMs);
    counting = counting.filter((one) => one.fill.tradeId !== fill.tradeId);
    trades.push(...taken.trades);
    current = taken.order;
  }
  return current;
}

/** A fee taken of the coin costs what that is worth at the price of the fill; what was never told is no fee. */
function executionOf({ quantity, price, atMs, tradeId, fee, feeQuantity }: VenueFill): NamedExecution {
  const paid = toDecimal(fee ?? '0');
  const named = { quantity: toDecimal(quantity), price: toDecimal(price), atMs, tradeId };
  const taken = toDecimal(feeQuantity ?? '0');
  if (taken.isZero()) return { ...named, fee: paid };
  return { ...named, fee: paid.plus(taken.times(price)), feeQuantity: taken };
}

/** Being seen at the venue proves that it took the order, also one that was given up as absent or rejected. */
function acknowledged(order: Order, seen: VenueOrder | null, fills: readonly VenueFill[]): Order {
  const venueOrderId = seen?.venueOrderId ?? fills[0]?.venueOrderId ?? order.venueOrderId;
  if (seen === null && fills.length === 0) return order;
  const isLate = isLateArrival(order, seen, fills);
  if (order.state === 'MANUAL') return { ...order, venueOrderId, state: atWork(order) };
  const state = order.state === 'SENT' || order.state === 'UNKNOWN' || isLate ? 'ACKED' : order.state;
  return { ...order, venueOrderId, state };
}

/** A cancel of it may have been in doubt: it may have filled in part before. */
const atWork = (order: Order): OrderState => (toDecimal(order.quantityFilled).gt(ZERO) ? 'PARTIAL' : 'ACKED');

/** The one way out of a final state: the venue shows an order that was declared absent, or tells a fill of it. */
export const isLateArrival = (order: Order, seen: VenueOrder | null, fills: readonly VenueFill[]): boolean =>
  order.state === 'ABSENT' && (fills.length > 0 || (seen !== null && seen.state !== 'REJECTED'));

/** The venue's state, once its count of what has filled is the booked one; until then the order stays at work. */
function stateSeen(order: Order, seen: VenueOrder): OrderState {
  if (isTerminal(order.state)) return order.state;
  if (!toDecimal(order.quantityFilled).eq(toDecimal(seen.quantityFilled))) return order.state;
  return reach(order.state, seen.state);
}

/** A cancel under way ends as CANCELED whatever ended the order unfilled; being open says nothing new. */
function reach(from: OrderState, to: VenueOrderState): OrderState {
  if (from === to || to === 'ACKED' || to === 'PARTIAL') return from;
  if (canMove(from, to)) return to;
  return canMove(from, 'CANCELED') ? 'CANCELED' : from;
}

/** What is filled of an order at the venue, beyond what is booked: its fills have to be asked for. */
export const lacksFills = (order: Order, seen: VenueOrder): boolean =>
  toDecimal(seen.quantityFilled).gt(toDecimal(order.quantityFilled));

/** What is booked of an order beyond what the venue says has filled: a trade may have been busted. */
export const hasLostFills = (order: Order, seen: VenueOrder): boolean =>
  toDecimal(seen.quantityFilled).lt(toDecimal(order.quantityFilled));

/**
 * A protective leg as it goes out: for `quantity`, its price fixed from the entry's average price where it has none.
 */
export function sizedLeg(leg: Order, entry: Order, quantity: string, entryPrice: string): Order {
  const sized = { ...leg, quantity: decimalText(toDecimal(quantity)) };
  if (leg.distanceFromEntry === null) return sized;
  const distance = toDecimal(leg.distanceFromEntry);
  const isUp = (entry.side === 'buy') === (leg.leg === 'target');
  const price = decimalText(
    protectivePrice(isUp ? toDecimal(entryPrice).plus(distance) : toDecimal(entryPrice).minus(distance)),
  );
  return leg.type === 'stop' ? { ...sized, stopPrice: price } : { ...sized, limitPrice: price };
}
