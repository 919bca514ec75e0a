/**
 * Engle and Granger's test of two price series (Econometrica 55, 1987): b = α + β a + e by least squares over prices,
 * then Dickey-Fuller on e without constant and without lags: Δe_t = γ e_(t-1) + u, t = γ / se(γ). The pair is
 * cointegrated where t lies below MacKinnon's value at 5 percent. It looks only at the bars it is given.
 */
import { type CriticalValues, criticalValues, pValueOf } from './mackinnon.ts';

export type Cointegration = {
  /** β: units of `a` that move like one unit of `b`. */
  readonly hedgeRatio: number;
  /** α, in the price of `b`. */
  readonly intercept: number;
  /** Dickey-Fuller t of the residual; the further below zero, the closer the tie. */
  readonly adf: number;
  readonly criticalValues: CriticalValues;
  /** Asymptotic. A t below the value at 5 percent always has a p below 0.05. */
  readonly pValue: number;
  readonly cointegrated: boolean;
};

/** Fewer bars have no test. */
export const COINTEGRATION_BARS_MIN = 20;

/** A residual this small beside the price is rounding: there is no spread to trade. */
const NO_SPREAD = 1e-9;

/**
 * Null where nothing can be estimated: `a` never moves, the residual is nothing but rounding, or a value is no number.
 * @throws RangeError for series of different lengths or of fewer than 20 bars
 */
export function cointegration(a: Float64Array, b: Float64Array): Cointegration | null {
  if (a.length !== b.length) throw new RangeError(`two series of equal length, got ${a.length} and ${b.length}`);
  if (a.length < COINTEGRATION_BARS_MIN) {
    throw new RangeError(`at least ${COINTEGRATION_BARS_MIN} bars, got ${a.length}`);
  }
  const line = leastSquares(a, b);
  if (line === null) return null;
  const adf = dickeyFuller(residuals(a, b, line));
  if (adf === null) return null;
  const values = criticalValues(a.length - 1);
  const { slope: hedgeRatio, intercept } = line;
  return {
    hedgeRatio,
    intercept,
    adf,
    criticalValues: values,
    pValue: pValueOf(adf),
    cointegrated: adf < values.fivePercent,
  };
}

type Line = { readonly slope: number; readonly intercept: number };

/** y = intercept + slope x with the least sum of squares, worked out from the means; null where x never moves. */
function leastSquares(x: Float64Array, y: Float64Array): Line | null {
  const [meanX, meanY] = [mean(x), mean(y)];
  let xy = 0;
  let xx = 0;
  for (let i = 0; i < x.length; i += 1) {
    const dx = (x[i] as number) - meanX;
    xy += dx * ((y[i] as number) - meanY);
    xx += dx * dx;
  }
  const slope = xy / xx;
  if (!(Math.sqrt(xx / x.length) > NO_SPREAD * Math.abs(meanX)) || !Number.isFinite(slope)) return null;
  return { slope, intercept: meanY - slope * meanX };
}

/** Null where the residual is nothing but rounding. */
function residuals(a: Float64Array, b: Float64Array, { slope, intercept }: Line): Float64Array | null {
  const rest = b.map((price, i) => price - intercept - slope * (a[i] as number));
  const deviation = Math.sqrt(rest.reduce((sum, one) => sum + one * one, 0) / rest.length);
  return deviation > NO_SPREAD * Math.abs(mean(b)) ? rest : null;
}

/** t of γ in Δe_t = γ e_(t-1) + u over the n - 1 differences; one degree of freedom is γ's. */
function dickeyFuller(e: Float64Array | null): number | null {
  if (e === null) return null;
  let cross = 0;
  let squares = 0;
  let changes = 0;
  for (let t = 1; t < e.length; t += 1) {
    const before = e[t - 1] as number;
    const change = (e[t] as number) - before;
    cross += before * change;
    squares += before * before;
    changes += change * change;
  }
  const gamma = cross / squares;
  const variance = (changes - gamma * cross) / (e.length - 2);
  const t = gamma / Math.sqrt(variance / squares);
  return Number.isFinite(t) ? t : null;
}

const mean = (values: Float64Array): number => values.reduce((sum, one) => sum + one, 0) / values.length;
