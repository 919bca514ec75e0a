/**
 * MACD against its signal line: long while the line is above the signal, short while it is below.
 * Periods in bars. Warm-up max(slow + signal - 1, 15) bars.
 */
import { crossSignal } from './cross.ts';
import { ATR_WARMUP_BARS, parameter, type StrategyRules, valueAt, warmedUp } from './strategy.ts';

/**
 * |histogram| / close at which confidence is full; chosen. (The lines pass through zero, so no ratio of them serves.)
 */
const MACD_FULL_SEPARATION = 0.01;

/** Confidence = min(1, 0.6 + 0.4 · |histogram| / close / 0.01). */
export const macdCross: StrategyRules = warmedUp({
  name: 'macdCross',
  warmupBars: (p) => Math.max(parameter(p, 'slow') + parameter(p, 'signal') - 1, ATR_WARMUP_BARS),
  prepare: ({ close }, p, ta) => {
    const { line, signal } = ta.macd(close, parameter(p, 'fast'), parameter(p, 'slow'), parameter(p, 'signal'));
    return { line, signal };
  },
  signal: ({ i, bars, columns }) => {
    const line = valueAt(columns, 'line', i);
    const signal = valueAt(columns, 'signal', i);
    return crossSignal(line, signal, (line - signal) / (bars.close[i] ?? Number.NaN), MACD_FULL_SEPARATION);
  },
});
