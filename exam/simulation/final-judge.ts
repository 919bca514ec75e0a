/**
 * The end of a simulation: the desk's book against the venue's truth, order by order, fill by fill, to the last digit
 * of cash. Sums are whole numbers of its own; nothing of the desk's arithmetic is used.
 */
import { decimalText } from '../../domain/decimal.ts';
import type { Order } from '../../schemas/execution.ts';
import { amountOf } from '../checker/amounts.ts';
import { CASH } from './limits.ts';
import type { MemoryDesk } from './memory-desk.ts';
import { cashOf, type ModelVenue, type TrueFill } from './model-venue.ts';

type Fail = (kind: string, where: string) => void;
export type Ending = {
  readonly desk: MemoryDesk;
  readonly venue: ModelVenue;
  readonly fail: Fail;
  /** Somebody else has acted on the account. */
  readonly hasDivergence: boolean;
  /** An order whose request was held up on its way until nobody waited for it. */
  readonly isLate: (clientOrderId: string) => boolean;
};

const HUNDREDTH = 10n ** 16n;
const TEN_THOUSANDTH = 10n ** 14n;

export function judgeEnd(ending: Ending): void {
  const { desk, venue, fail, hasDivergence } = ending;
  const own = venue.fills.filter((one) => !one.order.foreign && !isManual(desk, one));
  judgeDuplicates(venue, fail);
  judgeOrders(ending);
  judgeFills(desk, own, fail);
  judgeMoney(desk, own, fail);
  if (venue.isTouched() && desk.frozen === null && !isUnderWay(desk))
    fail('divergenceMissed', 'the account is not frozen');
  if (!hasDivergence && desk.frozen !== null) fail('falseFreeze', desk.frozen);
}

/** An order under way may explain any difference: it is told as pending until the order has ended. */
const isUnderWay = (desk: MemoryDesk): boolean =>
  [...desk.orders.values()].some(({ state }) => state === 'UNKNOWN' || state === 'MANUAL');

/** A person decides about these: they are not booked any further. */
const isManual = (desk: MemoryDesk, { order }: TrueFill): boolean =>
  desk.orders.get(order.clientOrderId)?.state === 'MANUAL';

function judgeDuplicates({ orders }: ModelVenue, fail: Fail): void {
  const seen = new Set<string>();
  for (const { clientOrderId } of orders) {
    if (seen.has(clientOrderId)) fail('duplicate', `${clientOrderId} was accepted twice`);
    seen.add(clientOrderId);
  }
}

const STUCK: readonly Order['state'][] = ['CLAIMED', 'SENT', 'UNKNOWN', 'CANCEL_SENT', 'CANCEL_UNKNOWN'];
const AT_WORK: readonly Order['state'][] = ['ACKED', 'PARTIAL', 'MANUAL'];

function judgeOrders({ desk, venue, hasDivergence, isLate, fail }: Ending): void {
  for (const order of desk.orders.values()) {
    const { clientOrderId, leg, state } = order;
    // Somebody else's fill may be this order's own: nobody but a person can tell.
    if (state === 'UNKNOWN' && hasDivergence) continue;
    if (STUCK.includes(state) || (leg === 'entry' && state === 'PARTIAL')) fail('stuck', `${clientOrderId} ${state}`);
    if (state === 'INTENT' && isUnprotected(desk, order)) fail('unprotected', `${clientOrderId} never left`);
    const there = venue.orders.filter((one) => one.clientOrderId === clientOrderId);
    for (const one of there) {
      const cameAndWent = isLate(clientOrderId) && one.state !== 'open' && one.filled === 0;
      if (state === 'ABSENT' && !cameAndWent) fail('absentAtVenue', clientOrderId);
      const isOpen = AT_WORK.includes(state) || STUCK.includes(state);
      if (one.state === 'open' && !isOpen) fail('orphan', `${clientOrderId} is ${state} here and open there`);
      if (one.state !== 'open' && AT_WORK.includes(state) && state !== 'MANUAL') {
        fail('notClosed', `${clientOrderId} is ${state} here and ${one.state} there`);
      }
    }
  }
}

/** A leg that has not left although its entry holds something. */
function isUnprotected(desk: MemoryDesk, leg: Order): boolean {
  const entry = [...desk.orders.values()].find((one) => one.leg === 'entry' && one.decisionId === leg.decisionId);
  return entry !== undefined && amountOf(entry.quantityFilled) > 0n && entry.state !== 'MANUAL';
}

function judgeFills(desk: MemoryDesk, own: readonly TrueFill[], fail: Fail): void {
  const told = new Map(own.map((one) => [one.tradeId, one]));
  const booked = new Set<string>();
  const takenBack = new Set(desk.fills.flatMap(({ takesBack }) => takesBack ?? []));
  for (const fill of desk.fills) {
    const { tradeId } = fill;
    if (booked.has(tradeId)) fail('bookedTwice', tradeId);
    booked.add(tradeId);
    if ((fill.takesBack ?? null) !== null) continue;
    const truth = told.get(tradeId);
    if (truth === undefined) {
      if (desk.orders.get(fill.clientOrderId)?.state !== 'MANUAL') fail('inventedFill', tradeId);
    } else if (!isSame(fill, truth)) fail('fillDiffers', tradeId);
  }
  for (const { tradeId, bustedAtMs } of own) {
    const isGone = bustedAtMs !== null;
    if (!isGone && !booked.has(tradeId)) fail('missingFill', tradeId);
    if (!isGone && takenBack.has(tradeId)) fail('inventedBust', tradeId);
    if (isGone && booked.has(tradeId) && !takenBack.has(tradeId)) fail('missingBust', tradeId);
  }
}

const isSame = (fill: MemoryDesk['fills'][number], truth: TrueFill): boolean =>
  fill.clientOrderId === truth.order.clientOrderId &&
  fill.side === truth.order.side &&
  amountOf(fill.quantity) === BigInt(truth.quantity) * HUNDREDTH &&
  amountOf(fill.price) === BigInt(truth.priceCents) * HUNDREDTH &&
  amountOf(fill.fee) === BigInt(truth.fee ?? 0) * TEN_THOUSANDTH;

function judgeMoney(desk: MemoryDesk, all: readonly TrueFill[], fail: Fail): void {
  if ([...desk.orders.values()].some((one) => one.state === 'MANUAL')) return;
  const own = all.filter((one) => one.bustedAtMs === null);
  const cash = BigInt(own.reduce((sum, one) => sum + cashOf(one), CASH)) * TEN_THOUSANDTH;
  const ours = amountOf(decimalText(desk.cash));
  if (ours !== cash) fail('cash', `${decimalText(desk.cash)} here`);
  const held = new Map<string, bigint>();
  for (const { order, quantity } of own) {
    const key = `${order.strategyId}|${order.symbol}`;
    held.set(key, (held.get(key) ?? 0n) + BigInt(order.side === 'buy' ? quantity : -quantity) * HUNDREDTH);
  }
  for (const { strategyId, symbol, quantity } of desk.positions) {
    const key = `${strategyId}|${symbol}`;
    if (amountOf(decimalText(quantity)) !== (held.get(key) ?? 0n))
      fail('position', `${key} ${quantity.toFixed()} here`);
    held.delete(key);
  }
  for (const [key, quantity] of held) if (quantity !== 0n) fail('position', `${key} is not held here`);
}
