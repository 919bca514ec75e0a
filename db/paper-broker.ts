/**
 * The paper venue: the account's own book in Postgres, matched by the rules that backtests use. Sending is two
 * transactions like at any venue: the order is claimed and marked SENT, then the book takes it to work.
 */
import type { Transaction } from 'kysely';
import type { Broker, BrokerAnswer, Quote } from '../adapters/broker/broker.ts';
import { accountEquity } from '../domain/backtest/account-view.ts';
import { closeTrades } from '../domain/backtest/walk-bar.ts';
import { type BookStep, cancelOrder, isProtective, matchBar, placeOrders } from '../domain/execution/book.ts';
import { moveOrder } from '../domain/execution/order-state.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import { barAt } from '../domain/market/bar-series.ts';
import type { Costs, Order } from '../schemas/execution.ts';
import { FINAL_ORDER_STATES } from '../schemas/execution.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { DeskLimits } from '../schemas/risk.ts';
import type { OrderChange } from '../schemas/session-walk.ts';
import { type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
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
  readonly advance: (decisionId: string, bars: BarSeries) => Promise<BrokerAnswer>;
};

export const createPaperBroker = (parts: PaperParts): PaperBroker => ({
  venue: 'paper',
  submit: async (decisionId, quote) => {
    await inTransaction(parts.db, (trx) => claim(trx, parts, decisionId));
    return inTransaction(parts.db, (trx) => accept(trx, parts, decisionId, quote));
  },
  cancel: (decisionId) => inTransaction(parts.db, (trx) => cancel(trx, parts, decisionId)),
  look: async (decisionId) => ({ own: await ordersOfDecision(parts.db, decisionId), elsewhere: [] }),
  advance: (decisionId, bars) => inTransaction(parts.db, (trx) => advance(trx, parts, decisionId, bars)),
});

/** INTENT → CLAIMED → SENT, committed before the venue hears of it. Either kill flag blocks all but reducing orders. */
async function claim(trx: Transaction<Tables>, parts: PaperParts, decisionId: string): Promise<void> {
  const { orders, loaded } = await open(trx, decisionId);
  const blocked = loaded.killSwitch ?? parts.killFile();
  const waiting = orders.filter((order) => order.state === 'INTENT');
  if (waiting.some((order) => !order.reduceOnly) && blocked !== null) {
    throw new InvalidInput([
      problem('KILL_SWITCH', 'decisionId', decisionId, `no order while the kill switch is on: ${blocked}`),
    ]);
  }
  await updateOrders(
    trx,
    waiting.map((order) => ({
      ...order,
      state: moveOrder(moveOrder(order.state, 'CLAIMED'), 'SENT'),
      sentAtMs: order.createdAtMs,
    })),
  );
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
  if (sent.length === 0) return { own: orders, elsewhere: [] };
  const placed = placeOrders(loaded.state.book, sent);
  const [first] = sent;
  if (quote === null || first === undefined) return keep(trx, parts, loaded, decisionId, [placed]);
  const { price, volume } = quote;
  const bar = { openTimeMs: quote.atMs, open: price, high: price, low: price, close: price, volume };
  return keep(trx, parts, loaded, decisionId, [placed, matchBar(placed.book, first.symbol, bar, 1, parts.costs)]);
}

/** Ends entries and exits still at work; legs that protect an open position stay. */
async function cancel(trx: Transaction<Tables>, parts: PaperParts, decisionId: string): Promise<BrokerAnswer> {
  const { orders, loaded } = await open(trx, decisionId);
  const steps: BookStep[] = [];
  for (const order of orders.filter((one) => !isProtective(one) && !FINAL_ORDER_STATES.includes(one.state))) {
    steps.push(cancelOrder(steps.at(-1)?.book ?? loaded.state.book, order.clientOrderId, 'CANCELED'));
  }
  return keep(trx, parts, loaded, decisionId, steps);
}

/** Walks the orders' symbol over the bars that opened since they were sent and that nobody has matched yet. */
async function advance(
  trx: Transaction<Tables>,
  parts: PaperParts,
  decisionId: string,
  bars: BarSeries,
): Promise<BrokerAnswer> {
  const { orders, loaded } = await open(trx, decisionId);
  const since = await matchedUntil(trx, decisionId, orders);
  const steps: BookStep[] = [];
  for (let i = 0; i < bars.openTimeMs.length; i += 1) {
    if ((bars.openTimeMs[i] as number) < since) continue;
    const book = steps.at(-1)?.book ?? loaded.state.book;
    steps.push(matchBar(book, bars.symbol, barAt(bars, i), bars.intervalMs, parts.costs));
  }
  const answer = await keep(trx, parts, loaded, decisionId, steps);
  const until = (bars.openTimeMs.at(-1) ?? since - bars.intervalMs) + bars.intervalMs;
  await trx
    .updateTable('orders')
    .set({ matched_until_ms: Math.max(until, since) })
    .where('decision_id', '=', decisionId)
    .execute();
  return answer;
}

async function matchedUntil(trx: Database, decisionId: string, orders: readonly Order[]): Promise<number> {
  const row = await trx
    .selectFrom('orders')
    .where('decision_id', '=', decisionId)
    .select((eb) => eb.fn.max('matched_until_ms').as('until'))
    .executeTakeFirst();
  return Math.max(row?.until ?? 0, ...orders.map((order) => order.sentAtMs ?? 0));
}

type Opened = { readonly orders: readonly Order[]; readonly loaded: LoadedAccount };

/** The decision's orders and their account under its lock. @throws Error when the decision has no orders */
async function open(trx: Transaction<Tables>, decisionId: string): Promise<Opened> {
  const [first] = await ordersOfDecision(trx, decisionId);
  if (first === undefined) throw new Error(`decision ${decisionId} has no recorded orders`);
  const loaded = await loadAccount(trx, first.accountId, first.strategyId, openingCheckpoint('0'));
  return { orders: await ordersOfDecision(trx, decisionId), loaded };
}

/** Writes what the steps did and tells the decision's own orders from others that changed with them. */
async function keep(
  trx: Transaction<Tables>,
  parts: PaperParts,
  loaded: LoadedAccount,
  decisionId: string,
  steps: readonly BookStep[],
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
    trades: trades.map((trade) => ({ trade, entry: null })),
  };
  const equity = accountEquity(book, state.othersPositions);
  const own = await ordersOfDecision(trx, decisionId);
  const context = {
    epoch: loaded.account.epoch,
    origin: 'manual' as const,
    reasoning: null,
    sessionId: own[0]?.sessionId ?? null,
  };
  await saveAccountRows(trx, loaded.account, { ...state, equity }, rows, context);
  await saveTraces(trx, rows, decisionId);
  const changedElsewhere = orders.filter((order) => order.decisionId !== decisionId);
  return { own: await ordersOfDecision(trx, decisionId), elsewhere: await changesOf(trx, changedElsewhere) };
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
    changes.push({ childId: `${session.workflowId}/order:${row.sequence}`, clientOrderId, state, quantityFilled });
  }
  return changes;
}
