/**
 * Plain decimal text, the form in which prices reach numeric columns: digits, one point, no exponent.
 * Not a formatter for screens.
 */

const PLAIN = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal that reads back as `value`, without an exponent: 1e-7 is "0.0000001". @throws RangeError */
export function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
  const text = String(value);
  const match = PLAIN.exec(text);
  if (match === null) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = match;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The same number without zeros that carry nothing: "007.50" is "7.5". */
export function canonicalDecimal(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  const head = whole.replace(/^0+(?=\d)/, '');
  const tail = fraction.replace(/0+$/, '');
  return tail === '' ? head : `${head}.${tail}`;
}
