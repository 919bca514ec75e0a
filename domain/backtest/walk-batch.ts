/**
 * Many instants in one go: collects what each `walkBar` did into the rows one transaction writes. A session's batch
 * activity, a paper session's single step and the plain loop differ only in how far they walk.
 */
import type { Fill, LedgerEntry, Order, OrderIntent } from '../../schemas/execution.ts';
import { decimalText } from '../decimal.ts';
import type { AdviceCall } from './advisor.ts';
import type { Decided } from './decided.ts';
import type { TradeRecord } from './match-instant.ts';
import { answerBar, type WalkStep, walkBar } from './walk-bar.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export type EquityPoint = { readonly atMs: number; readonly equity: string };

/** All that happened, in order. `orders`: the last version of each that changed, by client order id. */
export type WalkBatch = {
  readonly state: WalkState;
  readonly cursor: number;
  readonly decisions: readonly Decided[];
  readonly intents: readonly OrderIntent[];
  readonly orders: ReadonlyMap<string, Order>;
  readonly fills: readonly Fill[];
  readonly entries: readonly LedgerEntry[];
  readonly trades: readonly TradeRecord[];
  readonly equity: readonly EquityPoint[];
  /** Approved decisions of the last instant whose orders a child workflow is to record (`ordersAsChildren`). */
  readonly handOver: readonly Decided[];
  /** Decisions whose own workflows are to cancel their working orders. */
  readonly cancels: readonly string[];
  /** Questions to be answered before the last instant is done; their symbols are still to be decided. */
  readonly awaited: readonly AdviceCall[];
};

export type WalkBounds = {
  readonly from: number;
  /** First instant not to walk. */
  readonly until: number;
  readonly ordersAsChildren: boolean;
  /** Symbols that the instant before `from` has left undecided: they come first. */
  readonly waiting?: readonly string[];
  /** Called between instants, for heartbeats; may be slow. */
  readonly onInstant?: (k: number) => void;
};

/** What the steps have left so far. */
type Rows = {
  readonly decisions: Decided[];
  readonly intents: OrderIntent[];
  readonly orders: Map<string, Order>;
  readonly fills: Fill[];
  readonly entries: LedgerEntry[];
  readonly trades: TradeRecord[];
  readonly equity: EquityPoint[];
  readonly cancels: Set<string>;
};

/** How a step leaves the session, and what has to be done before the next one. */
type Left = Pick<WalkBatch, 'state' | 'handOver' | 'awaited'>;

/**
 * With `ordersAsChildren` it ends after the first instant at which something is to be sent; and after one at which an
 * advisor's answer is awaited, when everybody else has been decided.
 */
export function walkBatch(start: WalkState, context: WalkContext, bounds: WalkBounds): WalkBatch {
  const { from, until, ordersAsChildren, waiting = [], onInstant } = bounds;
  const places = !ordersAsChildren;
  const rows = noRows();
  let left: Left = { state: start, handOver: [], awaited: [] };
  if (waiting.length > 0) left = take(rows, answerBar(start, from - 1, context, waiting, places), ordersAsChildren);
  let k = from;
  while (k < until && left.handOver.length === 0 && left.awaited.length === 0) {
    const step = walkBar(left.state, k, context, places);
    left = take(rows, step, ordersAsChildren);
    k += 1;
    rows.equity.push({ atMs: step.asOfMs, equity: decimalText(left.state.equity) });
    onInstant?.(k);
  }
  return { ...rows, ...left, cursor: k, cancels: [...rows.cancels] };
}

const noRows = (): Rows => ({
  ...{ decisions: [], intents: [], orders: new Map(), fills: [], entries: [], trades: [], equity: [] },
  cancels: new Set(),
});

function take(rows: Rows, step: WalkStep, ordersAsChildren: boolean): Left {
  rows.decisions.push(...step.decisions);
  rows.fills.push(...step.fills);
  rows.entries.push(...step.entries);
  rows.trades.push(...step.trades);
  for (const order of step.orders) rows.orders.set(order.clientOrderId, order);
  for (const decisionId of step.cancels) rows.cancels.add(decisionId);
  const { state, awaited } = step;
  const sending = step.decisions.filter((one) => one.intents.length > 0);
  if (ordersAsChildren) {
    return { state: { ...state, entries: { ...state.entries, ...entriesOf(sending) } }, handOver: sending, awaited };
  }
  for (const one of sending) rows.intents.push(...one.intents);
  return { state, handOver: [], awaited };
}

/** What the entries that are being handed over looked like, by decision id. */
const entriesOf = (decided: readonly Decided[]): WalkState['entries'] =>
  Object.fromEntries(decided.flatMap(({ decision, entry }) => (entry === null ? [] : [[decision.decisionId, entry]])));
