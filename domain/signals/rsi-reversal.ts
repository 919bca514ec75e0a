/**
 * RSI reversal: long at RSI ≤ low, out of it at RSI ≥ 50; short at RSI ≥ high, out of it at RSI ≤ 50.
 * RSI is 0 to 100, the period in bars. Warm-up max(period + 1, 15) bars.
 */
import {
  ATR_WARMUP_BARS,
  ENTRY_CONFIDENCE,
  hold,
  parameter,
  type StrategyRules,
  toConfidence,
  valueAt,
  warmedUp,
} from './strategy.ts';

const MIDDLE = 50;

/** Confidence: 0.6 at the entry level, 1 at RSI 0 (long) or 100 (short), straight in between. */
export const rsiReversal: StrategyRules = warmedUp({
  name: 'rsiReversal',
  warmupBars: (p) => Math.max(parameter(p, 'period') + 1, ATR_WARMUP_BARS),
  prepare: ({ close }, p, ta) => ({ rsi: ta.rsi(close, parameter(p, 'period')) }),
  signal: ({ i, columns, p }) => {
    const rsi = valueAt(columns, 'rsi', i);
    const low = parameter(p, 'low');
    const high = parameter(p, 'high');
    if (Number.isNaN(rsi)) return hold('RSI is not defined');
    const side = rsi <= low ? 1 : rsi >= high ? -1 : 0;
    const depth = side === 1 ? (low - rsi) / low : (rsi - high) / (100 - high);
    return {
      side,
      exitLong: rsi >= MIDDLE,
      exitShort: rsi <= MIDDLE,
      confidence: side === 0 ? 0 : toConfidence(ENTRY_CONFIDENCE + (1 - ENTRY_CONFIDENCE) * depth),
      reasons: [`RSI ${rsi.toFixed(2)}, long at ${low}, short at ${high}`],
    };
  },
});
