/**
 * The signal all cross strategies share: long while the fast line is above the slow one, short while it is below,
 * out as soon as the order turns. Equal lines want nothing and close nothing.
 */
import { ENTRY_CONFIDENCE, hold, type StrategySignal, toConfidence } from './strategy.ts';

/**
 * `separation` is the distance of the lines as a fraction of price, `fullSeparation` where confidence reaches 1:
 * confidence = min(1, 0.6 + 0.4 · |separation| / fullSeparation). It does not change when prices are mirrored.
 */
export function crossSignal(fast: number, slow: number, separation: number, fullSeparation: number): StrategySignal {
  if (Number.isNaN(fast) || Number.isNaN(slow)) return hold('the lines are not defined');
  if (fast === slow) return hold('the lines are equal');
  const distance = Number.isFinite(separation) ? Math.abs(separation) : 0;
  return {
    side: fast > slow ? 1 : -1,
    exitLong: fast < slow,
    exitShort: fast > slow,
    confidence: toConfidence(ENTRY_CONFIDENCE + (1 - ENTRY_CONFIDENCE) * (distance / fullSeparation)),
    reasons: [`fast line ${fast > slow ? 'above' : 'below'} slow line by ${distance.toFixed(5)} of price`],
  };
}

/** Separation of two moving averages, |ln(fast / slow)|, at which confidence is full; chosen. */
export const AVERAGES_FULL_SEPARATION = 0.05;
