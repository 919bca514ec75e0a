/**
 * Rounding of doubles the way the desk's exact books round: prices and fees to 8 decimals (prices below 0.01 to 12),
 * quantities down to the step. Where a double is too near to the edge to know its side, the exact decimal decides.
 */
import type { OrderSide } from '../../schemas/execution.ts';
import { Decimal, floorToStep, roundPrice, toDecimal } from '../decimal.ts';
import { priceAgainst } from '../execution/fill-model.ts';

/** A few rounding errors of a product, as a share of it. */
const NOISE = 1e-15;

const scaleOf = (price: number): number => (price < 0.01 && price > -0.01 ? 1e12 : 1e8);

/** Rounded to the desk's decimals, or NaN where the double does not say to which side. */
export function roundedPrice(price: number): number {
  const scale = scaleOf(price);
  const scaled = price * scale;
  const whole = Math.floor(scaled + 0.5);
  const doubt = Math.abs(scaled) * NOISE + 1e-9;
  return Math.abs(Math.abs(scaled - whole) - 0.5) < doubt ? Number.NaN : whole / scale;
}

/** `price` worse by `bps` for that side, to the desk's decimals. */
export function deskPrice(price: number, side: number, bps: number): number {
  const rounded = roundedPrice(price * (1 + (side * bps) / 10_000));
  if (!Number.isNaN(rounded)) return rounded;
  const order: OrderSide = side > 0 ? 'buy' : 'sell';
  return priceAgainst(order, toDecimal(price), toDecimal(bps)).toNumber();
}

/** a × b to the desk's decimals. */
export function deskProduct(a: number, b: number): number {
  const rounded = roundedPrice(a * b);
  return Number.isNaN(rounded) ? roundPrice(toDecimal(a).times(toDecimal(b))).toNumber() : rounded;
}

/** a + b, both of the desk's decimals, as one of them; never below 1e-12. */
export function deskSum(a: number, b: number): number {
  const rounded = roundedPrice(a + b);
  return Math.max(1e-12, Number.isNaN(rounded) ? roundPrice(toDecimal(a).plus(toDecimal(b))).toNumber() : rounded);
}

/** Money to 8 decimals. */
export const deskMoney = (amount: number): number => Math.floor(amount * 1e8 + 0.5) / 1e8;

/**
 * How many steps a unit has, where that is a whole number: dividing by it rounds better than multiplying by the step.
 */
export const stepsPerUnit = (step: number): number => {
  const inverse = Math.round(1 / step);
  return inverse > 0 && Math.abs(inverse * step - 1) < 1e-12 ? inverse : 1 / step;
};

/**
 * The largest multiple of the step whose value stays within `budget`; the exact decimal where doubles leave it open.
 */
export function quantityWithin(budget: number, price: number, perUnit: number): number {
  const steps = (budget / price) * perUnit;
  const whole = Math.floor(steps);
  const doubt = steps * 4 * NOISE + 1e-9;
  if (steps - whole >= doubt && whole + 1 - steps >= doubt) return whole / perUnit;
  return steps > 0 && Number.isFinite(steps) ? exactQuantity(budget, price, perUnit) : 0;
}

function exactQuantity(budget: number, price: number, perUnit: number): number {
  const step = new Decimal(1).div(perUnit);
  return floorToStep(toDecimal(budget).div(toDecimal(price)), step).toNumber();
}
