/**
 * A venue has busted a trade: the fill is taken back. Position, cost, result and round trips become those of the fills
 * that still count, as if the busted one had never been; the ledger gets a reversing posting of the difference, which
 * sums to zero and returns the fee. Pure; whoever calls it knows every fill of the position, in the order of booking.
 */
import type { ClosedTrade, Fill, Order } from '../../schemas/execution.ts';
import { type Decimal, decimalText, toDecimal, ZERO } from '../decimal.ts';
import { bookFill } from './book-fill.ts';
import { type Draft, positionOf, setOrder, setPosition } from './draft.ts';
import { heldByFill } from './held-by-fill.ts';
import { bustIdOf } from './identity.ts';
import { fillEntries } from './ledger.ts';
import { moveByBust } from './order-state.ts';
import { type BookPosition, flatPosition } from './position.ts';

/** A fill that counts, with the order it belongs to. */
export type BookedFill = { readonly fill: Fill; readonly order: Order };

/** Round trips that a bust changed: `before` null did not exist, `after` null exists no more. */
export type TradeCorrection = { readonly before: ClosedTrade | null; readonly after: ClosedTrade | null };

export type TakenBack = {
  readonly order: Order;
  readonly reversal: Fill;
  readonly trades: readonly TradeCorrection[];
};

/**
 * Takes `busted`, a fill of `order`, out of the draft. `history`: all fills that count of the same strategy and symbol,
 * `busted` among them.
 * @throws RangeError when the order has filled less than the fill, or `busted` is not in the history
 */
export function takeBack(
  draft: Draft,
  order: Order,
  busted: Fill,
  history: readonly BookedFill[],
  atMs: number,
): TakenBack {
  const left = history.filter((one) => one.fill.tradeId !== busted.tradeId);
  if (left.length === history.length) throw new RangeError(`fill ${busted.tradeId} is not among those that count`);
  const [was, is] = [fold(history), fold(left)];
  const held = positionOf(draft, order.strategyId, order.symbol) ?? flatPosition(order.strategyId, order.symbol);
  const fee = toDecimal(busted.fee);
  const signed = heldByFill(busted);
  const reversal: Fill = {
    ...busted,
    tradeId: bustIdOf(busted.tradeId),
    side: busted.side === 'buy' ? 'sell' : 'buy',
    fee: decimalText(fee.neg()),
    ...(busted.feeQuantity === undefined ? {} : { feeQuantity: decimalText(toDecimal(busted.feeQuantity).neg()) }),
    atMs,
    takesBack: busted.tradeId,
  };
  const costAdded = is.position.cost.minus(was.position.cost);
  const realizedPnl = is.position.realizedPnl.minus(was.position.realizedPnl);
  const position = moved(held, was.position, is.position);
  const booking = { position, costAdded, costRemoved: ZERO, realizedPnl, closedTrade: null };
  draft.cash = draft.cash.plus(signed.times(busted.price)).plus(fee);
  draft.fills.push(reversal);
  draft.entries.push(...fillEntries(draft, reversal, booking, fee.neg(), order.leg === 'liquidation'));
  setPosition(draft, position);
  const reduced = withoutFill(order, toDecimal(busted.quantity));
  setOrder(draft, reduced);
  return { order: reduced, reversal, trades: correctionsOf(was.trades, is.trades) };
}

type Folded = { readonly position: BookPosition; readonly trades: readonly ClosedTrade[] };

function fold(history: readonly BookedFill[]): Folded {
  const [first] = history;
  let position = flatPosition(first?.order.strategyId ?? '', first?.order.symbol ?? '');
  const trades: ClosedTrade[] = [];
  for (const { fill, order } of history) {
    const booking = bookFill(
      position,
      { order, fill, price: toDecimal(fill.price) },
      heldByFill(fill),
      toDecimal(fill.fee),
    );
    position = booking.position;
    if (booking.closedTrade !== null) trades.push(booking.closedTrade);
  }
  return { position, trades };
}

/** What is held, changed by what the bust changes; its mark and its funding are none of a fill's business. */
function moved(held: BookPosition, was: BookPosition, is: BookPosition): BookPosition {
  const change = (name: 'quantity' | 'cost' | 'realizedPnl' | 'fees'): Decimal =>
    held[name].plus(is[name]).minus(was[name]);
  const quantity = change('quantity');
  const isFlat = quantity.isZero();
  return {
    ...held,
    quantity,
    cost: change('cost'),
    realizedPnl: change('realizedPnl'),
    fees: change('fees'),
    leverage: isFlat ? held.leverage : is.leverage,
    openedAtMs: isFlat ? null : is.openedAtMs,
    fundingDoneMs: isFlat ? null : (held.fundingDoneMs ?? is.fundingDoneMs),
    trip: isFlat || is.trip === null ? null : { ...is.trip, funding: held.trip?.funding ?? ZERO },
  };
}

function withoutFill(order: Order, quantity: Decimal): Order {
  const filled = toDecimal(order.quantityFilled).minus(quantity);
  if (filled.isNegative()) throw new RangeError(`order ${order.clientOrderId} has filled less than was busted`);
  return { ...order, quantityFilled: decimalText(filled), state: moveByBust(order.state, filled.gt(ZERO)) };
}

function correctionsOf(was: readonly ClosedTrade[], is: readonly ClosedTrade[]): TradeCorrection[] {
  const after = new Map(is.map((one) => [one.tradeId, one]));
  const before = new Map(was.map((one) => [one.tradeId, one]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((id) => ({ before: before.get(id) ?? null, after: after.get(id) ?? null }))
    .filter(changes);
}

const changes = ({ before, after }: TradeCorrection): boolean => JSON.stringify(before) !== JSON.stringify(after);

/** One correction a round trip: what it was before the first, what it is after the last. */
export function mergeCorrections(corrections: readonly TradeCorrection[]): TradeCorrection[] {
  const merged = new Map<string, TradeCorrection>();
  for (const { before, after } of corrections) {
    const id = before?.tradeId ?? after?.tradeId ?? '';
    const former = merged.get(id);
    merged.set(id, { before: former === undefined ? before : former.before, after });
  }
  return [...merged.values()].filter(changes);
}
