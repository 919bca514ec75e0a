/**
 * An order that waited for a person meets the market as its session has walked it meanwhile, not as it was decided: its
 * deciding bar has aged, and the price has moved. A session that follows a live market asks for a quote instead.
 */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { Checkpoint } from '../../db/load-walk.ts';
import type { SessionRecord } from '../../db/sessions.ts';
import type { OrderFacts } from '../../domain/backtest/gate-input-of.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import type { StrategySessionInput } from '../../schemas/strategy-session.ts';

export type WaitingParts = {
  readonly market: MarketData;
  /** Whether a person was asked about the decision. */
  readonly hasWaited: (decisionId: string) => Promise<boolean>;
};

/** What has changed since the order was decided; nothing for an order that left at once. */
export async function factsAfterWaiting(
  { market, hasWaited }: WaitingParts,
  { checkpoint }: SessionRecord,
  settings: StrategySessionInput,
  first: OrderIntent | undefined,
): Promise<Partial<Pick<OrderFacts, 'nowMs' | 'lastPrice'>>> {
  if (first === undefined || followsMarket(settings) || !(await hasWaited(first.decisionId))) return {};
  const { last }: Partial<Checkpoint> = checkpoint;
  const nowMs = last?.progress.asOfMs ?? first.createdAtMs;
  if (nowMs <= first.createdAtMs) return {};
  const { market: source, barIntervalMs: intervalMs, seed } = settings;
  const { openTimeMs, close } = await market.load({ source, symbol: first.symbol, intervalMs, seed });
  const index = openTimeMs.findLastIndex((at) => at + intervalMs <= nowMs);
  const price = close[index];
  return { nowMs, lastPrice: price === undefined ? null : toDecimal(price) };
}
