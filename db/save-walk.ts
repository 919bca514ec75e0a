/**
 * Writes what a walk did in one transaction: intents before orders, orders before fills, money with its postings,
 * then audit and events last (they hold the desk-wide counters until the commit).
 */
import type { Transaction } from 'kysely';
import type { TradeRecord } from '../domain/backtest/match-instant.ts';
import type { EquityPoint } from '../domain/backtest/walk-batch.ts';
import type { WalkState } from '../domain/backtest/walk-state.ts';
import { decimalText } from '../domain/decimal.ts';
import { positionRows } from '../domain/execution/rows.ts';
import type { Fill, LedgerEntry, Order, OrderIntent } from '../schemas/execution.ts';
import { type Account, saveAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { appendEvents, type NewEvent } from './events.ts';
import { insertFills } from './fills.ts';
import { insertEntries } from './ledger.ts';
import { type IntentContext, recordForcedIntents, recordIntents, updateOrders } from './orders.ts';
import { savePositions } from './positions.ts';
import type { Tables } from './tables.ts';
import { insertTrades } from './trades.ts';

/** Rows of one account. `orders`: the last version of each. */
export type AccountRows = {
  readonly intents: readonly OrderIntent[];
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly entries: readonly LedgerEntry[];
  readonly trades: readonly TradeRecord[];
};

/** Orders, money and the account itself. A liquidation is the venue's own order: its intent is written with it. */
export async function saveAccountRows(
  trx: Transaction<Tables>,
  account: Account,
  state: WalkState,
  rows: AccountRows,
  context: IntentContext & { readonly sessionId: string | null },
): Promise<void> {
  const forced = rows.orders.filter((order) => order.leg === 'liquidation');
  await recordIntents(trx, rows.intents, context);
  await recordForcedIntents(trx, forced, context);
  await updateOrders(trx, rows.orders);
  const newFills = await insertFills(trx, rows.fills);
  if (newFills.length < rows.fills.length) throw new Error('a fill was booked before: nothing of this is written');
  await insertEntries(trx, rows.entries);
  await insertTrades(trx, { accountId: account.accountId, sessionId: context.sessionId }, rows.trades.map(tradeRecord));
  await savePositions(trx, positionRows(state.book));
  await saveAccount(trx, {
    ...account,
    cash: decimalText(state.book.cash),
    equity: decimalText(state.equity),
    riskState: state.risk,
  });
}

const tradeRecord = ({ trade, entry }: TradeRecord) => ({
  trade,
  entryFeatures: entry === null ? null : { ...entry.features },
  regime: entry?.regime ?? null,
});

/** The audit row of each decision that sends orders, and the events of orders: call it last. */
export async function saveTraces(
  trx: Transaction<Tables>,
  rows: AccountRows,
  correlationId: string,
  more: readonly NewEvent[] = [],
): Promise<void> {
  await appendAudit(
    trx,
    rows.intents.map((intent) => ({ kind: 'order_intent', body: { ...intent }, atMs: intent.createdAtMs })),
  );
  const fills = rows.fills.map(({ clientOrderId, tradeId, takesBack = null, quantity, price, atMs }) => ({
    type: takesBack === null ? 'order_filled' : 'order_busted',
    payload: { clientOrderId, tradeId, ...(takesBack !== null && { takesBack }), quantity, price },
    correlationId,
    atMs,
  }));
  await appendEvents(trx, [...fills, ...more]);
}

export const equityColumns = (points: readonly EquityPoint[]) => ({
  atMs: points.map((one) => one.atMs),
  equity: points.map((one) => one.equity),
});
