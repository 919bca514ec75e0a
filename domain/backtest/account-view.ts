/** The account as the risk gate sees it, made from the book and from what others hold on the same account. */
import type { Order } from '../../schemas/execution.ts';
import { Decimal, toDecimal } from '../decimal.ts';
import { type Book, type BookPosition, equityOf, isProtective } from '../execution/book.ts';
import { countsAsExposure, isWorking } from '../execution/order-state.ts';
import { isExchangeTraded } from '../market/calendar.ts';
import type { AccountView, ExposureView } from '../risk/gate-input.ts';
import type { WalkState } from './walk-state.ts';

/** Equity = cash + Σ quantity × mark over own and others' positions. */
export function accountEquity(book: Book, others: readonly ExposureView[]): Decimal {
  return others.reduce((sum, one) => sum.plus(one.quantity.times(one.markPrice)), equityOf(book));
}

/** Alpaca's accounts are US margin accounts; what trades around the clock makes no day trade there. */
export const makesDayTrades = (venue: string, symbol: string): boolean =>
  (venue === 'alpaca-paper' || venue === 'alpaca-live') && isExchangeTraded(symbol);

export const accountView = (state: WalkState, usMargin = false): AccountView => ({
  equity: state.equity,
  cash: state.book.cash,
  positions: [
    ...state.book.positions.filter((one) => !one.quantity.isZero()).map(positionView),
    ...state.othersPositions,
  ],
  openOrders: [...entryViews(state.book), ...state.othersOrders],
  riskState: state.risk,
  usMargin,
});

export const positionView = (position: BookPosition): ExposureView => {
  const { strategyId, symbol, quantity, markPrice, leverage, openedAtMs } = position;
  return { strategyId, symbol, quantity, markPrice, leverage, openedAtMs };
};

/** Working entries at the full size of what is left; orders that only protect or reduce are no exposure. */
const entryViews = (book: Book): ExposureView[] =>
  book.orders.filter((order) => !order.reduceOnly && !isProtective(order)).map(entryView);

/** Entries that the strategy's book does not hold: of other strategies, and own ones not (yet) known to be at work. */
export const isExposureElsewhere = (order: Order, strategyId: string): boolean =>
  countsAsExposure(order.state) && !order.reduceOnly && (order.strategyId !== strategyId || !isWorking(order.state));

/** An order's unfilled rest, signed, at the worst of its limit, its trigger and the price it was decided at. */
export function entryView(order: Order): ExposureView {
  const left = toDecimal(order.quantity).minus(toDecimal(order.quantityFilled));
  const { strategyId, symbol, leverage, referencePrice, limitPrice, stopPrice } = order;
  const markPrice = Decimal.max(...[referencePrice, limitPrice, stopPrice].map((one) => toDecimal(one ?? 0)));
  return { strategyId, symbol, quantity: order.side === 'buy' ? left : left.neg(), markPrice, leverage };
}
