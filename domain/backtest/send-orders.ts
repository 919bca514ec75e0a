/** The end of a decision that trades: its orders are at work in the book, and the account's memory knows of them. */
import type { Order, OrderIntent } from '../../schemas/execution.ts';
import { toDecimal } from '../decimal.ts';
import { type Book, type BookStep, placeOrders } from '../execution/book.ts';
import { sentOrder } from '../execution/rows.ts';
import { onOrder } from '../risk/risk-state.ts';
import type { Decided } from './decided.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** @param decided one whose gate has approved it, with orders */
export function sendOrders(
  state: WalkState,
  decided: Decided,
  asOfMs: number,
  context: WalkContext,
): { readonly state: WalkState; readonly orders: readonly Order[] } {
  const { book, orders } = place(state.book, decided.intents, asOfMs, context);
  return { state: { ...noted(state, decided, asOfMs, context), book }, orders };
}

function place(book: Book, intents: readonly OrderIntent[], asOfMs: number, context: WalkContext): BookStep {
  const at = {
    sessionId: context.sessionId,
    venue: context.venue,
    simulated: context.tradingMode === 'backtest',
    sentAtMs: asOfMs,
  };
  return placeOrders(
    book,
    intents.map((intent) => sentOrder(intent, at)),
  );
}

/** The risk memory and the counters know that the orders went out; what an entry looked like is kept. */
function noted(state: WalkState, decided: Decided, asOfMs: number, context: WalkContext): WalkState {
  const first = decided.intents[0];
  if (first === undefined) return state;
  const { strategyId, symbol, side, reduceOnly } = first;
  const sent = { strategyId, symbol, side, quantity: toDecimal(first.quantity), reduceOnly };
  const entry = first.leg === 'entry' && decided.entry !== null ? { [first.decisionId]: decided.entry } : {};
  return {
    ...state,
    risk: onOrder(state.risk, sent, asOfMs, context.desk),
    entries: { ...state.entries, ...entry },
    counters: { ...state.counters, ordersSent: state.counters.ordersSent + decided.intents.length },
  };
}
