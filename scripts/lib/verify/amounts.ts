/**
 * The arithmetic of the verifier: decimals of its own, so that an error in the desk's cannot hide itself. The rules
 * are the written ones: value = quantity × price exact; fees, funding, pro-rata cost 8 decimals, half to even;
 * prices 8 decimals, or 12 below 0.01.
 */
import { Decimal as DecimalBase } from 'decimal.js';

export const Amount = DecimalBase.clone({
  precision: 60,
  rounding: DecimalBase.ROUND_HALF_EVEN,
  toExpNeg: -9_000,
  toExpPos: 9_000,
});
export type Amount = DecimalBase;

export const NONE: Amount = new Amount(0);

const MONEY_DECIMALS = 8;

export const amount = (text: string | number): Amount => new Amount(text);
export const toCents = (value: Amount): Amount => value.toDecimalPlaces(MONEY_DECIMALS);
export const toPrice = (value: Amount): Amount => value.toDecimalPlaces(value.abs().lt('0.01') ? 12 : MONEY_DECIMALS);
export const amountText = (value: Amount): string => (value.isZero() ? '0' : value.toFixed());
export const sum = (values: readonly Amount[]): Amount => values.reduce((total, one) => total.plus(one), NONE);
