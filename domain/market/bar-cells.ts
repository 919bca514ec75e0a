/**
 * Reads the cells of one bar row: numbers in plain decimal form and the four prices as a consistent bar.
 * Each answer is a value or a fault with its code; who knows file and line turns faults into problems.
 */
import { toDecimal } from '../decimal.ts';
import type { BarRow } from './bar-series.ts';

type CellFault = { readonly code: string; readonly expected: string; readonly hint: string };
type ParsedNumber = { readonly ok: true; readonly value: number } | ({ readonly ok: false } & CellFault);

const PLAIN_NUMBER = /^-?\d{1,30}(\.\d{1,30})?$/;
const CELL_LENGTH_MAX = 62;
const EXPECTED_NUMBER = 'a plain decimal such as 1234.56';

/** A price: plain decimal above 0. Codes DATA_NOT_A_NUMBER, DATA_NUMBER_FORMAT, DATA_PRICE_NOT_POSITIVE. */
export function parsePrice(text: string): ParsedNumber {
  const number = parsePlainNumber(text);
  if (!number.ok || number.value > 0) return number;
  return fault('DATA_PRICE_NOT_POSITIVE', 'a price above 0');
}

/**
 * A volume: plain decimal, 0 or more, whole where `wholeUnits` (shares). Code DATA_VOLUME_INVALID beside the formats.
 */
export function parseVolume(text: string, wholeUnits: boolean): ParsedNumber {
  const number = parsePlainNumber(text);
  if (!number.ok) return number;
  if (text.startsWith('-')) return fault('DATA_VOLUME_INVALID', 'a volume of 0 or more');
  if (wholeUnits && !/^\d+(\.0+)?$/.test(text)) return fault('DATA_VOLUME_INVALID', 'a whole number of units');
  return number;
}

const fault = (code: string, expected: string, hint = ''): ParsedNumber => ({ ok: false, code, expected, hint });

function parsePlainNumber(text: string): ParsedNumber {
  if (PLAIN_NUMBER.test(text)) return { ok: true, value: Number(text) };
  if (!looksLikeNumber(text)) return fault('DATA_NOT_A_NUMBER', EXPECTED_NUMBER);
  return fault('DATA_NUMBER_FORMAT', EXPECTED_NUMBER, formatHint(text));
}

function looksLikeNumber(text: string): boolean {
  if (text.length > CELL_LENGTH_MAX) return /^[\d.,]*$/.test(text);
  if (/^[+-]?0[xob][\da-f]+$/i.test(text)) return true;
  return /^[+\-−$€£]*[\p{Nd}.,_'’\s]+(e[+-]?\p{Nd}+)?%?$/iu.test(text) && /\p{Nd}/u.test(text);
}

function formatHint(text: string): string {
  if (/^\+?\d*\.?\d*$/.test(text) && text.length <= CELL_LENGTH_MAX / 2)
    return 'digits on both sides of the point, no plus';
  if (/e/i.test(text) && !/x/i.test(text)) return 'write the number out, without exponent';
  if (/[,_'’\s]/.test(text)) return 'no separators of thousands; the decimal mark is a point';
  if (/[^\p{ASCII}]/u.test(text)) return 'use the digits 0 to 9';
  if (text.length > CELL_LENGTH_MAX / 2) return 'at most 30 digits before and after the point';
  return '';
}

type PriceTexts = Readonly<Record<'open' | 'high' | 'low' | 'close', string>>;
/** Decimals of up to 15 digits that differ are different doubles too. */
const SAFE_TEXT_LENGTH = 15;

/** The same question for prices whose doubles are in order: long decimals may differ by less than a double can tell. */
export function inconsistentTexts({ open, high, low, close }: PriceTexts): 'high' | 'low' | null {
  if ([open, high, low, close].every((text) => text.length <= SAFE_TEXT_LENGTH)) return null;
  const above = (a: string, b: string): boolean => Number(a) === Number(b) && toDecimal(a).gt(toDecimal(b));
  if (above(open, high) || above(close, high) || above(low, high)) return 'high';
  return above(low, open) || above(low, close) ? 'low' : null;
}

/** Null when low <= open, close <= high, else the column that is wrong. */
export function inconsistentColumn(bar: Omit<BarRow, 'openTimeMs' | 'volume'>): 'high' | 'low' | null {
  if (bar.high < Math.max(bar.open, bar.close, bar.low)) return 'high';
  return bar.low > Math.min(bar.open, bar.close) ? 'low' : null;
}
