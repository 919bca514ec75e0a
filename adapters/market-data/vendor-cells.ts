/**
 * The cells of vendors' answers. A number may come as a JSON number or as text, with an exponent too; it leaves as the
 * plain decimal of the same value. What is no number stays the text it was, so that the judge of bars can name it.
 */
import { z } from 'zod';
import { decimalText, toDecimal } from '../../domain/decimal.ts';
import { canonicalDecimal } from '../../domain/market/decimal-text.ts';
import { parseInstant } from '../../domain/market/parse-instant.ts';

const PLAIN = /^\d{1,30}(\.\d{1,30})?$/;
const WITH_EXPONENT = /^-?\d{1,30}(\.\d{1,60})?[eE][+-]?\d{1,2}$/;
const CELL_LENGTH_MAX = 200;

export const numberCell = z.string().max(CELL_LENGTH_MAX).transform(plainNumber);

/** "1.50" is 1.5, "1e-7" is 0.0000001; anything else is left as it is. */
export function plainNumber(text: string): string {
  if (PLAIN.test(text)) return canonicalDecimal(text);
  return WITH_EXPONENT.test(text) ? decimalText(toDecimal(text)) : text;
}

/** RFC 3339 with any offset; nanoseconds are cut to milliseconds. Epoch milliseconds are read too. */
export const instantCell = z.string().transform((text, context) => {
  const parsed = parseInstant(text.replace(/(\.\d{3})\d+/, '$1'));
  if (parsed.ok) return parsed.ms;
  context.addIssue({ code: 'custom', message: `${parsed.code}: expected ${parsed.expected}` });
  return z.NEVER;
});
