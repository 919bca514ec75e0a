/**
 * The llm slot of one symbol at one bar, for the vote. The features are
 * computed when something is asked, not bar by bar:
 * a walk over bars without proposals costs nothing more.
 */
import { entryVeto } from '../decision/entry-veto.ts';
import type { LlmSlot } from '../decision/llm-slot.ts';
import { type MarketFeatures, marketFeatures } from '../features/market-features.ts';
import type { AdviceCall } from './advisor.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** Undefined where the session has no advisor, or gives it no weight. */
export function llmSlotAt(
  state: WalkState,
  { features: columns }: SymbolMarket,
  i: number,
  { advisor, components, weights }: WalkContext,
): LlmSlot<AdviceCall> | undefined {
  if (advisor === undefined || !components.includes('llm') || !(weights.llm > 0)) return undefined;
  let found: MarketFeatures | undefined;
  const features = (): MarketFeatures => {
    found ??= marketFeatures(columns, i);
    return found;
  };
  const sigmaBefore = columns.realisedVolatility20[i - 1] ?? Number.NaN;
  return {
    weight: weights.llm,
    vetoOf: (side) =>
      // Of a market that has not moved at all no volatility is known, and no move is a multiple of it.
      entryVeto(side, { features: features(), sigmaBefore: sigmaBefore > 0 ? sigmaBefore : null }),
    ask: (proposed) => {
      const facts = { proposed, features: features(), portfolioPnl: state.realizedPnl.toNumber() };
      const { symbol, asOfMs } = facts.features;
      return advisor({ symbol, asOfMs, facts, advice: null });
    },
  };
}
