/**
 * Mean reversion (details 1b): z = (x - mean) / population deviation of x = ln close over the last `lookback` bars.
 * Long at z ≤ -entryZ, short at z ≥ entryZ; out of a long at z ≥ -exitZ, of a short at z ≤ exitZ.
 * A window of equal prices has no z and holds. Warm-up max(lookback + 1, 15) bars.
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

/** Confidence = min(1, 0.6 + 0.2 · (|z| / entryZ - 1)): 0.6 at the entry, 1 at three times the entry. */
export const meanReversion: StrategyRules = warmedUp({
  name: 'meanReversion',
  warmupBars: (p) => Math.max(parameter(p, 'lookback') + 1, ATR_WARMUP_BARS),
  prepare: ({ close }, p, ta) => ({ z: ta.zScore(close.map(Math.log), parameter(p, 'lookback')) }),
  signal: ({ i, columns, p }) => {
    const z = valueAt(columns, 'z', i);
    const entryZ = parameter(p, 'entryZ');
    const exitZ = parameter(p, 'exitZ');
    if (Number.isNaN(z)) return hold('no deviation in the window');
    const side = z <= -entryZ ? 1 : z >= entryZ ? -1 : 0;
    return {
      side,
      exitLong: z >= -exitZ,
      exitShort: z <= exitZ,
      confidence: side === 0 ? 0 : toConfidence(ENTRY_CONFIDENCE + 0.2 * (Math.abs(z) / entryZ - 1)),
      reasons: [`z ${z.toFixed(3)}, entry at ±${entryZ}, exit inside ±${exitZ}`],
    };
  },
});
