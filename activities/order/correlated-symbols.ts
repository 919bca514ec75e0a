/** The symbols that move with an order's own: its exposure counts together with theirs. */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import { correlationGroup } from '../../domain/market/correlation.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import type { ManualOrderInput } from '../../schemas/order-execution.ts';
import type { StrategySessionInput } from '../../schemas/strategy-session.ts';
import type { FeedParts } from '../market/catch-up.ts';
import { barsByHand } from './manual-order.ts';
import { storedSince } from './order-time.ts';

export type CorrelationParts = {
  readonly market: MarketData;
  readonly feed: FeedParts;
  readonly heldSymbols: (accountId: string) => Promise<readonly string[]>;
};

/** Among the symbols of the order's own session. */
export async function sessionGroup(
  parts: CorrelationParts,
  settings: StrategySessionInput,
  first: OrderIntent | undefined,
): Promise<string[]> {
  if (first === undefined || first.reduceOnly || settings.symbols.length === 1) return [];
  const { barIntervalMs: intervalMs, seed } = settings;
  const source = followsMarket(settings) ? storedSince(first.createdAtMs) : settings.market;
  const all = await Promise.all(
    settings.symbols.map((symbol) => parts.market.load({ source, symbol, intervalMs, seed })),
  );
  return correlationGroup(first.symbol, all, first.createdAtMs);
}

/** Among the symbols that the account holds, as far as the order's own source has bars of them. */
export async function heldGroup(parts: CorrelationParts, input: ManualOrderInput, asOfMs: number): Promise<string[]> {
  const held = (await parts.heldSymbols(input.accountId)).filter((symbol) => symbol !== input.symbol);
  const series = await Promise.all(
    [input.symbol, ...held].map((symbol) => barsByHand(parts, { ...input, symbol }).catch(() => null)),
  );
  return correlationGroup(
    input.symbol,
    series.filter((one) => one !== null),
    asOfMs,
  );
}
