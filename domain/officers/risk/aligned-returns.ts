/** Daily closes of several symbols as returns of the same days: only days that all of them have. */

/** [whole days since 1970, close], in any order; of two closes of one day the later one in the list counts. */
export type DailyCloses = readonly (readonly [number, number])[];

/** Simple returns between neighbouring common days, oldest first, one list a symbol; a weekend is one step. */
export function alignedReturns(series: readonly DailyCloses[]): number[][] {
  const closes = series.map((one) => new Map(one));
  const [first, ...others] = closes;
  const days = [...(first?.keys() ?? [])].filter((day) => others.every((one) => one.has(day))).sort((a, b) => a - b);
  return closes.map((one) => {
    const at = (day: number | undefined): number => one.get(day ?? 0) ?? Number.NaN;
    return days.slice(1).map((day, i) => at(day) / at(days[i]) - 1);
  });
}
