/**
 * Many instants in one go: collects what each `walkBar` did into the rows one transaction writes. A session's batch
 * activity, a paper session's single step and the plain loop differ only in how far they walk.
 */
import type { Fill, LedgerEntry, Order, OrderIntent } from '../../schemas/execution.ts';
import { decimalText } from '../decimal.ts';
import type { AdviceCall } from './advisor.ts';
import type { Decided } from './decide-at-close.ts';
import { answerBar, type TradeRecord, type WalkStep, walkBar } from './walk-bar.ts';
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
  /** Decisions whose own workflows are to cancel what is at work of them. */
  readonly cancels: readonly string[];
  /** What is to be answered before the last instant is done: its symbols are still to be decided. */
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

/**
 * With `ordersAsChildren` it ends after the first instant at which something is to be sent; and after one at which an
 * advisor's answer is awaited, when everybody else has been decided.
 */
export function walkBatch(start: WalkState, context: WalkContext, bounds: WalkBounds): WalkBatch {
  const decisions: Decided[] = [];
  const intents: OrderIntent[] = [];
  const orders = new Map<string, Order>();
  const fills: Fill[] = [];
  const entries: LedgerEntry[] = [];
  const trades: TradeRecord[] = [];
  const equity: EquityPoint[] = [];
  const cancels = new Set<string>();
  let handOver: readonly Decided[] = [];
  let awaited: readonly AdviceCall[] = [];
  let state = start;
  const take = (step: WalkStep): void => {
    state = step.state;
    awaited = step.awaited;
    decisions.push(...step.decisions);
    fills.push(...step.fills);
    entries.push(...step.entries);
    trades.push(...step.trades);
    for (const order of step.orders) orders.set(order.clientOrderId, order);
    for (const decisionId of step.cancels) cancels.add(decisionId);
    const sending = step.decisions.filter((one) => one.intents.length > 0);
    if (bounds.ordersAsChildren) {
      handOver = sending;
      state = { ...state, entries: { ...state.entries, ...entriesOf(sending) } };
    } else for (const one of sending) intents.push(...one.intents);
  };
  const { waiting = [], from } = bounds;
  const places = !bounds.ordersAsChildren;
  if (waiting.length > 0) take(answerBar(state, from - 1, context, waiting, places));
  let k = from;
  while (k < bounds.until && handOver.length === 0 && awaited.length === 0) {
    const step = walkBar(state, k, context, places);
    take(step);
    k += 1;
    equity.push({ atMs: step.asOfMs, equity: decimalText(state.equity) });
    bounds.onInstant?.(k);
  }
  return {
    state,
    cursor: k,
    decisions,
    intents,
    orders,
    fills,
    entries,
    trades,
    equity,
    handOver,
    cancels: [...cancels],
    awaited,
  };
}

/** What the entries that are being handed over looked like, by decision id. */
const entriesOf = (decided: readonly Decided[]): WalkState['entries'] =>
  Object.fromEntries(decided.flatMap(({ decision, entry }) => (entry === null ? [] : [[decision.decisionId, entry]])));
