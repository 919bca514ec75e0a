/**
 * The online vote on one symbol at one bar: how the strategy's entries under similar conditions have ended. Features
 * are computed when the strategy wants to trade, not bar by bar.
 */
import type { OnlineVoice } from '../decision/advance-session.ts';
import type { FeatureColumns } from '../features/feature-columns.ts';
import { marketFeatures } from '../features/market-features.ts';
import { type EntryConditions, matchingPattern, nameOf, PATTERN_TRADES_MIN } from '../learning/online/patterns.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';

/** Undefined without the component `online`, and until the strategy has enough trades to learn from. */
export function onlineVoiceAt(
  { features: columns }: SymbolMarket,
  i: number,
  { online, components }: WalkContext,
): OnlineVoice | undefined {
  if (online === undefined || !components.includes('online')) return undefined;
  if ((online['']?.trades ?? 0) < PATTERN_TRADES_MIN) return undefined;
  return (side) => {
    const match = matchingPattern(online, entryConditionsAt(columns, i, side));
    if (match === null) return { confidence: 0, reasons: [] };
    const share = `${(100 * match.winRate).toFixed(1)} %`;
    return {
      confidence: match.winRate,
      reasons: [`${nameOf(match.pattern)}: ${share} won (shrunk) of ${match.trades}`],
    };
  };
}

/** The conditions by which an entry to this side at bar `i` is classified. */
export function entryConditionsAt(columns: FeatureColumns, i: number, side: 1 | -1): EntryConditions {
  const { regime, momentum, volume } = marketFeatures(columns, i);
  return {
    side: side === 1 ? 'long' : 'short',
    regime: regime.label,
    volatility: regime.volatility,
    rsi: momentum.rsi,
    volumeRatio: volume.volumeRatio,
  };
}
