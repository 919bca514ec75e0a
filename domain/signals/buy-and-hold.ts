/**
 * Buy and hold: always wants to be long, with full confidence, and never out. The yardstick of every other strategy.
 */
import { ATR_WARMUP_BARS, type StrategyRules, warmedUp } from './strategy.ts';

/** Warm-up: the 15 bars that the protective stop's ATR takes. */
export const buyAndHold: StrategyRules = warmedUp({
  name: 'buyAndHold',
  warmupBars: () => ATR_WARMUP_BARS,
  prepare: () => ({}),
  signal: () => ({
    side: 1,
    exitLong: false,
    exitShort: false,
    confidence: 1,
    reasons: ['buy and hold is always long'],
  }),
});
