/** Whole numbers for the oracles: a decimal text as a count of 1e-20, and the products and roundings they need. */

const DECIMALS = 20;
const MONEY_STEP = 10n ** 12n;

/** The decimal as a count of 1e-20. @throws RangeError for more than 20 decimals */
export function units(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  if (fraction.length > DECIMALS) throw new RangeError(`${text} has more than ${DECIMALS} decimals`);
  const magnitude = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return text.startsWith('-') ? -magnitude : magnitude;
}

const ONE = 10n ** BigInt(DECIMALS);

/** a × b, exact for factors of together at most 20 decimals. */
export function times(a: bigint, b: bigint): bigint {
  if ((a * b) % ONE !== 0n) throw new RangeError('the product has more than 20 decimals');
  return (a * b) / ONE;
}

/** Rounds n / d, a count of 1e-20, to 8 decimals, half to even. `d` is positive. */
export function toCents(n: bigint, d = 1n): bigint {
  const divisor = d * MONEY_STEP;
  const magnitude = n < 0n ? -n : n;
  const [floor, rest] = [magnitude / divisor, magnitude % divisor];
  const up = 2n * rest > divisor || (2n * rest === divisor && floor % 2n === 1n);
  const cents = (up ? floor + 1n : floor) * MONEY_STEP;
  return n < 0n ? -cents : cents;
}
