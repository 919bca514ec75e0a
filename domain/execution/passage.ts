/**
 * One bar while orders pass through it: how much of its volume is left, and whose positions began inside it.
 * Decides how much of a touched order fills; which orders are touched, and when, is `match-bar.ts`.
 */
import type { Costs, Order } from '../../schemas/execution.ts';
import { Decimal, floorToStep, toDecimal, ZERO } from '../decimal.ts';
import type { BarRow } from '../market/bar-series.ts';
import { type Draft, moveInDraft, positionOf, setOrder } from './draft.ts';
import { isTriggered, type Touch, volumeCapOf } from './fill-model.ts';
import { cancelForTrigger, isReduceOnly } from './legs.ts';
import { quantityLeftOf, settle } from './settle.ts';

/** `due`: ids in the order they act. The sets hold strategies whose position was opened, or grown, inside the bar. */
export type Passage = {
  readonly draft: Draft;
  readonly bar: BarRow;
  readonly costs: Costs;
  readonly due: readonly string[];
  readonly openedInside: Set<string>;
  readonly grownInside: Set<string>;
  volumeLeft: Decimal | null;
};

export const passageOf = (draft: Draft, bar: BarRow, costs: Costs, due: readonly string[]): Passage => ({
  draft,
  bar,
  costs,
  due,
  openedInside: new Set(),
  grownInside: new Set(),
  volumeLeft: null,
});

/** Fills what left, position (reduce-only) and volume allow; a stop that gets less is remembered as triggered. */
export function fillWithin(passage: Passage, order: Order, touch: Touch): void {
  const { draft, bar, costs } = passage;
  const wanted = reducible(draft, order);
  if (wanted.isZero()) {
    moveInDraft(draft, order, 'CANCELED');
    return;
  }
  const quantity = takeVolume(passage, wanted);
  const current = order.type === 'stop' && quantity.lt(wanted) ? triggered(draft, order, bar) : order;
  if (quantity.isZero()) return;
  const before = positionOf(draft, order.strategyId, order.symbol)?.quantity ?? ZERO;
  settle(draft, current, { quantity, price: touch.price, atMs: bar.openTimeMs }, costs);
  const after = positionOf(draft, order.strategyId, order.symbol)?.quantity ?? ZERO;
  if (touch.atOpen) return;
  if (after.abs().gt(before.abs())) passage.grownInside.add(order.strategyId);
  if (before.isZero() || before.isPositive() !== after.isPositive()) passage.openedInside.add(order.strategyId);
}

function triggered(draft: Draft, order: Order, bar: BarRow): Order {
  if (isTriggered(order)) return order;
  cancelForTrigger(draft, order);
  const marked = { ...order, triggeredAtMs: bar.openTimeMs };
  setOrder(draft, marked);
  return marked;
}

/** What is left of the order; of a reduce-only one no more than the position it would reduce. */
function reducible(draft: Draft, order: Order): Decimal {
  const left = quantityLeftOf(order);
  if (!isReduceOnly(order)) return left;
  const held = positionOf(draft, order.strategyId, order.symbol)?.quantity ?? ZERO;
  const reduces = order.side === 'sell' ? held.gt(ZERO) : held.lt(ZERO);
  return reduces ? Decimal.min(left, held.abs()) : ZERO;
}

/** Takes up to `wanted` from what the bar may still give; a part is a multiple of the quantity step. */
function takeVolume(passage: Passage, wanted: Decimal): Decimal {
  const left = passage.volumeLeft ?? volumeCapOf(passage.bar, passage.costs);
  const taken = wanted.lte(left) ? wanted : floorToStep(left, toDecimal(passage.costs.quantityStep));
  passage.volumeLeft = left.minus(taken);
  return taken;
}
