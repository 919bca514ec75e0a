/**
 * How an account's risk memory moves on: with each mark, each order sent, each closed trade, each person's release.
 * Pure: a step returns a new state, or the same object when nothing changed. It decides nothing; the rules read it.
 * Money as decimal strings of at most 8 decimals, instants epoch ms UTC, a day is one of the account's zone.
 */
import type { DeskLimits, RiskState } from '../../schemas/risk.ts';
import { Decimal, decimalText, roundMoney, toDecimal } from '../decimal.ts';
import { type DayZone, dayIn } from '../market/trading-day.ts';
import { onOtherDays, WALL_CLOCK } from './day-clocks.ts';

export type { RiskState };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Orders remembered at least, however small the limits are. Chosen well above 10 minutes of 10 orders each. */
const ORDERS_REMEMBERED_MIN = 200;
/** Day trades older than this can lie in no window of five sessions, whatever the holidays. Chosen. */
const DAY_TRADES_KEPT_MS = 60 * DAY_MS;
const DAY_TRADES_REMEMBERED_MAX = 200;
/** Closed trades whose results are remembered. Chosen. */
export const RESULTS_REMEMBERED = 20;

/** @param dayZone where the account's days begin; New York only for accounts that trade nothing else */
export function openRiskState(startingCash: Decimal, nowMs: number, dayZone: DayZone = 'UTC'): RiskState {
  const equity = decimalText(roundMoney(startingCash));
  return {
    peakEquity: equity,
    lastEquity: equity,
    dayKey: dayIn(dayZone, nowMs),
    dayZone,
    dayStartEquity: equity,
    recentOrders: [],
    tradesToday: 0,
    lossStreak: 0,
    cooldownUntilMs: null,
    breaker: null,
    latched: [],
    dayTradesAtMs: [],
  };
}

export type MarkRules = {
  /** Market time after which a tripped breaker releases itself (backtests); null: a person releases it. */
  readonly autoReleaseMs: number | null;
  readonly drawdownBreakerFraction: number;
};

/**
 * Takes in a mark of the account's equity: turns the day, raises the peak, trips or releases the drawdown breaker.
 * A day starts with the mark at its first instant; after silence over midnight, with the last equity known before.
 * Trips at equity ≤ peak × (1 − fraction), and on an equity that is no number. A release resets the peak.
 */
export function onMark(state: RiskState, equity: Decimal, nowMs: number, rules: MarkRules): RiskState {
  if (!equity.isFinite()) return trip(state, nowMs);
  const text = decimalText(roundMoney(equity));
  const today = turnDay(state, nowMs, isDayStart(state, nowMs) ? text : state.lastEquity);
  if (today.breaker !== null) return heal({ ...today, lastEquity: text }, today, text, nowMs, rules.autoReleaseMs);
  if (text === today.lastEquity) return today;
  const peak = toDecimal(today.peakEquity);
  if (equity.gt(peak)) return { ...today, lastEquity: text, peakEquity: text };
  const marked = { ...today, lastEquity: text };
  return isAboveBreaker(equity, peak, rules.drawdownBreakerFraction) ? marked : trip(marked, nowMs);
}

/** True while equity > peak × (1 − fraction); false for anything that is no number. */
export const isAboveBreaker = (equity: Decimal, peak: Decimal, fraction: number): boolean =>
  equity.gt(peak.times(new Decimal(1).minus(fraction)));

const trip = (state: RiskState, nowMs: number): RiskState =>
  state.breaker === null ? { ...state, breaker: { trippedAtMs: nowMs } } : state;

function heal(
  marked: RiskState,
  before: RiskState,
  equity: string,
  nowMs: number,
  releaseMs: number | null,
): RiskState {
  const trippedAtMs = before.breaker?.trippedAtMs ?? nowMs;
  if (releaseMs !== null && nowMs - trippedAtMs >= releaseMs) return releaseBreaker(marked);
  return equity === before.lastEquity ? before : marked;
}

/** Money paid in, or out below zero, is no gain and no loss: what equity is measured against moves with it. */
export function onTransfer(state: RiskState, paid: Decimal): RiskState {
  const moved = (text: string): string => decimalText(roundMoney(toDecimal(text).plus(paid)));
  return {
    ...state,
    peakEquity: moved(state.peakEquity),
    lastEquity: moved(state.lastEquity),
    dayStartEquity: moved(state.dayStartEquity),
    ...onOtherDays(state, (day) => ({ ...day, dayStartEquity: moved(day.dayStartEquity) })),
  };
}

/** Lets new risk in again after a drawdown; the peak starts anew from the last mark. */
export const releaseBreaker = (state: RiskState): RiskState => ({
  ...state,
  breaker: null,
  peakEquity: state.lastEquity,
});

const isDayStart = ({ dayZone }: RiskState, nowMs: number): boolean =>
  nowMs % MINUTE_MS === 0 && dayIn(dayZone, nowMs) !== dayIn(dayZone, nowMs - 1);

/** Turns the day without a mark: it starts with the last equity known before. */
export const onDay = (state: RiskState, nowMs: number): RiskState => turnDay(state, nowMs, state.lastEquity);

function turnDay(state: RiskState, nowMs: number, startEquity: string): RiskState {
  if (!isOtherDay(state, nowMs)) return state;
  return { ...state, dayKey: dayIn(state.dayZone, nowMs), dayStartEquity: startEquity, tradesToday: 0 };
}

/**
 * Whether the day that the state counts is not that of this instant. Wall time never goes back: an instant of an earlier
 * day is there that of a bar which somebody trades or catches up late, and belongs to the day all have come to.
 */
export function isOtherDay({ clock, dayKey, dayZone }: RiskState, nowMs: number): boolean {
  const day = dayIn(dayZone, nowMs);
  return clock === WALL_CLOCK ? day > dayKey : day !== dayKey;
}

/** An order as it is sent, entries and exits alike. Protective legs sent with their entry are not counted. */
export type SentOrder = {
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: Decimal;
  readonly reduceOnly: boolean;
};

/** Two orders are the same when strategy, symbol, side and quantity are. */
export const orderKey = (order: Omit<SentOrder, 'reduceOnly'>): string =>
  `${order.strategyId}|${order.symbol}|${order.side}|${decimalText(order.quantity)}`;

/** The orders of the last `windowMs`: those at exactly its far end count no more. */
export const ordersWithin = (state: RiskState, nowMs: number, windowMs: number): RiskState['recentOrders'] =>
  notOlder(state, nowMs, windowMs).filter((one) => one.atMs <= nowMs);

const notOlder = (state: RiskState, nowMs: number, windowMs: number): RiskState['recentOrders'] =>
  state.recentOrders.filter((one) => one.atMs > nowMs - windowMs);

/** What is kept of them: on wall time also orders of faster bars, which are later than the one that is sent now. */
const keptOrders = (state: RiskState, nowMs: number, windowMs: number): RiskState['recentOrders'] =>
  (state.clock === WALL_CLOCK ? notOlder : ordersWithin)(state, nowMs, windowMs);

/**
 * Counts an order that is being sent. The N-th equal order inside the window latches the strategy: what follows is
 * refused until a person releases it. Entries count as trades of the day, on every clock of the account.
 */
export function onOrder(state: RiskState, order: SentOrder, nowMs: number, desk: DeskLimits): RiskState {
  const today = onDay(state, nowMs);
  const key = orderKey(order);
  const remembered = Math.max(ORDERS_REMEMBERED_MIN, desk.ordersPerMinuteMax, desk.repetitionCount);
  const windowMs = Math.max(MINUTE_MS, desk.repetitionWindowMs);
  const recentOrders = [...keptOrders(today, nowMs, windowMs), { atMs: nowMs, key }].slice(-remembered);
  const equal = ordersWithin({ ...today, recentOrders }, nowMs, desk.repetitionWindowMs).filter((o) => o.key === key);
  const count = order.reduceOnly ? 0 : 1;
  const latches = equal.length >= desk.repetitionCount && !today.latched.includes(order.strategyId);
  return {
    ...today,
    recentOrders,
    tradesToday: today.tradesToday + count,
    ...onOtherDays(today, (day) => ({ ...day, tradesToday: day.tradesToday + count })),
    latched: latches ? [...today.latched, order.strategyId] : today.latched,
  };
}

/** A person lets a latched strategy trade again; its recent orders are forgotten. */
export function releaseLatch(state: RiskState, strategyId: string): RiskState {
  const without = ({ recentOrders }: Pick<RiskState, 'recentOrders'>) => ({
    recentOrders: recentOrders.filter((one) => !one.key.startsWith(`${strategyId}|`)),
  });
  return {
    ...state,
    latched: state.latched.filter((one) => one !== strategyId),
    ...without(state),
    ...onOtherDays(state, (day) => ({ ...day, ...without(day) })),
  };
}

/** `pnl` net of fees and funding; `dayTrade`: opened and closed in the same trading session. */
export type TradeOutcome = { readonly pnl: Decimal; readonly dayTrade: boolean };

/**
 * A loss lengthens the streak; at the limit, and with every further loss, the cool-down starts anew. Else it ends. The results
 * of the last twenty trades are kept.
 */
export function onTradeClosed(state: RiskState, trade: TradeOutcome, nowMs: number, desk: DeskLimits): RiskState {
  const lossStreak = trade.pnl.gte(0) ? 0 : state.lossStreak + 1;
  const cooldownUntilMs = lossStreak >= desk.lossStreakCount ? nowMs + desk.lossCooldownMs : state.cooldownUntilMs;
  const kept = trade.dayTrade ? [...state.dayTradesAtMs, nowMs] : state.dayTradesAtMs;
  const dayTradesAtMs = kept.filter((atMs) => atMs > nowMs - DAY_TRADES_KEPT_MS).slice(-DAY_TRADES_REMEMBERED_MAX);
  const result = trade.pnl.gt(0) ? (1 as const) : (0 as const);
  const recentResults = [...(state.recentResults ?? []), result].slice(-RESULTS_REMEMBERED);
  return { ...state, lossStreak, recentResults, cooldownUntilMs, dayTradesAtMs };
}
