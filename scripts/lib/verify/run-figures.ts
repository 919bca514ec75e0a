/** The ratios of a report, written down once more: doubles over the wealth at the start and after each bar. */

/** mean / sample deviation × √(bars of a year); null with fewer than two returns or without any spread. */
export function sharpeOf(wealth: readonly number[], barsPerYear: number): number | null {
  const returns = wealth.slice(1).flatMap((value, index) => {
    const before = wealth[index] ?? 0;
    return before > 0 ? [value / before - 1] : [];
  });
  if (returns.length < 2) return null;
  const mean = returns.reduce((total, one) => total + one, 0) / returns.length;
  const squares = returns.reduce((total, one) => total + (one - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (returns.length - 1));
  const largest = returns.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return deviation <= 1e-15 * (1 + largest) ? null : (mean / deviation) * Math.sqrt(barsPerYear);
}

/** The deepest fall from a peak, as a fraction of that peak. */
export function drawdownOf(wealth: readonly number[]): number {
  let peak = wealth[0] ?? 0;
  let deepest = 0;
  for (const value of wealth) {
    peak = Math.max(peak, value);
    if (peak > 0) deepest = Math.max(deepest, (peak - value) / peak);
  }
  return deepest;
}
