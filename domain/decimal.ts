/**
 * The one decimal policy of the desk: money, prices and quantities are exact decimals of 50 significant digits.
 * Value of a fill = quantity × price, never rounded. Fees, funding and pro-rata costs: 8 decimals, half to even.
 * Prices the desk computes: 8 decimals, or 12 below 0.01, so that a basis point of a tiny price is not lost.
 * Rows and messages carry plain decimal strings, without exponent.
 */
import { Decimal as DecimalBase } from 'decimal.js';

const FAR_EXPONENT = 9_000;

export const Decimal = DecimalBase.clone({
  precision: 50,
  rounding: DecimalBase.ROUND_HALF_EVEN,
  toExpNeg: -FAR_EXPONENT,
  toExpPos: FAR_EXPONENT,
});
export type Decimal = DecimalBase;

export const ZERO: Decimal = new Decimal(0);
export const ONE: Decimal = new Decimal(1);

const MONEY_DECIMALS = 8;
const PRICE_DECIMALS = 8;
const SMALL_PRICE_DECIMALS = 12;
const SMALL_PRICE = new Decimal('0.01');

/**
 * The exact decimal of a text, or of a number's shortest printed form (0.1 is one tenth).
 * @throws RangeError when it is not a finite number
 */
export function toDecimal(value: string | number): Decimal {
  const decimal = typeof value === 'number' ? new Decimal(value) : parseDecimal(value);
  if (!decimal.isFinite()) throw new RangeError(`not a finite decimal: ${value}`);
  return decimal;
}

function parseDecimal(text: string): Decimal {
  try {
    return new Decimal(text);
  } catch {
    throw new RangeError(`not a decimal: ${JSON.stringify(text)}`);
  }
}

/** Rounds an amount of money to 8 decimals, half to even. */
export const roundMoney = (amount: Decimal): Decimal => amount.toDecimalPlaces(MONEY_DECIMALS, Decimal.ROUND_HALF_EVEN);

/** Protective prices that would be zero or less wait here instead, where no market comes. */
const LOWEST_PRICE = new Decimal('0.000000000001');

/** A price for an order at `price`, which may have been worked out to nothing: rounded, and never below 1e-12. */
export const protectivePrice = (price: Decimal): Decimal => Decimal.max(LOWEST_PRICE, roundPrice(price));

/** Rounds a price to 8 decimals (12 when its magnitude is below 0.01), half to even. */
export function roundPrice(price: Decimal): Decimal {
  const decimals = price.abs().lt(SMALL_PRICE) ? SMALL_PRICE_DECIMALS : PRICE_DECIMALS;
  return price.toDecimalPlaces(decimals, Decimal.ROUND_HALF_EVEN);
}

/**
 * The largest multiple of `step` whose magnitude is not above that of `quantity`.
 * @throws RangeError when the step is not positive
 */
export function floorToStep(quantity: Decimal, step: Decimal): Decimal {
  if (!step.gt(ZERO)) throw new RangeError(`quantity step must be positive, got ${step.toString()}`);
  return quantity.divToInt(step).times(step);
}

/** Plain decimal text: no exponent, no trailing zeros, never "-0". */
export const decimalText = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed());

/**
 * Compares a bar's double with an exact decimal: negative, 0 or positive, as if both were exact.
 * Rounding to a double keeps order, so unequal doubles settle it; equal ones are compared exactly.
 */
export function compareToDecimal(value: number, decimal: string): number {
  const rounded = Number(decimal);
  if (value !== rounded) return value - rounded;
  return toDecimal(value).comparedTo(toDecimal(decimal));
}
