/** Epoch stamps of files that count another unit than milliseconds; a person names the unit, it is never guessed. */
import { decimalText, toDecimal } from '../decimal.ts';

/** Each in milliseconds. */
const UNITS = { s: '1000', ms: '1', us: '0.001', ns: '0.000001' } as const;
export type StampUnit = keyof typeof UNITS;
export const STAMP_UNITS = Object.keys(UNITS) as StampUnit[];

const EPOCH = /^\d{1,20}(\.\d{1,20})?$/;

/** The same moment in milliseconds, exactly, with a fraction where there is one; other texts as they are. */
export const stampInMs = (text: string, unit: StampUnit): string =>
  unit !== 'ms' && EPOCH.test(text) ? decimalText(toDecimal(text).times(UNITS[unit])) : text;
