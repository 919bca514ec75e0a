/**
 * The paper venue: the account's own book in Postgres, matched by the rules that backtests use. Sending is two
 * transactions like at any venue: the order is claimed and marked SENT, then the book takes it to work.
 */
import type { Transaction } from 'kysely';
import type { Broker, BrokerAnswer, Quote } from '../adapters/broker/broker.ts';
import { type BookStep, cancelOrder, isProtective, matchBar, placeOrders } from '../domain/execution/book.ts';
import { moveOrder } from '../domain/execution/order-state.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { Costs, Order } from '../schemas/execution.ts';
import { FINAL_ORDER_STATES } from '../schemas/execution.ts';
import type { LoadedAccount } from './load-walk.ts';
import { ordersOfDecision, updateOrders } from './orders.ts';
import { advanceBook, unmatchedSince } from './paper-advance.ts';
import { answer, keepSteps, openOrders, type PaperParts } from './paper-book.ts';
import { inTransaction } from './retry.ts';
import { readSession } from './sessions.ts';
import type { Tables } from './tables.ts';

/** What the paper venue can do beyond a real one: be walked over bars that came since. */
export type PaperBroker = Broker & {
  /** Open time of the first bar that is to be matched for the decision; null while an open session does it. */
  readonly unmatchedSince: (decisionId: string, symbol: string) => Promise<number | null>;
  readonly advance: (decisionId: string, bars: BarSeries, costs: Costs | null) => Promise<BrokerAnswer>;
};

export const createPaperBroker = (parts: PaperParts): PaperBroker => ({
  venue: 'paper',
  submit: async (decisionId, quote, beginsAtMs = null) => {
    const refusal = await inTransaction(parts.db, (trx) => claim(trx, parts, decisionId, beginsAtMs));
    if (refusal !== null) return { own: await ordersOfDecision(parts.db, decisionId), elsewhere: [], refusal };
    return inTransaction(parts.db, (trx) => accept(trx, parts, decisionId, quote));
  },
  cancel: (decisionId) => inTransaction(parts.db, (trx) => cancel(trx, parts, decisionId)),
  look: async (decisionId) => answer(await ordersOfDecision(parts.db, decisionId)),
  unmatchedSince: (decisionId, symbol) => inTransaction(parts.db, (trx) => unmatchedSince(trx, decisionId, symbol)),
  advance: (decisionId, bars, costs) =>
    inTransaction(parts.db, (trx) => advanceBook(trx, { ...parts, costs: costs ?? parts.costs }, decisionId, bars)),
});

/** INTENT → CLAIMED → SENT, committed before the venue hears of it; or → ABSENT with the reason why nothing is sent. */
async function claim(
  trx: Transaction<Tables>,
  parts: PaperParts,
  decisionId: string,
  beginsAtMs: number | null,
): Promise<GateReason | null> {
  const { orders, loaded } = await openOrders(trx, decisionId);
  const waiting = orders.filter((order) => order.state === 'INTENT');
  if (waiting.length === 0) return null;
  const refusal = await sendRefusal(trx, parts, loaded, waiting);
  const claimed = waiting.map((order) => ({ ...order, state: moveOrder(order.state, 'CLAIMED') }));
  await updateOrders(
    trx,
    claimed.map((order) =>
      refusal === null
        ? { ...order, state: moveOrder(order.state, 'SENT'), sentAtMs: workingFrom(order, beginsAtMs) }
        : { ...order, state: moveOrder(order.state, 'ABSENT') },
    ),
  );
  return refusal;
}

/** What fills must not fill in the part of a bar that lay before it; a stop may: that is against the account. */
const workingFrom = ({ leg, createdAtMs }: Order, beginsAtMs: number | null): number =>
  leg === 'stop' ? createdAtMs : Math.max(createdAtMs, beginsAtMs ?? createdAtMs);

/**
 * Either kill flag stops all but reducing orders; an order of a session's earlier run, or of a closed one, stays home.
 */
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
  const { orders, loaded } = await openOrders(trx, decisionId);
  const sent = orders.filter((order) => order.state === 'SENT');
  if (sent.length === 0) return answer(orders);
  const refusal = await sendRefusal(trx, parts, loaded, sent);
  if (refusal !== null) return reject(trx, decisionId, sent, refusal);
  const placed = placeOrders(loaded.state.book, sent);
  const [first] = sent;
  if (quote === null || first === undefined) return keepSteps(trx, parts, loaded, decisionId, [placed], null);
  const { price, volume } = quote;
  const bar = { openTimeMs: quote.atMs + 1, open: price, high: price, low: price, close: price, volume };
  const matched = matchBar(placed.book, first.symbol, bar, 1, parts.costs);
  return keepSteps(trx, parts, loaded, decisionId, [placed, matched], quote.atMs);
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
  const { orders, loaded } = await openOrders(trx, decisionId);
  const steps: BookStep[] = [];
  for (const order of orders.filter((one) => !isProtective(one) && !FINAL_ORDER_STATES.includes(one.state))) {
    steps.push(cancelOrder(steps.at(-1)?.book ?? loaded.state.book, order.clientOrderId, 'CANCELED'));
  }
  return keepSteps(trx, parts, loaded, decisionId, steps, null);
}
