/**
 * The book of record of one account in memory: what the tables of the desk hold, and the writes that every store makes.
 * Whoever calls a function here does one transaction. No rules: those are domain/execution and domain/risk.
 */

import { accountEquity, entryView, isExposureElsewhere, positionView } from '../../domain/backtest/account-view.ts';
import { closeTrades } from '../../domain/backtest/match-instant.ts';
import { NO_COUNTERS, type WalkState } from '../../domain/backtest/walk-state.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { type Decimal, toDecimal, ZERO } from '../../domain/decimal.ts';
import type { BookStep } from '../../domain/execution/book.ts';
import { isOpenOrder } from '../../domain/execution/order-ends.ts';
import { isWorking } from '../../domain/execution/order-state.ts';
import type { BookPosition } from '../../domain/execution/position.ts';
import type { UnknownEvidence } from '../../domain/execution/resolve-unknown.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import { type Fill, legSchema, type Order } from '../../schemas/execution.ts';
import type { DeskLimits, RiskState } from '../../schemas/risk.ts';
import type { VenueBust } from '../../schemas/venue.ts';

/** One row of `order_sends`. */
export type Send = {
  readonly epoch: number;
  readonly sends: number;
  readonly refusals: number;
  readonly claimedAtMs: number;
  readonly sendBeforeMs: number;
  readonly outcome: string | null;
  readonly evidence: UnknownEvidence | null;
};

export type MemoryDesk = {
  readonly accountId: string;
  readonly venue: string;
  readonly openedAtMs: number;
  readonly limits: DeskLimits;
  readonly idProfile: 'lifetime-unique' | 'open-only';
  readonly nowMs: () => number;
  cash: Decimal;
  risk: RiskState;
  frozen: string | null;
  /** The flag in the database, and the one in the file system. */
  killSwitch: string | null;
  killFile: string | null;
  positions: readonly BookPosition[];
  readonly orders: Map<string, Order>;
  readonly changedAtMs: Map<string, number>;
  readonly sends: Map<string, Send>;
  /** Client order id, epoch and what it was. */
  readonly fencedWrites: string[];
  readonly fills: Fill[];
  readonly tradeIds: Set<string>;
  /** What the venue has told of busts, by execution. */
  readonly busts: Map<string, VenueBust>;
  /** Audit and events in the order of their commits, one canonical line each. */
  readonly lines: string[];
  /** Told of every write of an order. */
  readonly onOrder: (before: Order | null, after: Order) => void;
  /** What counts against the limits beside the strategy's own book; a planted fault changes it. */
  readonly isExposure: (order: Order, strategyId: string) => boolean;
};

export type DeskSettings = {
  readonly accountId: string;
  readonly venue: string;
  readonly cash: string;
  readonly limits: DeskLimits;
  /** Of the venue; open-only unless told. */
  readonly idProfile?: MemoryDesk['idProfile'];
  readonly nowMs: () => number;
  readonly onOrder?: MemoryDesk['onOrder'];
  readonly isExposure?: MemoryDesk['isExposure'];
};

export const openMemoryDesk = ({ accountId, venue, cash, limits, nowMs, ...rest }: DeskSettings): MemoryDesk => ({
  accountId,
  venue,
  openedAtMs: nowMs(),
  limits,
  idProfile: rest.idProfile ?? 'open-only',
  nowMs,
  cash: toDecimal(cash),
  risk: openRiskState(toDecimal(cash), nowMs()),
  frozen: null,
  killSwitch: null,
  killFile: null,
  positions: [],
  orders: new Map(),
  changedAtMs: new Map(),
  sends: new Map(),
  fencedWrites: [],
  fills: [],
  tradeIds: new Set(),
  busts: new Map(),
  lines: [],
  onOrder: rest.onOrder ?? (() => undefined),
  isExposure: rest.isExposure ?? isExposureElsewhere,
});

const LEG_ORDER = legSchema.options;

/** The decision's orders, the entry or exit first. */
export const ordersOf = (desk: MemoryDesk, decisionId: string): Order[] =>
  [...desk.orders.values()]
    .filter((one) => one.decisionId === decisionId)
    .sort((a, b) => LEG_ORDER.indexOf(a.leg) - LEG_ORDER.indexOf(b.leg));

export const openOrdersOf = (desk: MemoryDesk): Order[] => [...desk.orders.values()].filter(isOpenOrder);

/** @throws Error when there is no such order */
export function orderOf(desk: MemoryDesk, clientOrderId: string): Order {
  const order = desk.orders.get(clientOrderId);
  if (order === undefined) throw new Error(`order ${clientOrderId} is not recorded`);
  return order;
}

export function writeOrders(desk: MemoryDesk, orders: readonly Order[]): void {
  for (const order of orders) {
    const before = desk.orders.get(order.clientOrderId) ?? null;
    desk.orders.set(order.clientOrderId, order);
    desk.changedAtMs.set(order.clientOrderId, desk.nowMs());
    desk.onOrder(before, order);
  }
}

/** A line of audit or events. */
export function note(desk: MemoryDesk, kind: string, body: Readonly<Record<string, unknown>>): void {
  desk.lines.push(canonicalJson({ kind, body, atMs: desk.nowMs() }));
}

export const noteMoves = (desk: MemoryDesk, before: readonly Order[], to: Order['state'], reason: string): void => {
  for (const { clientOrderId, state } of before) note(desk, 'order_moved', { clientOrderId, from: state, to, reason });
};

export const heldOf = (desk: MemoryDesk, strategyId: string, symbol: string): Decimal =>
  desk.positions.find((one) => one.strategyId === strategyId && one.symbol === symbol)?.quantity ?? ZERO;

/** The account as the strategy sees it: like db/load-walk.ts, from memory. */
export function stateFor(desk: MemoryDesk, strategyId: string): WalkState {
  const open = openOrdersOf(desk);
  const book = {
    accountId: desk.accountId,
    currency: 'USD',
    cash: desk.cash,
    positions: desk.positions.filter((one) => one.strategyId === strategyId),
    orders: open.filter((one) => one.strategyId === strategyId && isWorking(one.state)),
  };
  const others = desk.positions.filter((one) => one.strategyId !== strategyId && !one.quantity.isZero());
  const othersPositions = others.map(positionView);
  const equity = accountEquity(book, othersPositions);
  return {
    book,
    othersPositions,
    othersOrders: open.filter((one) => desk.isExposure(one, strategyId)).map(entryView),
    risk: desk.risk,
    sequence: 0,
    counters: NO_COUNTERS,
    entries: {},
    equity,
    peakEquity: equity,
    drawdownFractionMax: 0,
    realizedPnl: ZERO,
  };
}

/** Writes what a step did: orders, fills, cash, positions, the risk memory. @throws Error for a fill that is booked */
export function keepStep(desk: MemoryDesk, state: WalkState, step: BookStep): void {
  for (const { tradeId } of step.fills) {
    if (desk.tradeIds.has(tradeId)) throw new Error(`fill ${tradeId} was booked before: nothing of this is written`);
  }
  bookFills(desk, step);
  desk.risk = closeTrades({ ...state, book: step.book }, step.closedTrades, { desk: desk.limits }).risk;
  writeOrders(desk, step.orders);
}

function bookFills(desk: MemoryDesk, step: BookStep): void {
  desk.cash = step.book.cash;
  const own = step.book.positions;
  const isOwn = (one: BookPosition): boolean =>
    own.some((other) => other.strategyId === one.strategyId && other.symbol === one.symbol);
  desk.positions = [...desk.positions.filter((one) => !isOwn(one)), ...own];
  for (const fill of step.fills) {
    desk.fills.push(fill);
    desk.tradeIds.add(fill.tradeId);
    const kind = isReversal(fill) ? 'order_busted' : 'order_filled';
    note(desk, kind, { tradeId: fill.tradeId, quantity: fill.quantity, price: fill.price, fee: fill.fee });
  }
}

export const isReversal = ({ takesBack }: Fill): boolean => (takesBack ?? null) !== null;

/** Fills that count: neither taken back nor taking one back. */
export function countingFills({ fills }: MemoryDesk): Fill[] {
  const gone = new Set(fills.map((one) => one.takesBack));
  return fills.filter((one) => !isReversal(one) && !gone.has(one.tradeId));
}

export function freeze(desk: MemoryDesk, reason: string): void {
  if (desk.frozen !== null) return;
  desk.frozen = reason;
  note(desk, 'account_frozen', { accountId: desk.accountId, reason });
}
