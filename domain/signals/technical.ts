/**
 * The generic technical rule (details 1b), the technical slot of `hybrid`: three votes and a trend filter.
 * s = sgn(EMA20 - EMA50) + sgn(MACD histogram) + sgn(RSI14 - 50); direction = sgn s where |s| ≥ 2 and ADX14 ≥ 20.
 * Out on the opposite direction. Warm-up 50 bars.
 */
import { hold, type StrategyRules, toConfidence, valueAt, warmedUp } from './strategy.ts';

const WARMUP_BARS = 50;
const VOTES_MIN = 2;
const ADX_MIN = 20;

/** Confidence = min(1, 0.2 |s| + 0.01 ADX) where there is a direction. */
export const technical: StrategyRules = warmedUp({
  name: 'hybrid',
  warmupBars: () => WARMUP_BARS,
  prepare: (bars, _p, ta) => ({
    ema20: ta.ema(bars.close, 20),
    ema50: ta.ema(bars.close, 50),
    histogram: ta.macd(bars.close).histogram,
    rsi: ta.rsi(bars.close, 14),
    adx: ta.adx(bars, 14).adx,
  }),
  signal: ({ i, columns }) => {
    const trend = Math.sign(valueAt(columns, 'ema20', i) - valueAt(columns, 'ema50', i));
    const turn = Math.sign(valueAt(columns, 'histogram', i));
    const strength = Math.sign(valueAt(columns, 'rsi', i) - 50);
    const adx = valueAt(columns, 'adx', i);
    const votes = trend + turn + strength;
    if (Number.isNaN(votes) || Number.isNaN(adx)) return hold('indicators are not defined');
    const directed = Math.abs(votes) >= VOTES_MIN && adx >= ADX_MIN;
    const side = !directed ? 0 : votes > 0 ? 1 : -1;
    return {
      side,
      exitLong: side === -1,
      exitShort: side === 1,
      confidence: directed ? toConfidence(0.2 * Math.abs(votes) + 0.01 * adx) : 0,
      reasons: [`EMA ${trend}, MACD ${turn}, RSI ${strength}, ADX ${adx.toFixed(1)}`],
    };
  },
});
