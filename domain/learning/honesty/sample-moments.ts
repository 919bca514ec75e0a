/**
 * Mean, spread and shape of a series, in one place because every test of a Sharpe ratio needs the same four numbers.
 * Skewness and kurtosis divide by n (population moments); kurtosis is not in excess: a normal distribution has 3.
 */

export type SampleMoments = {
  readonly count: number;
  readonly mean: number;
  /** Divisor n - 1; 0 where all values are equal. */
  readonly deviation: number;
  readonly skewness: number;
  readonly kurtosis: number;
};

/**
 * m_k = mean((x - mean)^k); skewness = m3 / m2^1.5, kurtosis = m4 / m2². Null with fewer than two values.
 * Values that are equal up to rounding have deviation 0, skewness 0 and kurtosis 3.
 */
export function sampleMoments(values: ArrayLike<number>): SampleMoments | null {
  const count = values.length;
  if (count < 2) return null;
  const mean = meanOf(values);
  let [m2, m3, m4, largest] = [0, 0, 0, 0];
  for (let i = 0; i < count; i += 1) {
    const distance = (values[i] as number) - mean;
    const square = distance * distance;
    m2 += square / count;
    m3 += (square * distance) / count;
    m4 += (square * square) / count;
    largest = Math.max(largest, Math.abs(values[i] as number));
  }
  // Equal growth each bar still differs by a few 1e-16 of 1 + r: that is no spread.
  if (Math.sqrt(m2) <= 1e-15 * (1 + largest)) return { count, mean, deviation: 0, skewness: 0, kurtosis: 3 };
  const deviation = Math.sqrt((m2 * count) / (count - 1));
  return { count, mean, deviation, skewness: m3 / m2 ** 1.5, kurtosis: m4 / (m2 * m2) };
}

/** NaN without values. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] as number;
  return sum / values.length;
}

/** mean / deviation per observation, not annualised; 0 where nothing is spread (a strategy that never traded). */
export function plainSharpe(values: ArrayLike<number>): number {
  const moments = sampleMoments(values);
  return moments === null || moments.deviation === 0 ? 0 : moments.mean / moments.deviation;
}
