/**
 * The paper venue's book in Postgres: a decision's orders with their account under its lock, and the writing of what
 * was done to them. Who does it: `paper-broker.ts` and `paper-advance.ts`.
 */
import type { Transaction } from 'kysely';
import type { BrokerAnswer } from '../adapters/broker/broker.ts';
import { accountEquity } from '../domain/backtest/account-view.ts';
import { closeTrades } from '../domain/backtest/match-instant.ts';
import type { EntryContext } from '../domain/backtest/walk-state.ts';
import type { BookStep } from '../domain/execution/book.ts';
import { onMark } from '../domain/risk/risk-state.ts';
import type { ClosedTrade, Costs, Order } from '../schemas/execution.ts';
import type { DeskLimits } from '../schemas/risk.ts';
import { type OrderChange, orderChildId } from '../schemas/session-walk.ts';
import { clockOfOrder } from './account-days.ts';
import { type Checkpoint, type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { ordersOfDecision } from './orders.ts';
import { saveAccountRows, saveTraces } from './save-walk.ts';
import { readSession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';

export type PaperParts = {
  readonly db: Database;
  readonly costs: Costs;
  readonly desk: DeskLimits;
  readonly killFile: () => string | null;
};

export const answer = (own: readonly Order[]): BrokerAnswer => ({ own, elsewhere: [], refusal: null });

export type OpenedOrders = { readonly orders: readonly Order[]; readonly loaded: LoadedAccount };

/** The decision's orders and their account under its lock. @throws Error when the decision has no orders */
export async function openOrders(trx: Transaction<Tables>, decisionId: string): Promise<OpenedOrders> {
  const [first] = await ordersOfDecision(trx, decisionId);
  if (first === undefined) throw new Error(`decision ${decisionId} has no recorded orders`);
  const clock = await clockOfOrder(trx, first.sessionId);
  const loaded = await loadAccount(trx, first.accountId, first.strategyId, openingCheckpoint('0'), clock);
  return { orders: await ordersOfDecision(trx, decisionId), loaded };
}

/** Writes what the steps did, marks the account at `markedAtMs`, and tells own orders from others that changed. */
export async function keepSteps(
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
    elsewhere: await changesElsewhere(trx, changedElsewhere),
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
export async function changesElsewhere(trx: Database, orders: readonly Order[]): Promise<OrderChange[]> {
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
