/**
 * Wealth by calendar month, UTC. A month's return = wealth at its last close / wealth at the last close before it − 1.
 */

/** Fractions; null for months before the first close, after the last, and after wealth was gone. */
export type YearOfReturns = {
  readonly year: number;
  /** January to December. */
  readonly months: readonly (number | null)[];
  readonly returnFraction: number | null;
};

const MONTHS = 12;

/**
 * Years in order, from the first close to the last. A close at midnight belongs to the day that ends with it.
 * @param equity [epoch ms of a close, wealth there], in order of time @param start wealth before the first
 */
export function monthlyReturns(equity: readonly (readonly [number, number])[], start: number): YearOfReturns[] {
  const years: { year: number; months: (number | null)[]; returnFraction: number | null }[] = [];
  let [beforeYear, beforeMonth, last] = [start, start, start];
  let [year, month] = [Number.NaN, Number.NaN];
  for (const [closedAtMs, wealth] of equity) {
    const at = new Date(closedAtMs - 1);
    if (at.getUTCFullYear() !== year) {
      [year, beforeYear] = [at.getUTCFullYear(), last];
      month = Number.NaN;
      years.push({ year, months: Array.from({ length: MONTHS }, () => null), returnFraction: null });
    }
    if (at.getUTCMonth() !== month) [month, beforeMonth] = [at.getUTCMonth(), last];
    const present = years.at(-1);
    if (present === undefined) continue;
    present.months[month] = change(beforeMonth, wealth);
    present.returnFraction = change(beforeYear, wealth);
    last = wealth;
  }
  return years;
}

const change = (before: number, after: number): number | null => (before > 0 ? after / before - 1 : null);
