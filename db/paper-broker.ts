/**
 * The paper venue: the account's own book in Postgres, matched by the rules that backtests use. Sending is two
 * transactions like at any venue: the order is claimed and marked SENT, then the book takes it to work.
 */
import type { Transaction } from 'kysely';
import type { Broker, BrokerAnswer, Quote } from '../adapters/broker/broker.ts';
import { accountEquity } from '../domain/backtest/account-view.ts';
import { closeTrades } from '../domain/backtest/walk-bar.ts';
import type { EntryContext } from '../domain/backtest/walk-state.ts';
import { type BookStep, cancelOrder, isProtective, matchBar, placeOrders } from '../domain/execution/book.ts';
import { moveOrder } from '../domain/execution/order-state.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import { barAt } from '../domain/market/bar-series.ts';
import { onMark } from '../domain/risk/risk-state.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { ClosedTrade, Costs, Order } from '../schemas/execution.ts';
import { FINAL_ORDER_STATES } from '../schemas/execution.ts';
import type { DeskLimits } from '../schemas/risk.ts';
import { type OrderChange, orderChildId } from '../schemas/session-walk.ts';
import { matchedUntil, setMatchedUntil } from './book-clocks.ts';
import { type Checkpoint, type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { ordersOfDecision, updateOrders } from './orders.ts';
import { inTransaction } from './retry.ts';
import { saveAccountRows, saveTraces } from './save-walk.ts';
import { readSession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';

export type PaperParts = {
  readonly db: Database;
  readonly costs: Costs;
  readonly desk: DeskLimits;
  readonly killFile: () => string | null;
};

/** What the paper venue can do beyond a real one: be walked over bars that came since. */
export type PaperBroker = Broker & {
  readonly advance: (decisionId: string, bars: BarSeries, costs: Costs | null) => Promise<BrokerAnswer>;
};

export const createPaperBroker = (parts: PaperParts): PaperBroker => ({
  venue: 'paper',
  submit: async (decisionId, quote) => {
    const refusal = await inTransaction(parts.db, (trx) => claim(trx, parts, decisionId));
    if (refusal !== null) return { own: await ordersOfDecision(parts.db, decisionId), elsewhere: [], refusal };
    return inTransaction(parts.db, (trx) => accept(trx, parts, decisionId, quote));
  },
  cancel: (decisionId) => inTransaction(parts.db, (trx) => cancel(trx, parts, decisionId)),
  look: async (decisionId) => answer(await ordersOfDecision(parts.db, decisionId)),
  advance: (decisionId, bars, costs) =>
    inTransaction(parts.db, (trx) => advance(trx, { ...parts, costs: costs ?? parts.costs }, decisionId, bars)),
});

const answer = (own: readonly Order[]): BrokerAnswer => ({ own, elsewhere: [], refusal: null });

/** INTENT → CLAIMED → SENT, committed before the venue hears of it; or → ABSENT with the reason why nothing is sent. */
async function claim(trx: Transaction<Tables>, parts: PaperParts, decisionId: string): Promise<GateReason | null> {
  const { orders, loaded } = await open(trx, decisionId);
  const waiting = orders.filter((order) => order.state === 'INTENT');
  if (waiting.length === 0) return null;
  const refusal = await sendRefusal(trx, parts, loaded, waiting);
  const claimed = waiting.map((order) => ({ ...order, state: moveOrder(order.state, 'CLAIMED') }));
  await updateOrders(
    trx,
    claimed.map((order) =>
      refusal === null
        ? { ...order, state: moveOrder(order.state, 'SENT'), sentAtMs: order.createdAtMs }
        : { ...order, state: moveOrder(order.state, 'ABSENT') },
    ),
  );
  return refusal;
}

/** Either kill flag stops all but reducing orders; an order of a session's earlier run, or of a closed one, stays home. */
async function sendRefusal(
  trx: Transaction<Tables>,
  parts: PaperParts,
  loaded: LoadedAccount,
  waiting: readonly Order[],
): Promise<GateReason | null> {
  const blocked = loaded.killSwitch ?? parts.killFile();
  if (blocked !== null && waiting.some((order) => !order.reduceOnly)) {
    return { rule: 'killSwitch', message: `the kill switch is on: ${blocked}` };
  }
  const [first] = waiting;
  if (first === undefined || first.sessionId === null) return null;
  const session = await readSession(trx, first.sessionId);
  const intent = await trx
    .selectFrom('order_intents')
    .select('epoch')
    .where('client_order_id', '=', first.clientOrderId)
    .executeTakeFirst();
  if (session?.state === 'open' && session.epoch === intent?.epoch) return null;
  return { rule: 'sessionOrder', message: `session ${first.sessionId} has ended or is in a later run` };
}

/** SENT → ACKED; with a quote, market orders fill at once. */
async function accept(
  trx: Transaction<Tables>,
  parts: PaperParts,
  decisionId: string,
  quote: Quote | null,
): Promise<BrokerAnswer> {
  const { orders, loaded } = await open(trx, decisionId);
  const sent = orders.filter((order) => order.state === 'SENT');
  if (sent.length === 0) return answer(orders);
  const refusal = await sendRefusal(trx, parts, loaded, sent);
  if (refusal !== null) return reject(trx, decisionId, sent, refusal);
  const placed = placeOrders(loaded.state.book, sent);
  const [first] = sent;
  if (quote === null || first === undefined) return keep(trx, parts, loaded, decisionId, [placed], null);
  const { price, volume } = quote;
  const bar = { openTimeMs: quote.atMs + 1, open: price, high: price, low: price, close: price, volume };
  const matched = matchBar(placed.book, first.symbol, bar, 1, parts.costs);
  return keep(trx, parts, loaded, decisionId, [placed, matched], quote.atMs);
}

/** A flag that was set while the order was on its way: the venue does not take it. */
async function reject(
  trx: Transaction<Tables>,
  decisionId: string,
  sent: readonly Order[],
  refusal: GateReason,
): Promise<BrokerAnswer> {
  await updateOrders(
    trx,
    sent.map((order) => ({ ...order, state: moveOrder(order.state, 'REJECTED') })),
  );
  return { own: await ordersOfDecision(trx, decisionId), elsewhere: [], refusal };
}

/** Ends entries and exits still at work; legs that protect an open position stay. */
async function cancel(trx: Transaction<Tables>, parts: PaperParts, decisionId: string): Promise<BrokerAnswer> {
  const { orders, loaded } = await open(trx, decisionId);
  const steps: BookStep[] = [];
  for (const order of orders.filter((one) => !isProtective(one) && !FINAL_ORDER_STATES.includes(one.state))) {
    steps.push(cancelOrder(steps.at(-1)?.book ?? loaded.state.book, order.clientOrderId, 'CANCELED'));
  }
  return keep(trx, parts, loaded, decisionId, steps, null);
}

/**
 * Walks the strategy's book of the orders' symbol over bars that nobody has matched yet. Looks only while an open
 * session trades this strategy on the account: then the bars are the session's.
 */
async function advance(
  trx: Transaction<Tables>,
  parts: PaperParts,
  decisionId: string,
  bars: BarSeries,
): Promise<BrokerAnswer> {
  const { orders, loaded } = await open(trx, decisionId);
  const [first] = orders;
  if (first === undefined || (await isSessionOpen(trx, first))) return answer(orders);
  const clock = { accountId: first.accountId, strategyId: first.strategyId, symbol: bars.symbol };
  const since = Math.max(await matchedUntil(trx, clock), earliestSend(loaded, bars.symbol, first));
  const steps: BookStep[] = [];
  let untilMs = since;
  for (let i = 0; i < bars.openTimeMs.length; i += 1) {
    const openMs = bars.openTimeMs[i] as number;
    if (openMs < since) continue;
    const book = steps.at(-1)?.book ?? loaded.state.book;
    steps.push(matchBar(book, bars.symbol, barAt(bars, i), bars.intervalMs, parts.costs));
    untilMs = openMs + bars.intervalMs;
  }
  if (steps.length === 0) return answer(orders);
  await setMatchedUntil(trx, [{ ...clock, untilMs }]);
  return keep(trx, parts, loaded, decisionId, steps, untilMs);
}

/** Before the first order of the symbol was sent there was nothing to match. */
const earliestSend = ({ state }: LoadedAccount, symbol: string, first: Order): number =>
  Math.min(
    first.sentAtMs ?? first.createdAtMs,
    ...state.book.orders.filter((one) => one.symbol === symbol).map((one) => one.sentAtMs ?? one.createdAtMs),
  );

async function isSessionOpen(trx: Database, { accountId, strategyId }: Order): Promise<boolean> {
  const row = await trx
    .selectFrom('sessions')
    .select('session_id')
    .where('account_id', '=', accountId)
    .where('strategy_id', '=', strategyId)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return row !== undefined;
}

type Opened = { readonly orders: readonly Order[]; readonly loaded: LoadedAccount };

/** The decision's orders and their account under its lock. @throws Error when the decision has no orders */
async function open(trx: Transaction<Tables>, decisionId: string): Promise<Opened> {
  const [first] = await ordersOfDecision(trx, decisionId);
  if (first === undefined) throw new Error(`decision ${decisionId} has no recorded orders`);
  const loaded = await loadAccount(trx, first.accountId, first.strategyId, openingCheckpoint('0'));
  return { orders: await ordersOfDecision(trx, decisionId), loaded };
}

/** Writes what the steps did, marks the account at `markedAtMs`, and tells own orders from others that changed. */
async function keep(
  trx: Transaction<Tables>,
  parts: PaperParts,
  loaded: LoadedAccount,
  decisionId: string,
  steps: readonly BookStep[],
  markedAtMs: number | null,
): Promise<BrokerAnswer> {
  const book = steps.at(-1)?.book ?? loaded.state.book;
  const trades = steps.flatMap((step) => step.closedTrades);
  const state = closeTrades({ ...loaded.state, book }, trades, { desk: parts.desk });
  const orders = [...new Map(steps.flatMap((step) => step.orders).map((one) => [one.clientOrderId, one])).values()];
  const rows = {
    intents: [],
    orders,
    fills: steps.flatMap((step) => step.fills),
    entries: steps.flatMap((step) => step.entries),
    trades: await Promise.all(trades.map(async (trade) => ({ trade, entry: await entryOf(trx, trade) }))),
  };
  const equity = accountEquity(book, state.othersPositions);
  const { drawdownBreakerFraction } = parts.desk;
  const marking = { autoReleaseMs: null, drawdownBreakerFraction };
  const risk = markedAtMs === null ? state.risk : onMark(state.risk, equity, markedAtMs, marking);
  const own = await ordersOfDecision(trx, decisionId);
  const context = {
    epoch: loaded.account.epoch,
    origin: 'manual' as const,
    reasoning: null,
    sessionId: own[0]?.sessionId ?? null,
  };
  await saveAccountRows(trx, loaded.account, { ...state, equity, risk }, rows, context);
  await saveTraces(trx, rows, decisionId);
  const changedElsewhere = orders.filter((order) => order.decisionId !== decisionId);
  return {
    own: await ordersOfDecision(trx, decisionId),
    elsewhere: await changesOf(trx, changedElsewhere),
    refusal: null,
  };
}

/** What a session knew when it opened the trade; null for trades by hand. */
async function entryOf(trx: Database, { decisionId }: ClosedTrade): Promise<EntryContext | null> {
  if (decisionId === undefined) return null;
  const row = await trx
    .selectFrom('orders as o')
    .innerJoin('sessions as s', 's.session_id', 'o.session_id')
    .select('s.checkpoint')
    .where('o.decision_id', '=', decisionId)
    .executeTakeFirst();
  const checkpoint: Partial<Checkpoint> = row?.checkpoint ?? {};
  return checkpoint.entries?.[decisionId] ?? null;
}

/** The child workflow of each changed order: its session's workflow and its decision's number. */
async function changesOf(trx: Database, orders: readonly Order[]): Promise<OrderChange[]> {
  const changes: OrderChange[] = [];
  for (const { decisionId, sessionId, clientOrderId, state, quantityFilled } of orders) {
    const session = sessionId === null ? undefined : await readSession(trx, sessionId);
    const row = await trx
      .selectFrom('decisions')
      .select('sequence')
      .where('decision_id', '=', decisionId)
      .executeTakeFirst();
    if (session === undefined || row === undefined) continue;
    changes.push({ childId: orderChildId(session.workflowId, row.sequence), clientOrderId, state, quantityFilled });
  }
  return changes;
}
