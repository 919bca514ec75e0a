/**
 * Decimal text as whole numbers of 10^-18, and products of two of them as whole numbers of 10^-36. Nothing is rounded:
 * text that does not fit is an error.
 */
const SCALE_DIGITS = 18;
const TEXT = /^(-?)(\d+)(?:\.(\d+))?$/;

/** 10^-18. */
export type Amount = bigint;
/** 10^-36: a quantity times a price. */
export type Value = bigint;

/** @throws Error when the text is no decimal or has more than 18 places that are not zero */
export function amountOf(text: string): Amount {
  const [, sign = '', whole = '', places = ''] = TEXT.exec(text) ?? [];
  if (whole === '') throw new Error(`${JSON.stringify(text)} is no decimal`);
  const kept = places.replace(/0+$/, '');
  if (kept.length > SCALE_DIGITS) throw new Error(`${text} has more than ${SCALE_DIGITS} places`);
  const amount = BigInt(whole + kept.padEnd(SCALE_DIGITS, '0'));
  return sign === '-' ? -amount : amount;
}

export const valueFor = (quantity: Amount, price: Amount): Value => quantity * price;
export const asValue = (amount: Amount): Value => amount * 10n ** BigInt(SCALE_DIGITS);

/** Half a cent as a value: less than that is no cent. */
export const HALF_CENT: Value = 5n * 10n ** BigInt(2 * SCALE_DIGITS - 3);

export const amountText = (amount: Amount): string => shifted(amount, SCALE_DIGITS);
export const valueText = (value: Value): string => shifted(value, 2 * SCALE_DIGITS);

function shifted(number: bigint, places: number): string {
  const digits = (number < 0n ? -number : number).toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${number < 0n ? '-' : ''}${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}
