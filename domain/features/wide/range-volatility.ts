/**
 * Volatility out of open, high, low and close, a fraction per bar, times sqrt(barsPerYear) (1 = per bar).
 * Sources: Parkinson 1980; Garman and Klass 1980; Rogers and Satchell 1991; Yang and Zhang 2000 (alpha 1.34).
 * A market that does not move gives 0.
 */
import { type BarColumns, outputColumn } from '../kernel.ts';
import { windowDeviation, windowMean } from '../window-moments.ts';

const LN2 = Math.LN2;
const ALPHA = 1.34;

export type RangeVolatility = (bars: BarColumns, period: number, barsPerYear: number) => Float64Array;

/** sqrt(mean of ln(high / low)² / (4 ln 2)). First value at index period - 1. */
export const parkinsonVolatility: RangeVolatility = (bars, period, barsPerYear) =>
  rootOfMean(bars, period, barsPerYear, ({ high, low }) => (high - low) ** 2 / (4 * LN2));

/** sqrt(mean of ln(high / low)² / 2 - (2 ln 2 - 1) · ln(close / open)²). First value at index period - 1. */
export const garmanKlassVolatility: RangeVolatility = (bars, period, barsPerYear) =>
  rootOfMean(bars, period, barsPerYear, ({ high, low, close }) => (high - low) ** 2 / 2 - (2 * LN2 - 1) * close ** 2);

/** sqrt(mean of h (h - c) + l (l - c)), h, l, c = logs of high, low, close over open. First value at period - 1. */
export const rogersSatchellVolatility: RangeVolatility = (bars, period, barsPerYear) =>
  rootOfMean(bars, period, barsPerYear, ({ high, low, close }) => high * (high - close) + low * (low - close));

/**
 * sqrt(var of ln(open / close before) + k · var of ln(close / open) + (1 - k) · Rogers-Satchell²), sample variances,
 * k = 0.34 / (1.34 + (period + 1) / (period - 1)). First value at index `period`. @throws RangeError below 2
 */
export const yangZhangVolatility: RangeVolatility = (bars, period, barsPerYear) => {
  const { open, close } = bars;
  const overnight = windowDeviation(
    open.map((value, i) => (i === 0 ? Number.NaN : Math.log(value / (close[i - 1] as number)))),
    period,
    'sample',
  );
  const within = windowDeviation(
    open.map((value, i) => Math.log((close[i] as number) / value)),
    period,
    'sample',
  );
  const path = rogersSatchellVolatility(bars, period, 1);
  const k = (ALPHA - 1) / (ALPHA + (period + 1) / (period - 1));
  return overnight.map((value, i) =>
    Math.sqrt(barsPerYear * (value ** 2 + k * (within[i] as number) ** 2 + (1 - k) * (path[i] as number) ** 2)),
  );
};

/** Logs of high, low and close over the open of one bar. */
type Logs = { readonly high: number; readonly low: number; readonly close: number };

function rootOfMean(bars: BarColumns, period: number, barsPerYear: number, term: (logs: Logs) => number): Float64Array {
  const terms = outputColumn(bars.close.length);
  for (let i = 0; i < terms.length; i += 1) {
    const log = (column: Float64Array): number => Math.log((column[i] as number) / (bars.open[i] as number));
    terms[i] = term({ high: log(bars.high), low: log(bars.low), close: log(bars.close) });
  }
  return windowMean(terms, period).map((mean) => Math.sqrt(barsPerYear * Math.max(0, mean)));
}
