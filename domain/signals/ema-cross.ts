/**
 * Exponential moving averages that cross: long while the fast average is above the slow one, short while it is below.
 * Periods in bars. Warm-up max(slow, 15) bars.
 */
import { AVERAGES_FULL_SEPARATION, crossSignal } from './cross.ts';
import { ATR_WARMUP_BARS, parameter, type StrategyRules, valueAt, warmedUp } from './strategy.ts';

/** Confidence = min(1, 0.6 + 0.4 · |ln(fast / slow)| / 0.05). */
export const emaCross: StrategyRules = warmedUp({
  name: 'emaCross',
  warmupBars: (p) => Math.max(parameter(p, 'slow'), ATR_WARMUP_BARS),
  prepare: ({ close }, p, ta) => ({
    fast: ta.ema(close, parameter(p, 'fast')),
    slow: ta.ema(close, parameter(p, 'slow')),
  }),
  signal: ({ i, columns }) => {
    const fast = valueAt(columns, 'fast', i);
    const slow = valueAt(columns, 'slow', i);
    return crossSignal(fast, slow, Math.log(fast / slow), AVERAGES_FULL_SEPARATION);
  },
});
