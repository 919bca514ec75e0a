/**
 * The direction of the trend at a bar: up while close and EMA20 are both
 * above EMA50, down while both are below, else flat.
 */

export type TrendDirection = 'up' | 'down' | 'flat';

/** Code of a bar at which the averages are not known yet; down -1, flat 0, up 1. */
export const DIRECTION_UNKNOWN = -2;

/** Equal prices are neither above nor below. */
export const directionCode = (close: number, ema20: number, ema50: number): -1 | 0 | 1 =>
  close > ema50 && ema20 > ema50 ? 1 : close < ema50 && ema20 < ema50 ? -1 : 0;

export const directionName = (code: -1 | 0 | 1): TrendDirection => (code === 1 ? 'up' : code === -1 ? 'down' : 'flat');

/** One code a bar; unknown where an average is NaN. */
export const trendDirectionCodes = (close: Float64Array, ema20: Float64Array, ema50: Float64Array): Int8Array =>
  Int8Array.from(close, (price, i) => {
    const [fast, slow] = [ema20[i] as number, ema50[i] as number];
    return Number.isNaN(fast) || Number.isNaN(slow) ? DIRECTION_UNKNOWN : directionCode(price, fast, slow);
  });
