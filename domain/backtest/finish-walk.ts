/**
 * The end of a session's walk. Flattening is a decision like any other: recorded, gated, sent; it fills at the last
 * close with costs, whatever the last bar's volume. Afterwards whatever is still at work ends.
 */
import type { Order } from '../../schemas/execution.ts';
import type { Decimal } from '../decimal.ts';
import { type Book, type BookPosition, type BookStep, cancelOrder, isProtective, matchBar } from '../execution/book.ts';
import type { BarRow } from '../market/bar-series.ts';
import { accountEquity } from './account-view.ts';
import { afterLastClose, decideExit } from './decide-exit.ts';
import type { Decided } from './decided.ts';
import { closeTrades, entryOf, isMatchedHere } from './match-instant.ts';
import { sendOrders } from './send-orders.ts';
import type { WalkBatch } from './walk-batch.ts';
import { marketOf, type WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export const NO_ROWS = {
  decisions: [],
  intents: [],
  fills: [],
  entries: [],
  trades: [],
  equity: [],
  handOver: [],
  awaited: [],
  cancels: [],
} as const;

/**
 * Decides to close each open position, or `only` the one whose partner has none; `ordersAsChildren` leaves recording
 * and sending to children.
 */
export function flattenWalk(
  start: WalkState,
  cursor: number,
  context: WalkContext,
  ordersAsChildren: boolean,
  only: 'all' | 'unpaired' = 'all',
): WalkBatch {
  let state = start;
  const orders = new Map<string, Order>();
  const decisions: Decided[] = [];
  for (const position of positionsToClose(start, context, only)) {
    const decided = decideExit(state, position, cursor, context, 'flatten');
    decisions.push(decided);
    state = { ...state, sequence: state.sequence + 1 };
    if (ordersAsChildren || decided.intents.length === 0) continue;
    const sent = sendOrders(state, decided, decided.decision.asOfMs, context);
    state = sent.state;
    for (const order of sent.orders) orders.set(order.clientOrderId, order);
  }
  const sending = decisions.filter((one) => one.intents.length > 0);
  const intents = ordersAsChildren ? [] : sending.flatMap((one) => one.intents);
  return { ...NO_ROWS, state, cursor, decisions, intents, orders, handOver: ordersAsChildren ? sending : [] };
}

/** What the strategy holds of other symbols is an earlier session's: it keeps its stops, and their own workflows. */
function positionsToClose({ book }: WalkState, context: WalkContext, only: 'all' | 'unpaired'): BookPosition[] {
  const mine = book.positions.filter((one) => !one.quantity.isZero() && isOfSession(one, context));
  return only === 'all' || mine.length === 1 ? mine : [];
}

const isOfSession = ({ symbol }: { readonly symbol: string }, { symbols }: WalkContext): boolean =>
  symbols.includes(symbol);

/**
 * Fills flattening exits, then ends the orders of the session's symbols: all of them, or (keepsLegs) all but the legs
 * of open positions. Orders at a network venue are left to their own workflows.
 */
export function finishWalk(start: WalkState, cursor: number, context: WalkContext, keepsLegs: boolean): WalkBatch {
  let batch: WalkBatch = { ...NO_ROWS, state: start, cursor, orders: new Map() };
  if (!isMatchedHere(context)) return batch;
  const mine = start.book.orders.filter((one) => isOfSession(one, context));
  for (const order of mine.filter((one) => one.exitReason === 'flatten')) {
    const last = afterLastClose(cursor, order.symbol, context);
    const bar = quoteBar(order, last, context);
    const { intervalMs } = marketOf(context, order.symbol).bars;
    batch = take(batch, matchBar(batch.state.book, order.symbol, bar, intervalMs, context.costs), context);
  }
  const flattened = batch.fills.length > 0;
  batch = take(batch, endOrders(batch.state.book, keepsLegs, context), context);
  const equity = accountEquity(batch.state.book, batch.state.othersPositions);
  const state = { ...batch.state, equity };
  const asOfMs = batch.fills.at(-1)?.atMs ?? 0;
  return { ...batch, state, equity: flattened ? [{ atMs: asOfMs, equity: equity.toFixed() }] : [] };
}

/** A bar that is nothing but the last price, with volume enough for the order. */
function quoteBar(order: Order, last: { close: Decimal; asOfMs: number }, context: WalkContext): BarRow {
  const price = last.close.toNumber();
  const volume = (2 * Number(order.quantity)) / context.costs.volumeFractionMax;
  return { openTimeMs: last.asOfMs, open: price, high: price, low: price, close: price, volume };
}

function endOrders(book: Book, keepsLegs: boolean, context: WalkContext): BookStep {
  const ending = book.orders.filter((order) => isOfSession(order, context) && !(keepsLegs && isProtective(order)));
  const quiet: BookStep = { book, fills: [], entries: [], orders: [], closedTrades: [] };
  return ending.reduce((step, order) => {
    const next = cancelOrder(step.book, order.clientOrderId, isProtective(order) ? 'CANCELED' : 'EXPIRED');
    return { ...next, orders: [...step.orders, ...next.orders] };
  }, quiet);
}

function take(batch: WalkBatch, step: BookStep, context: WalkContext): WalkBatch {
  const orders = new Map(batch.orders);
  for (const order of step.orders) orders.set(order.clientOrderId, order);
  const trades = step.closedTrades.map((trade) => ({ trade, entry: entryOf(batch.state, trade) }));
  return {
    ...batch,
    orders,
    fills: [...batch.fills, ...step.fills],
    entries: [...batch.entries, ...step.entries],
    trades: [...batch.trades, ...trades],
    state: closeTrades({ ...batch.state, book: step.book }, step.closedTrades, context),
  };
}
