/**
 * The book of record of the order engine in memory, by the same pure rules as the one in Postgres (db/venue-sends.ts,
 * db/venue-takes.ts): what is one transaction there is one uninterrupted call here. For properties over interleavings.
 */
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { type Book, openBook, positionOf } from '../../domain/execution/book.ts';
import { isProtective } from '../../domain/execution/legs.ts';
import { moveOrder } from '../../domain/execution/order-state.ts';
import { startUnknown, type UnknownEvidence } from '../../domain/execution/resolve-unknown.ts';
import { sizeClaim } from '../../domain/execution/venue-claim.ts';
import { afterSend, takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import { FINAL_ORDER_STATES, type Fill, type Order } from '../../schemas/execution.ts';

export type Store = VenueOrderParts['store'];
type Row = { order: Order; epoch: number; sendBeforeMs: number; evidence: UnknownEvidence | null };

/** The rows, the kill flag as it stands, and what was fenced. */
export type StoreModel = {
  readonly rows: Map<string, Row>;
  book: Book;
  readonly fills: Fill[];
  killed: boolean;
  fenced: number;
};

const SEND_WITHIN_MS = 10_000;

export const newStoreModel = (orders: readonly Order[]): StoreModel => ({
  rows: new Map(orders.map((order) => [order.clientOrderId, { order, epoch: 0, sendBeforeMs: 0, evidence: null }])),
  book: openBook('sim:test', '100000'),
  fills: [],
  killed: false,
  fenced: 0,
});

export function createStore(model: StoreModel, nowMs: () => number): Store {
  const rowOf = (clientOrderId: string): Row => {
    const row = model.rows.get(clientOrderId);
    if (row === undefined) throw new Error(`order ${clientOrderId} is not recorded`);
    return row;
  };
  const ofDecision = (decisionId: string): Row[] =>
    [...model.rows.values()].filter(({ order }) => order.decisionId === decisionId);
  const set = (row: Row, state: Order['state']): void => {
    row.order = { ...row.order, state: moveOrder(row.order.state, state) };
  };
  const endUnsent = (rows: readonly Row[]): void => {
    for (const row of rows.filter(({ order }) => order.state === 'INTENT')) {
      set(row, 'CLAIMED');
      set(row, 'ABSENT');
    }
  };
  const sizingOf = (waiting: readonly Order[], rows: readonly Row[]) => {
    const [first] = waiting;
    const held = first === undefined ? undefined : positionOf(model.book, first.strategyId, first.symbol)?.quantity;
    const orders = rows.map(({ order }) => order);
    const entry = orders.find((order) => order.leg === 'entry');
    const fills = model.fills.filter((fill) => fill.clientOrderId === entry?.clientOrderId);
    const open = [...model.rows.values()].map(({ order }) => order).filter(isOpen);
    return sizeClaim(waiting, orders, { held: held?.toFixed() ?? '0', fills, open });
  };
  const killRefusal = (sending: readonly Order[]) => {
    const [first] = sending;
    const reduces = first === undefined || first.reduceOnly || isProtective(first);
    return model.killed && !reduces ? { rule: 'killSwitch', message: 'the kill switch is on' } : null;
  };
  const commit = (order: Order) => {
    const row = rowOf(order.clientOrderId);
    row.order = { ...order, state: moveOrder(moveOrder(order.state, 'CLAIMED'), 'SENT'), sentAtMs: nowMs() };
    row.epoch = 1;
    row.sendBeforeMs = nowMs() + SEND_WITHIN_MS;
    return { order: row.order, epoch: 1, sendBeforeMs: row.sendBeforeMs };
  };
  const takeOver = (rows: readonly Row[]): void => {
    for (const row of rows.filter(({ order }) => order.state === 'SENT')) {
      row.epoch += 1;
      row.evidence = startUnknown(nowMs());
      set(row, 'UNKNOWN');
    }
  };
  return {
    orders: async (decisionId) => ofDecision(decisionId).map(({ order }) => order),
    claim: async (decisionId, which) => {
      const rows = ofDecision(decisionId);
      takeOver(rows);
      const isWaiting = ({ state, leg }: Order): boolean =>
        state === 'INTENT' && (leg === 'stop' || leg === 'target') === (which === 'protective');
      const waiting = rows.filter(({ order }) => isWaiting(order));
      const sizing = sizingOf(
        waiting.map(({ order }) => order),
        rows,
      );
      const refusal = sizing.refusal ?? killRefusal(sizing.sending);
      if (refusal !== null || sizing.reason !== null) endUnsent(refusal === null ? waiting : rows);
      return { claims: refusal === null ? sizing.sending.map(commit) : [], refusal };
    },
    takeOver: async (decisionId) => takeOver(ofDecision(decisionId)),
    mayStillSend: async ({ order, epoch }) => {
      const row = rowOf(order.clientOrderId);
      if (row.epoch !== epoch || row.order.state !== 'SENT') {
        model.fenced += 1;
        return 'the order is in other hands';
      }
      if (nowMs() > row.sendBeforeMs) return 'the time to send is over';
      return model.killed && !order.reduceOnly && !isProtective(order) ? 'the kill switch is on' : null;
    },
    noteSendOutcome: async ({ order, epoch }, outcome) => {
      const row = rowOf(order.clientOrderId);
      if (row.epoch !== epoch || row.order.state !== 'SENT') {
        model.fenced += 1;
        return;
      }
      row.order = afterSend(row.order, outcome);
      row.evidence = outcome.kind === 'ambiguous' ? startUnknown(nowMs()) : null;
      if (outcome.kind === 'rejected' && !isProtective(order)) endUnsent(ofDecision(order.decisionId));
    },
    take: async (clientOrderId, seen, fills) => {
      const row = rowOf(clientOrderId);
      const known = new Set(model.fills.map((fill) => fill.tradeId));
      const step = takeVenueAnswer(model.book, row.order, seen, fills, known);
      model.book = step.book;
      model.fills.push(...step.fills);
      row.order = step.orders.at(-1) ?? row.order;
      return { own: [], elsewhere: [], refusal: null };
    },
    evidence: async (clientOrderId) => {
      const { order, evidence } = rowOf(clientOrderId);
      return order.state === 'UNKNOWN' ? (evidence ?? startUnknown(nowMs())) : null;
    },
    noteVerdict: async (clientOrderId, verdict) => {
      const row = rowOf(clientOrderId);
      if (row.order.state !== 'UNKNOWN' || verdict.kind === 'found') return;
      if (verdict.kind !== 'absent') row.evidence = verdict.evidence;
      if (verdict.kind !== 'keep') set(row, verdict.kind === 'absent' ? 'ABSENT' : 'MANUAL');
      if (verdict.kind === 'absent' && !isProtective(row.order)) endUnsent(ofDecision(row.order.decisionId));
    },
    beginCancel: async (clientOrderId) => {
      const row = rowOf(clientOrderId);
      if (row.order.state === 'INTENT') endUnsent([row]);
      if (row.order.state === 'ACKED' || row.order.state === 'PARTIAL') set(row, 'CANCEL_SENT');
      return row.order.state === 'CANCEL_SENT' || row.order.state === 'CANCEL_UNKNOWN' ? row.order : null;
    },
    noteCancelUnknown: async (clientOrderId) => {
      const row = rowOf(clientOrderId);
      if (row.order.state === 'CANCEL_SENT') set(row, 'CANCEL_UNKNOWN');
    },
    noteBadReport: async (order, reason) => {
      throw new Error(`order ${order.clientOrderId}: ${reason}`);
    },
    inTheWayOf: async (exit) =>
      [...model.rows.values()]
        .map(({ order }) => order)
        .filter((one) => one.decisionId !== exit.decisionId && one.symbol === exit.symbol && isOpen(one)),
    unknownVenueOrders: async (_accountId, ids) => {
      const known = new Set([...model.rows.values()].map(({ order }) => order.venueOrderId));
      return ids.filter((id) => !known.has(id));
    },
    changesOf: async () => [],
  };
}

const isOpen = (order: Order): boolean => !FINAL_ORDER_STATES.includes(order.state);
