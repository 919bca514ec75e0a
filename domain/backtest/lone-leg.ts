/**
 * Both legs of a pair, or none. A leg is held or on its way in; where one is and the other is not (refused, rejected,
 * stopped out, liquidated, cancelled by hand), what is left of the pair goes. Told from the books alone, so that no
 * lost message and no dead worker leaves half a pair.
 */
import type { Order } from '../../schemas/execution.ts';
import { isTwoLegged } from '../../schemas/signals.ts';
import { type BookPosition, cancelOrder } from '../execution/book.ts';
import { heldPosition } from './decision-moment.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export type LoneLeg = {
  readonly symbol: string;
  readonly position: BookPosition | undefined;
  /** Entries known to be at work. */
  readonly entries: readonly Order[];
  readonly exitAtWork: boolean;
};

/**
 * The leg without a partner; null where both are there, or neither. Exits on their way count as held until they fill.
 */
export function loneLeg(state: WalkState, context: WalkContext): LoneLeg | null {
  if (!isTwoLegged(context.strategy.type)) return null;
  const engaged = context.symbols.filter((symbol) => isEngaged(state, symbol, context));
  const [symbol] = engaged;
  if (symbol === undefined || engaged.length > 1) return null;
  return {
    symbol,
    position: heldPosition(state, symbol, context),
    entries: ordersOf(state, symbol, 'entry'),
    exitAtWork: ordersOf(state, symbol, 'exit').length > 0,
  };
}

/** An entry in doubt counts as on its way: it is among the orders beside the book. */
function isEngaged(state: WalkState, symbol: string, context: WalkContext): boolean {
  const inDoubt = state.othersOrders.some((one) => one.symbol === symbol && one.strategyId === context.strategyId);
  return inDoubt || heldPosition(state, symbol, context) !== undefined || ordersOf(state, symbol, 'entry').length > 0;
}

const ordersOf = (state: WalkState, symbol: string, leg: Order['leg']): Order[] =>
  state.book.orders.filter((order) => order.symbol === symbol && order.leg === leg);

/** The state after it, the orders it ended, and decisions whose own workflows are to cancel. */
export type Parted = {
  readonly state: WalkState;
  readonly orders: readonly Order[];
  readonly cancels: readonly string[];
};

/**
 * Ends the lone leg's entry while nothing of it has filled; what has filled leaves by an exit, which takes the rest of
 * the entry with it. At a network venue the order's own workflow cancels.
 */
export function cancelLoneEntry(state: WalkState, context: WalkContext): Parted {
  const lone = loneLeg(state, context);
  if (lone === null || lone.position !== undefined) return { state, orders: [], cancels: [] };
  if (context.venue !== 'paper') return { state, orders: [], cancels: lone.entries.map((one) => one.decisionId) };
  let { book } = state;
  const orders: Order[] = [];
  for (const { clientOrderId } of lone.entries) {
    const step = cancelOrder(book, clientOrderId, 'CANCELED');
    orders.push(...step.orders);
    book = step.book;
  }
  return { state: { ...state, book }, orders, cancels: [] };
}
