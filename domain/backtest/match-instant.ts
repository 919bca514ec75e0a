/** The first half of an instant: its bars against the book, and what the trades that close with them leave behind. */
import type { ClosedTrade, Fill, LedgerEntry, Order } from '../../schemas/execution.ts';
import { toDecimal } from '../decimal.ts';
import { type BookStep, markBar, matchBar } from '../execution/book.ts';
import { barAt } from '../market/bar-series.ts';
import { isExchangeTraded } from '../market/calendar.ts';
import { tradesInBar } from '../market/market-hours.ts';
import { dayOf } from '../market/trading-day.ts';
import { onTradeClosed } from '../risk/risk-state.ts';
import { marketOf, type WalkContext } from './walk-context.ts';
import type { EntryContext, WalkState } from './walk-state.ts';

/** A closed trade with what was known when it was opened. */
export type TradeRecord = { readonly trade: ClosedTrade; readonly entry: EntryContext | null };

/** The state after the bars, and the rows that they left. */
export type Matched = {
  readonly state: WalkState;
  readonly fills: readonly Fill[];
  readonly entries: readonly LedgerEntry[];
  readonly orders: readonly Order[];
  readonly trades: readonly TradeRecord[];
};

/** The bar of each symbol against the book, in the session's order of symbols; outside market hours nothing fills. */
export function matchInstant(state: WalkState, k: number, context: WalkContext): Matched {
  let matched: Matched = { state, fills: [], entries: [], orders: [], trades: [] };
  for (const symbol of context.symbols) {
    const index = context.timeline.indexes.get(symbol)?.[k] ?? -1;
    if (index < 0) continue;
    const { bars } = marketOf(context, symbol);
    const { book } = matched.state;
    const bar = barAt(bars, index);
    const step =
      isMatchedHere(context) && tradesInBar(symbol, bar.openTimeMs, bars.intervalMs)
        ? matchBar(book, symbol, bar, bars.intervalMs, context.costs)
        : markBar(book, symbol, bar);
    if (step.book !== matched.state.book) matched = take(matched, step, context);
  }
  return { ...matched, state: countBar(matched.state) };
}

/** Orders at a network venue fill there; their fills reach the book through their own workflows. */
export const isMatchedHere = ({ venue }: WalkContext): boolean => venue === 'paper';

const countBar = (state: WalkState): WalkState => ({
  ...state,
  counters: { ...state.counters, bars: state.counters.bars + 1 },
});

/** Takes over what a book step did: rows, closed trades with their entry, the risk memory of wins and losses. */
function take(before: Matched, step: BookStep, context: WalkContext): Matched {
  const trades = step.closedTrades.map((trade) => ({ trade, entry: entryOf(before.state, trade) }));
  return {
    state: closeTrades({ ...before.state, book: step.book }, step.closedTrades, context),
    fills: [...before.fills, ...step.fills],
    entries: [...before.entries, ...step.entries],
    orders: [...before.orders, ...step.orders],
    trades: [...before.trades, ...trades],
  };
}

/** What was known when a closed trade was opened. */
export const entryOf = (state: WalkState, trade: ClosedTrade): EntryContext | null =>
  state.entries[trade.decisionId ?? ''] ?? null;

/** Opened and closed in one session of its exchange. */
const isDayTrade = ({ symbol, entryAtMs, exitAtMs }: ClosedTrade): boolean =>
  isExchangeTraded(symbol) && dayOf(symbol, entryAtMs) === dayOf(symbol, exitAtMs);

/** Takes closed trades into the risk memory, the counters and the realised result. */
export function closeTrades(
  state: WalkState,
  trades: readonly ClosedTrade[],
  context: Pick<WalkContext, 'desk'>,
): WalkState {
  if (trades.length === 0) return state;
  let { risk } = state;
  const entries = { ...state.entries };
  for (const trade of trades) {
    const dayTrade = isDayTrade(trade);
    risk = onTradeClosed(risk, { pnl: toDecimal(trade.pnl), dayTrade }, trade.exitAtMs, context.desk);
    delete entries[trade.decisionId ?? ''];
  }
  const pnl = trades.reduce((sum, one) => sum.plus(toDecimal(one.pnl)), state.realizedPnl);
  const counters = { ...state.counters, tradesExecuted: state.counters.tradesExecuted + trades.length };
  return { ...state, risk, entries, counters, realizedPnl: pnl };
}
