/**
 * How large an order goes out that closes or protects: never more than is held. What is too small
 * for any venue (dust) stays at home and is told. Quantities are decimal strings; `lot` is the
 * step in which the venue takes them, null: any.
 */
import type { GateReason } from '../../schemas/decision.ts';
import type { Fill, Order } from '../../schemas/execution.ts';
import { FINAL_ORDER_STATES } from '../../schemas/execution.ts';
import type { VenueOrder } from '../../schemas/venue.ts';
import { Decimal, decimalText, floorToStep, toDecimal, ZERO } from '../decimal.ts';
import { heldByFill } from './held-by-fill.ts';
import { sizedLeg } from './venue-step.ts';

/** `reason`: why orders that wait are not among those to send. */
export type Sizing = {
  readonly sending: readonly Order[];
  readonly refusal: GateReason | null;
  readonly reason: string | null;
};

/** A protective order worth less, in the quote currency, is refused by the venues: the position is dust. */
export const DUST_VALUE = new Decimal(1);

/** A venue trades whole lots only: of what was sized to the desk's own step, and of what a fee has left of a coin. */
const inLots = (quantity: Decimal, lot: string | null): Decimal =>
  lot === null ? quantity : floorToStep(quantity, toDecimal(lot));

/** An entry opens what was decided, in whole lots of its venue. */
export function sizeEntry(waiting: readonly Order[], lot: string | null): Sizing {
  const sized = waiting.map((one) => ({ ...one, quantity: decimalText(inLots(toDecimal(one.quantity), lot)) }));
  if (sized.every((one) => toDecimal(one.quantity).gt(ZERO))) return { sending: sized, refusal: null, reason: null };
  const message = `${waiting.map((one) => one.quantity).join(', ')} is less than one lot of the venue, ${lot}`;
  return { sending: [], refusal: { rule: 'orderQuantity', message }, reason: null };
}

/** An exit closes what is held, at most what was decided. `held` is signed. */
export function sizeExit(waiting: readonly Order[], held: string, lot: string | null): Sizing {
  const left = toDecimal(held);
  const sending = waiting.flatMap((exit) => {
    const closes = exit.side === 'sell' ? left.gt(ZERO) : left.lt(ZERO);
    const quantity = inLots(Decimal.min(toDecimal(exit.quantity), left.abs()), lot);
    return closes && quantity.gt(ZERO) ? [{ ...exit, quantity: decimalText(quantity) }] : [];
  });
  if (sending.length > 0) return { sending, refusal: null, reason: null };
  return { sending, refusal: { rule: 'reduceOnly', message: 'nothing is left to close' }, reason: null };
}

/** Of what a venue holds, signed: that which no open order there will close. `open`: of the same symbol. */
export function freeToClose(held: Decimal, open: readonly VenueOrder[]): string {
  const side = held.isPositive() ? 'sell' : 'buy';
  const closing = open
    .filter((one) => one.side === side)
    .reduce((sum, one) => sum.plus(one.quantity).minus(one.quantityFilled), ZERO);
  const free = Decimal.max(held.abs().minus(closing), ZERO);
  return decimalText(held.isPositive() ? free : free.neg());
}

/** Signed, of the strategy in the symbol: what is held, and what of it no exit on its way will close. */
export type LeftToCover = { readonly held: string; readonly uncovered: string };

/**
 * Legs wait until their entry has ended; then each covers what it brought, at most what is held. While an exit on its
 * way closes all of it they wait for what becomes of that. Null: no legs.
 */
export function sizeLegs(
  legs: readonly Order[],
  entry: Order,
  fills: readonly Fill[],
  { held, uncovered }: LeftToCover,
  lot: string | null,
): Sizing | null {
  if (legs.length === 0) return null;
  const ownSide = (signed: string): Decimal => (entry.side === 'buy' ? toDecimal(signed) : toDecimal(signed).neg());
  const nothing = (reason: string): Sizing => ({ sending: [], refusal: null, reason });
  if (!FINAL_ORDER_STATES.includes(entry.state)) return { sending: [], refusal: null, reason: null };
  const filled = fills.reduce((sum, one) => sum.plus(one.quantity), ZERO);
  const brought = fills.reduce((sum, one) => sum.plus(heldByFill(one)), ZERO).abs();
  if (!Decimal.min(brought, ownSide(held)).gt(ZERO))
    return nothing('its entry filled nothing, or nothing of it is held');
  const uncoveredNow = Decimal.min(brought, ownSide(uncovered));
  if (!uncoveredNow.gt(ZERO)) return { sending: [], refusal: null, reason: null };
  const covered = inLots(uncoveredNow, lot);
  const value = fills.reduce((sum, one) => sum.plus(toDecimal(one.quantity).times(one.price)), ZERO);
  const price = value.div(filled);
  if (covered.times(price).lt(DUST_VALUE)) return nothing(`dust: ${decimalText(covered)} is too small for an order`);
  const sending = legs.map((leg) => sizedLeg(leg, entry, decimalText(covered), price.toFixed()));
  return { sending, refusal: null, reason: null };
}
