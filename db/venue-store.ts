/** The book of record behind the order engine for network venues: each call is one transaction, safe to repeat. */

import { isInTheWay } from '../domain/execution/exit-way.ts';
import { isProtective } from '../domain/execution/legs.ts';
import type { Order } from '../schemas/execution.ts';
import { frozenOf } from './account-standings.ts';
import { fillsOfOrder } from './fills.ts';
import { noteVerdict } from './order-doubts.ts';
import { readEvidence } from './order-sends.ts';
import { ordersOfDecision, workingOrders } from './orders.ts';
import { isOvertaken } from './overtaken.ts';
import { changesElsewhere } from './paper-book.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';
import { takeOverSent } from './take-over-sent.ts';
import { booksFor } from './venue-books.ts';
import { beginCancel, noteCancelUnknown } from './venue-cancels.ts';
import { mayStillSend, noteSendOutcome } from './venue-guard.ts';
import type { SendClaim, VenueTakeParts } from './venue-parts.ts';
import { claimOrders } from './venue-sends.ts';
import { noteBadReport, takeAnswer } from './venue-takes.ts';

export type VenueStore = ReturnType<typeof createVenueStore>;

export const createVenueStore = (parts: VenueTakeParts) => {
  const { db } = parts;
  return {
    orders: (decisionId: string) => ordersOfDecision(db, decisionId),
    /** Commits which orders may leave, under which epoch; takes over what a former attempt left in SENT. */
    claim: (
      decisionId: string,
      which: 'opening' | 'protective',
      lot: string | null = null,
      free: string | null = null,
    ) => inTransaction(db, (trx) => claimOrders(trx, parts, decisionId, which, { lot, free })),
    /** An attempt that claimed the decision's orders is gone for good: what it left in SENT becomes UNKNOWN. */
    takeOver: (decisionId: string) => inTransaction(db, (trx) => takeOverSent(trx, parts, decisionId)),
    mayStillSend: (claim: SendClaim) => mayStillSend(parts, claim),
    noteSendOutcome: (claim: SendClaim, outcome: Parameters<typeof noteSendOutcome>[3]) =>
      inTransaction(db, (trx) => noteSendOutcome(trx, parts, claim, outcome)),
    take: (
      clientOrderId: string,
      seen: Parameters<typeof takeAnswer>[3],
      fills: Parameters<typeof takeAnswer>[4],
      busts: Parameters<typeof takeAnswer>[5] = [],
    ) => inTransaction(db, (trx) => takeAnswer(trx, parts, clientOrderId, seen, fills, busts)),
    /** Those that count, oldest first. */
    fillsOf: (clientOrderId: string) => fillsOfOrder(db, clientOrderId),
    evidence: (clientOrderId: string) => readEvidence(db, clientOrderId),
    noteVerdict: (clientOrderId: string, verdict: Parameters<typeof noteVerdict>[3]) =>
      inTransaction(db, (trx) => noteVerdict(trx, parts, clientOrderId, verdict)),
    beginCancel: (clientOrderId: string, reason: string) =>
      inTransaction(db, (trx) => beginCancel(trx, parts, clientOrderId, reason)),
    noteCancelUnknown: (clientOrderId: string, reason: string) =>
      inTransaction(db, (trx) => noteCancelUnknown(trx, parts, clientOrderId, reason)),
    noteBadReport: (order: Order, reason: string) =>
      inTransaction(db, (trx) => noteBadReport(trx, parts, order, reason)),
    /** Open orders of the same strategy and symbol that an exit has to clear away first: legs, and rests of entries. */
    inTheWayOf: (exit: Order) => inTheWayOf(db, exit),
    /** Which of these venue order ids no order of the account carries. */
    unknownVenueOrders: (accountId: string, ids: readonly string[]) => unknownVenueOrders(db, accountId, ids),
    /** What the books say beside a venue that does not tell its fees. */
    booksFor: (order: Order, tradeIds: readonly string[]) => booksFor(db, order, tradeIds),
    changesOf: (orders: readonly Order[]) => changesElsewhere(db, orders),
    /** Why the account sends nothing; null when it may. */
    frozen: (accountId: string) => frozenOf(db, accountId),
    /** Whether the way of an exit was being cleared already: what protected its position is gone, or going. */
    isOvertaken: (exit: Order) => isOvertaken(db, exit),
    /** Decisions of the account with legs that have not left, whose orders are read one by one. */
    decisionsWithLegs: (accountId: string) => decisionsWithLegs(db, accountId),
  };
};

async function inTheWayOf(db: Database, exit: Order): Promise<Order[]> {
  const open = await workingOrders(db, exit.accountId);
  return open.filter((one) => isInTheWay(one, exit));
}

async function decisionsWithLegs(db: Database, accountId: string): Promise<string[]> {
  const open = await workingOrders(db, accountId);
  const waiting = open.filter((one) => isProtective(one) && one.state === 'INTENT');
  return [...new Set(waiting.map((one) => one.decisionId))];
}

async function unknownVenueOrders(db: Database, accountId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('orders')
    .select('venue_order_id')
    .where('account_id', '=', accountId)
    .where('venue_order_id', 'in', [...ids])
    .execute();
  const known = new Set(rows.map((row) => row.venue_order_id));
  return ids.filter((id) => !known.has(id));
}
