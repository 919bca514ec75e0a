/**
 * Reads one instant, strictly: ISO-8601 with a zone, or whole epoch milliseconds. Result: epoch ms UTC.
 * Nothing is guessed: no zone, a day that does not exist, seconds in place of milliseconds are refused.
 * Accepted: 2024-01-31T23:00:00Z (also t and z), 2024-01-31T23:00Z, 2024-01-31 23:00:00.250+01:00, 1706742000000;
 * and 2024-01-31 (UTC midnight) where `dateOnly` is set.
 */

type InstantFault = { readonly code: string; readonly expected: string; readonly hint: string };
type ParsedInstant = { readonly ok: true; readonly ms: number } | ({ readonly ok: false } & InstantFault);

const EXPECTED_INSTANT = 'ISO-8601 with a zone, such as 2024-01-31T23:00:00Z, or epoch milliseconds';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;
const EPOCH = /^-?\d{1,20}(\.\d{1,20})?$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ZONE_MINUTES_MAX = 14 * 60;
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;
const EPOCH_MS_MIN = 100_000_000_000; // 1973-03-03; the same digits as seconds are the year 5138
const EPOCH_MS_MAX = 7_258_118_400_000; // 2200-01-01

/**
 * @param options.dateOnly accept YYYY-MM-DD as UTC midnight
 * Codes: DATA_TIME_INVALID (no such moment, or not an instant), DATA_TIME_ZONE_MISSING, DATA_TIME_RANGE.
 */
export function parseInstant(text: string, options: { readonly dateOnly?: boolean } = {}): ParsedInstant {
  if (EPOCH.test(text)) return parseEpoch(text);
  const match = ISO.exec(text);
  if (match === null) return fault('DATA_TIME_INVALID', EXPECTED_INSTANT);
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match;
  const date = parseDate(Number(year), Number(month), Number(day));
  if (!date.ok) return date;
  if (hour === undefined || minute === undefined) return parseDateOnly(date.ms, zone, options.dateOnly === true);
  const time = parseTime(Number(hour), Number(minute), Number(second), fraction);
  if (!time.ok) return time;
  if (zone === undefined) return zoneMissing(date.ms, Number(hour));
  const offset = parseZone(zone);
  return offset.ok ? { ok: true, ms: date.ms + time.ms - offset.ms } : offset;
}

const fault = (code: string, expected: string, hint = ''): ParsedInstant => ({ ok: false, code, expected, hint });

function parseEpoch(text: string): ParsedInstant {
  const value = Number(text);
  const inRange = value >= EPOCH_MS_MIN && value < EPOCH_MS_MAX;
  if (inRange && !/\.\d*[1-9]/.test(text)) return { ok: true, ms: value };
  if (inRange) return fault('DATA_TIME_INVALID', 'whole epoch milliseconds');
  const expected = 'epoch milliseconds between 1973-03-03 and 2200-01-01';
  return fault('DATA_TIME_RANGE', expected, dateHint(text) ?? unitHint(Math.abs(value)));
}

/** 20240131 is a number of seconds too, but nobody means May 1970. */
function dateHint(text: string): string | null {
  const match = /^((?:19|20|21)\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null) return null;
  const [, year, month, day] = match;
  return parseDate(Number(year), Number(month), Number(day)).ok ? `a date? write ${year}-${month}-${day}` : null;
}

function unitHint(size: number): string {
  if (size >= 1e17) return 'looks like nanoseconds: divide by 1000000';
  if (size >= 1e14) return 'looks like microseconds: divide by 1000';
  if (size >= 1e7 && size < EPOCH_MS_MIN) return 'looks like seconds: multiply by 1000';
  return '';
}

function parseDate(year: number, month: number, day: number): ParsedInstant {
  if (year < YEAR_MIN || year > YEAR_MAX) return fault('DATA_TIME_RANGE', `a year from ${YEAR_MIN} to ${YEAR_MAX}`);
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!exists) return fault('DATA_TIME_INVALID', 'a day of the calendar', monthHint(year, month));
  return { ok: true, ms: Date.UTC(year, month - 1, day) };
}

const daysInMonth = (year: number, month: number): number =>
  (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / DAY_MS;

function monthHint(year: number, month: number): string {
  if (month < 1 || month > 12) return 'months are 01 to 12';
  return `month ${month} of ${year} has ${daysInMonth(year, month)} days`;
}

function parseDateOnly(dateMs: number, zone: string | undefined, allowed: boolean): ParsedInstant {
  if (zone !== undefined) return fault('DATA_TIME_INVALID', EXPECTED_INSTANT, 'a zone needs a time of day');
  if (allowed) return { ok: true, ms: dateMs };
  return fault('DATA_TIME_ZONE_MISSING', EXPECTED_INSTANT, 'dates alone are read for intervals of whole days only');
}

function parseTime(hour: number, minute: number, second: number, fraction: string): ParsedInstant {
  if (hour > 23 || minute > 59 || second > 59) {
    return fault('DATA_TIME_INVALID', 'a time of day from 00:00:00 to 23:59:59', 'midnight is 00:00 of the next day');
  }
  if (/[1-9]/.test(fraction.slice(3))) return fault('DATA_TIME_INVALID', 'at most whole milliseconds');
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { ok: true, ms: hour * 3_600_000 + minute * MINUTE_MS + second * 1_000 + millis };
}

function parseZone(zone: string): ParsedInstant {
  if (zone === 'Z' || zone === 'z') return { ok: true, ms: 0 };
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (minutes > 59 || hours * 60 + minutes > ZONE_MINUTES_MAX)
    return fault('DATA_TIME_INVALID', 'a zone from -14:00 to +14:00');
  return { ok: true, ms: (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS };
}

/**
 * A wall time without a zone. New York's clocks skip 02:00 to 02:59 on one Sunday of spring, so such a time is no
 * moment in the zone most such files are written in.
 */
function zoneMissing(dateMs: number, hour: number): ParsedInstant {
  if (hour === 2 && dateMs === springForwardMs(new Date(dateMs).getUTCFullYear())) {
    const hint = 'no zone is given, and clocks in New York skip 02:00 to 02:59 on this day: write UTC with Z';
    return fault('DATA_TIME_INVALID', EXPECTED_INSTANT, hint);
  }
  return fault('DATA_TIME_ZONE_MISSING', EXPECTED_INSTANT, 'append Z when the time is UTC, or an offset like -05:00');
}

/** The date, as UTC midnight, on which New York goes to summer time (rules of 1976, 1987 and 2007); null before. */
function springForwardMs(year: number): number | null {
  if (year >= 2007) return sundayFrom(year, 3, 8);
  if (year >= 1987) return sundayFrom(year, 4, 1);
  return year >= 1976 ? sundayFrom(year, 4, 24) : null;
}

/** The first Sunday on or after a day. */
function sundayFrom(year: number, month: number, day: number): number {
  const fromMs = Date.UTC(year, month - 1, day);
  return fromMs + ((7 - new Date(fromMs).getUTCDay()) % 7) * DAY_MS;
}
