/**
 * Bar intervals as people write them: a whole number and a unit, 1s 1m 5m 1h 4h 1d 1w. Months are no interval.
 * In code and in tables an interval is always `intervalMs`.
 */
import { barIntervalMsSchema } from './market.ts';
import { InvalidInput, problem } from './problem.ts';

const UNITS = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

const EXPECTED = 'an interval from 1s to 1w, such as 1m, 5m, 1h, 4h, 1d';

/** Milliseconds of an interval text. @throws InvalidInput INPUT_RANGE at `path` */
export function parseInterval(text: string, path = 'interval'): number {
  const match = /^([1-9]\d{0,5})([smhdw])$/.exec(text);
  const unitMs = UNITS.find(([unit]) => unit === match?.[2])?.[1];
  const intervalMs = barIntervalMsSchema.safeParse(Number(match?.[1]) * (unitMs ?? Number.NaN));
  if (intervalMs.success) return intervalMs.data;
  throw new InvalidInput([problem('INPUT_RANGE', path, text, EXPECTED, intervalHint(text))]);
}

function intervalHint(text: string): string {
  if (/^\d+$/.test(text)) return 'add a unit: 60m, 1h';
  return /^\d+M$/.test(text) ? 'm means minutes; months are not supported' : '';
}

/** The shortest text of an interval: 3600000 is 1h, 5400000 is 90m; what is no whole second keeps ms. */
export function intervalText(ms: number): string {
  const unit = UNITS.find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
