/** An order by hand before its gate: worked out on the last bar of its own source, and the price that it meets. */
import type { Quote } from '../../adapters/broker/broker.ts';
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { OrderStore } from '../../db/order-store.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { costsSchema } from '../../schemas/execution.ts';
import type { TradingMode } from '../../schemas/governance.ts';
import { isVendorSource } from '../../schemas/live-market.ts';
import type { ManualOrderInput } from '../../schemas/order-execution.ts';
import type { OrderInput } from '../../schemas/order-input.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { DeskLimits } from '../../schemas/risk.ts';
import type { FeedParts } from '../market/catch-up.ts';
import { quoteNow } from '../market/live-quote.ts';
import { newestBars } from '../market/live-series.ts';
import { type OrderPlan, type Proposal, unknownAccount } from './order-step.ts';
import type { OrderTimeParts } from './order-time.ts';
import { MANUAL_STRATEGY_ID, type ManualPlan, planManualOrder } from './plan-manual-order.ts';

export type ManualOrderParts = {
  readonly orders: OrderStore;
  readonly market: MarketData;
  /** Where bars and quotes of a vendor come from at order time. */
  readonly feed: FeedParts;
  readonly desk: DeskLimits;
  readonly readAccount: (accountId: string) => Promise<{ venue: string; tradingMode: TradingMode } | undefined>;
  readonly readBook: (
    accountId: string,
    strategyId: string,
    symbol: string,
  ) => Promise<{ equity: string; held: string; isProtected: boolean } | undefined>;
};

/** One that this workflow has recorded before, as before it was reset, is told as it was recorded. */
export async function proposedByHand(parts: ManualOrderParts, request: Proposal): Promise<OrderPlan> {
  const { intents, ...plan } = (await recordedPlan(parts, request)) ?? (await manualPlan(parts, request));
  const manual = request.openKey === undefined ? plan : { ...plan, openKey: request.openKey };
  return { decisionId: plan.decision.decisionId, intents, manual };
}

/** Null when nothing of this workflow is recorded yet. */
async function recordedPlan(
  parts: ManualOrderParts,
  { input, workflowId, openKey }: Proposal,
): Promise<ManualPlan | null> {
  const recorded = openKey === undefined ? null : await parts.orders.recordedByHand(workflowId, openKey);
  const [first] = recorded?.intents ?? [];
  if (recorded === null || first === undefined) return null;
  const { decision, intents } = recorded;
  const barOpenTimeMs = decision.asOfMs - input.barIntervalMs;
  return { decision, intents, barOpenTimeMs, lastPrice: first.referencePrice ?? '0' };
}

async function manualPlan(parts: ManualOrderParts, { input, workflowId, openKey }: Proposal): Promise<ManualPlan> {
  const bars = await barsByHand(parts, input);
  const book = await parts.readBook(input.accountId, MANUAL_STRATEGY_ID, input.symbol);
  const account = await parts.readAccount(input.accountId);
  if (book === undefined || account === undefined) throw unknownAccount(input.accountId);
  if (input.venue !== undefined && input.venue !== account.venue) {
    throw new InvalidInput([problem('VENUE_MISMATCH', 'venue', input.venue, account.venue, 'leave the field out')]);
  }
  return planManualOrder(input, {
    bars,
    equity: toDecimal(book.equity),
    held: toDecimal(book.held),
    isProtected: book.isProtected,
    workflowId,
    sequence: await parts.orders.sequenceOf(workflowId, openKey ?? null),
    costs: costsSchema.parse({}),
  });
}

/** The bars of its own source, the newest ones of a vendor. */
export function barsByHand(
  parts: Pick<ManualOrderParts, 'market' | 'feed'>,
  input: ManualOrderInput,
): Promise<BarSeries> {
  const { market: source, symbol, barIntervalMs: intervalMs } = input;
  if (isVendorSource(source)) return newestBars(parts.feed, { source, symbol, intervalMs });
  return parts.market.load({ source, symbol, intervalMs, seed: 1 });
}

/**
 * Orders by hand trade at the last close, or at the quote of a live market, at once; a session's wait for its next bar.
 */
export async function quoteByHand(parts: ManualOrderParts, input: OrderInput): Promise<Quote | null> {
  if (input.origin === 'session' || input.orderType !== 'market') return null;
  const bars = await barsByHand(parts, input);
  const last = bars.openTimeMs.length - 1;
  const volume = bars.volume[last] as number;
  const closedAtMs = (bars.openTimeMs[last] as number) + bars.intervalMs;
  const { market: source, symbol, side } = input;
  if (!isVendorSource(source)) return { price: bars.close[last] as number, volume, atMs: closedAtMs };
  const { quote, problems } = await quoteNow(parts.feed, { source, symbol, ageMaxMs: parts.desk.quoteAgeMaxMs });
  if (quote === null || problems.length > 0) return null;
  const price = Number(side === 'buy' ? quote.ask : quote.bid);
  return { price, volume, atMs: Math.max(quote.atMs, closedAtMs) };
}

/** An order by hand on a live market works from now on, not from the close of the bar it was worked out on. */
export const beginsAtMs = ({ nowMs }: OrderTimeParts, input: OrderInput): number | null =>
  input.origin !== 'session' && isVendorSource(input.market) ? nowMs() : null;
