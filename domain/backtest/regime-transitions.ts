/** Where the market's regime changed among the instants that were walked, as the session saw it. */
import type { TrendRegime, VolatilityLevel } from '../../schemas/features.ts';
import { regimeAt } from '../features/market-features.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';

export type RegimeTransition = {
  readonly symbol: string;
  readonly barIntervalMs: number;
  /** Close of the bar with the new label. */
  readonly atMs: number;
  /** Null: the regime was not known before. */
  readonly from: TrendRegime | null;
  readonly to: TrendRegime;
  readonly volatilityFrom: VolatilityLevel | null;
  readonly volatilityTo: VolatilityLevel | null;
  readonly confidence: number;
};

/** Of the instants `from` (inclusive) to `until` (exclusive), by symbol and time. */
export function regimeTransitions(
  context: Pick<WalkContext, 'markets' | 'timeline' | 'symbols'>,
  from: number,
  until: number,
): RegimeTransition[] {
  return context.symbols.flatMap((symbol) => {
    const market = context.markets.get(symbol);
    if (market === undefined) return [];
    const walked = context.timeline.indexes.get(symbol)?.subarray(from, until) ?? new Int32Array();
    return Array.from(walked)
      .filter((i) => i >= 0)
      .flatMap((i) => transitionAt(market, i));
  });
}

function transitionAt({ bars, features }: SymbolMarket, i: number): RegimeTransition[] {
  const { x1 } = features.regime;
  if (i > 0 && x1[i] === x1[i - 1]) return [];
  const { label: to, volatility: volatilityTo, confidence } = regimeAt(features, i);
  if (to === null) return [];
  const before = i === 0 ? null : regimeAt(features, i - 1);
  const atMs = (bars.openTimeMs[i] as number) + bars.intervalMs;
  const { symbol, intervalMs: barIntervalMs } = bars;
  const [from, volatilityFrom] = [before?.label ?? null, before?.volatility ?? null];
  return [{ symbol, barIntervalMs, atMs, from, to, volatilityFrom, volatilityTo, confidence }];
}
