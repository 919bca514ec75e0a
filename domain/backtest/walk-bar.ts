/**
 * One instant of the market, whoever drives it: fills → marks → decisions → gate → orders. The plain loop, a
 * session's batch and a paper session's single step all call this. Pure: state and bars in, state and rows out.
 * A market order decided at the close of bar i fills at the open of bar i + 1.
 */
import type { ClosedTrade, Fill, LedgerEntry, Order, OrderIntent } from '../../schemas/execution.ts';
import { isTwoLegged } from '../../schemas/signals.ts';
import { toDecimal } from '../decimal.ts';
import { type Book, type BookStep, markBar, matchBar, placeOrders } from '../execution/book.ts';
import { sentOrder } from '../execution/rows.ts';
import { barAt } from '../market/bar-series.ts';
import { tradesInBar } from '../market/market-hours.ts';
import { dayOf } from '../market/trading-day.ts';
import { onMark, onOrder, onTradeClosed } from '../risk/risk-state.ts';
import { accountEquity } from './account-view.ts';
import { type AdviceCall, recordedAdvisor } from './advisor.ts';
import { type Decided, decideAtClose } from './decide-at-close.ts';
import { decidePair } from './decide-pair.ts';
import { cancelLoneEntry } from './lone-leg.ts';
import { marketOf, type WalkContext } from './walk-context.ts';
import type { EntryContext, WalkState } from './walk-state.ts';

/** A closed trade with what was known when it was opened. */
export type TradeRecord = { readonly trade: ClosedTrade; readonly entry: EntryContext | null };

/** Everything one instant did: the new state and the rows it leaves. */
export type WalkStep = {
  readonly state: WalkState;
  readonly fills: readonly Fill[];
  readonly entries: readonly LedgerEntry[];
  readonly orders: readonly Order[];
  readonly trades: readonly TradeRecord[];
  readonly decisions: readonly Decided[];
  /** Decisions whose own workflows are to cancel what is at work of them. */
  readonly cancels: readonly string[];
  /** Questions whose answers have not come: their symbols are not decided yet. */
  readonly awaited: readonly AdviceCall[];
  readonly asOfMs: number;
};

/** Walks instant `k` of the timeline. `places` = approved orders go straight to the book. */
export function walkBar(state: WalkState, k: number, context: WalkContext, places: boolean): WalkStep {
  const matched = matchInstant(state, k, context);
  const asOfMs = (context.timeline.openTimeMs[k] as number) + intervalOf(context);
  const marked = mark(matched.state, asOfMs, context);
  const parted = cancelLoneEntry(marked, context);
  const orders = [...matched.orders, ...parted.orders];
  return decideInstant({ ...matched, ...parted, orders, decisions: [], awaited: [], asOfMs }, k, context, places);
}

/** Decides what instant `k`, walked before, has left open until an advisor had answered; its bars are not met again. */
export function answerBar(
  state: WalkState,
  k: number,
  context: WalkContext,
  symbols: readonly string[],
  places: boolean,
): WalkStep {
  const asOfMs = (context.timeline.openTimeMs[k] as number) + intervalOf(context);
  const rows = { fills: [], entries: [], orders: [], trades: [], decisions: [], cancels: [], awaited: [] };
  return decideLate({ ...rows, state, asOfMs }, symbols, k, context, places);
}

const intervalOf = (context: WalkContext): number => marketOf(context, context.symbols[0] ?? '').bars.intervalMs;

type Matched = Pick<WalkStep, 'state' | 'fills' | 'entries' | 'orders' | 'trades'>;

/** The bar of each symbol against the book, in the session's order of symbols; outside market hours nothing fills. */
function matchInstant(state: WalkState, k: number, context: WalkContext): Matched {
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
    const dayTrade = dayOf(trade.symbol, trade.entryAtMs) === dayOf(trade.symbol, trade.exitAtMs);
    risk = onTradeClosed(risk, { pnl: toDecimal(trade.pnl), dayTrade }, trade.exitAtMs, context.desk);
    delete entries[trade.decisionId ?? ''];
  }
  const pnl = trades.reduce((sum, one) => sum.plus(toDecimal(one.pnl)), state.realizedPnl);
  const counters = { ...state.counters, tradesExecuted: state.counters.tradesExecuted + trades.length };
  return { ...state, risk, entries, counters, realizedPnl: pnl };
}

/** Values the account at the close; the drawdown breaker heals by itself in virtual time only. */
function mark(state: WalkState, asOfMs: number, context: WalkContext): WalkState {
  const equity = accountEquity(state.book, state.othersPositions);
  const risk = onMark(state.risk, equity, asOfMs, {
    autoReleaseMs:
      context.tradingMode === 'paper' || context.tradingMode === 'live' ? null : context.desk.breakerReleaseMs,
    drawdownBreakerFraction: context.desk.drawdownBreakerFraction,
  });
  if (equity.gte(state.peakEquity)) return { ...state, risk, equity, peakEquity: equity };
  const drawdown = state.peakEquity.minus(equity).div(state.peakEquity).toNumber();
  return { ...state, risk, equity, drawdownFractionMax: Math.max(state.drawdownFractionMax, drawdown) };
}

/** An advisor that is waited for keeps nobody else waiting: its symbols are decided after the others, in their order. */
function decideInstant(step: WalkStep, k: number, context: WalkContext, places: boolean): WalkStep {
  if (isTwoLegged(context.strategy.type))
    return takeDecisions(step, decidePair(step.state, k, context), context, places);
  const late: string[] = [];
  let next = step;
  for (const symbol of context.symbols) {
    const index = indexAt(symbol, k, context);
    if (index < 0) continue;
    const decided = decideAtClose(assumedState(next, context, places), symbol, index, context);
    if (decided.awaited === true) late.push(symbol);
    else next = takeDecisions(next, [decided], context, places);
  }
  return late.length === 0 ? next : decideLate(next, late, k, context, places);
}

function decideLate(
  step: WalkStep,
  symbols: readonly string[],
  k: number,
  context: WalkContext,
  places: boolean,
): WalkStep {
  const heard = { ...context, advisor: recordedAdvisor(context.answers ?? new Map()) };
  const awaited: AdviceCall[] = [];
  let next = step;
  for (const symbol of symbols) {
    const decided = decideAtClose(assumedState(next, context, places), symbol, indexAt(symbol, k, context), heard);
    if (decided.awaited !== true) next = takeDecisions(next, [decided], heard, places);
    else if (decided.call !== undefined) awaited.push(decided.call);
  }
  return { ...next, awaited };
}

/**
 * What the next symbol of an instant is decided on. Where orders are handed over they are not in the book yet; a risk budget
 * that is shared out has to know of them all the same.
 */
function assumedState({ state, decisions, asOfMs }: WalkStep, context: WalkContext, places: boolean): WalkState {
  if (places || context.leverage === undefined) return state;
  return decisions
    .filter(({ intents }) => intents.length > 0)
    .reduce((seen, decided) => {
      const { book } = place(seen, decided.intents, asOfMs, context);
      return { ...sentOrders(seen, decided, asOfMs, context), book };
    }, state);
}

const indexAt = (symbol: string, k: number, { timeline }: WalkContext): number =>
  timeline.indexes.get(symbol)?.[k] ?? -1;

/** Counts decisions and puts the orders of those that trade to work. */
function takeDecisions(step: WalkStep, made: readonly Decided[], context: WalkContext, places: boolean): WalkStep {
  let { state, orders } = step;
  for (const decided of made) {
    state = countDecision(state, decided);
    if (!places || decided.intents.length === 0 || decided.decision.verdict?.approved !== true) continue;
    const placed = place(state, decided.intents, step.asOfMs, context);
    state = { ...sentOrders(state, decided, step.asOfMs, context), book: placed.book };
    orders = [...orders, ...placed.orders];
  }
  return { ...step, state, orders, decisions: [...step.decisions, ...made] };
}

function countDecision(state: WalkState, { decision, signalled }: Decided): WalkState {
  const { counters } = state;
  return {
    ...state,
    sequence: state.sequence + 1,
    counters: {
      ...counters,
      decisions: counters.decisions + 1,
      noDecisions: counters.noDecisions + (decision.noDecision === null ? 0 : 1),
      signalsGenerated: counters.signalsGenerated + (signalled ? 1 : 0),
    },
  };
}

/** Notes in the risk memory and the counters that a decision's orders go out, and keeps what its entry looked like. */
export function sentOrders(state: WalkState, decided: Decided, asOfMs: number, context: WalkContext): WalkState {
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

/** Puts a decision's orders to work in the book. */
export function place(
  state: { readonly book: Book },
  intents: readonly OrderIntent[],
  asOfMs: number,
  context: WalkContext,
): BookStep {
  const at = {
    sessionId: context.sessionId,
    venue: context.venue,
    simulated: context.tradingMode === 'backtest',
    sentAtMs: asOfMs,
  };
  return placeOrders(
    state.book,
    intents.map((intent) => sentOrder(intent, at)),
  );
}
