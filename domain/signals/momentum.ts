/**
 * Momentum (details 1b): m = ln(close / close `lookback` bars ago), θ = ln(1 + threshold).
 * Long at m ≥ θ, short at m ≤ -θ; out of a long at m ≤ 0, of a short at m
 * ≥ 0. Fractions; warm-up max(lookback + 1, 15).
 */
import { outputColumn } from '../features/kernel.ts';
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

/** Confidence = min(1, 0.6 + 0.4 · (|m| / θ - 1)): 0.6 at the threshold, 1 at twice the threshold. */
export const momentum: StrategyRules = warmedUp({
  name: 'momentum',
  warmupBars: (p) => Math.max(parameter(p, 'lookback') + 1, ATR_WARMUP_BARS),
  prepare: ({ close }, p) => ({ momentum: logChange(close, parameter(p, 'lookback')) }),
  signal: ({ i, columns, p }) => {
    const change = valueAt(columns, 'momentum', i);
    const threshold = Math.log(1 + parameter(p, 'threshold'));
    if (Number.isNaN(change)) return hold('momentum is not defined');
    const side = change >= threshold ? 1 : change <= -threshold ? -1 : 0;
    return {
      side,
      exitLong: change <= 0,
      exitShort: change >= 0,
      confidence: side === 0 ? 0 : toConfidence(ENTRY_CONFIDENCE + 0.4 * (Math.abs(change) / threshold - 1)),
      reasons: [`log return ${change.toFixed(5)} over the lookback, threshold ${threshold.toFixed(5)}`],
    };
  },
});

/** ln of the ratio, not the difference of two logarithms: a move of exactly the threshold must count as reaching it. */
function logChange(close: Float64Array, lookback: number): Float64Array {
  const column = outputColumn(close.length);
  for (let i = lookback; i < close.length; i += 1) {
    column[i] = Math.log((close[i] as number) / (close[i - lookback] as number));
  }
  return column;
}
