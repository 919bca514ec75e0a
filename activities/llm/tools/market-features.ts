/** `get_market_features`: what the features stage says of a symbol's last closed bar, as it was known then. */
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { type MarketFeatures, marketFeatures } from '../../../domain/features/market-features.ts';
import type { KnownBars } from '../../../domain/market/known-bars.ts';
import { instantMeant, symbolMeant, type Tool, type ToolParts, ToolRefused } from './tool.ts';

/** Enough for the slowest of them: EMA200 of bars joined by 24. */
export const FEATURE_BARS = 6_000;

export const marketFeaturesTool: Tool<'get_market_features'> = async (parts, { symbol: name, at }, scope) => {
  const symbol = symbolMeant(name, scope);
  const asOfMs = instantMeant(at, 'at', scope.asOfMs, scope);
  const { features, withheld } = await featuresKnown(parts, { symbol, intervalMs: scope.barIntervalMs, asOfMs });
  return { value: { ...features, symbol: name }, withheld };
};

export type FeaturesAsked = { readonly symbol: string; readonly intervalMs: number; readonly asOfMs: number };

/** @throws ToolRefused TOOL_NO_DATA when no bar had closed */
export async function featuresKnown(
  { bars: read }: Pick<ToolParts, 'bars'>,
  asked: FeaturesAsked,
): Promise<{ readonly features: MarketFeatures; readonly withheld: KnownBars['withheld'] }> {
  const { bars, withheld } = await read({ ...asked, barsMax: FEATURE_BARS });
  const last = bars.close.length - 1;
  if (last < 0) {
    const at = new Date(asked.asOfMs).toISOString();
    throw new ToolRefused('TOOL_NO_DATA', `no bar of ${asked.intervalMs} ms had closed by ${at}`);
  }
  return { features: marketFeatures(computeFeatureColumns(bars), last), withheld };
}
