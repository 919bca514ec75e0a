/** Bars for orders that no session matches: orders by hand, and those left behind by a paper session that has ended. */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { PaperBroker } from '../../db/paper-broker.ts';
import type { SessionStore } from '../../db/session-store.ts';
import { timelineOf } from '../../domain/backtest/walk-context.ts';
import { type BarSeries, sliceSeries } from '../../domain/market/bar-series.ts';
import type { Costs } from '../../schemas/execution.ts';
import { followsMarket, isVendorSource } from '../../schemas/live-market.ts';
import type { ManualOrderInput, SessionOrderInput } from '../../schemas/order-execution.ts';
import type { OrderInput } from '../../schemas/order-input.ts';
import { strategySessionInputSchema } from '../../schemas/strategy-session.ts';
import type { FeedParts } from '../market/catch-up.ts';
import { barsSince, type LiveSeriesRequest } from '../market/live-series.ts';
import { dueCount } from '../session/due-bars.ts';

export type UnattendedParts = {
  readonly sessions: SessionStore;
  readonly paper: PaperBroker;
  readonly market: MarketData;
  readonly feed: FeedParts;
  readonly isWorkflowOpen: (workflowId: string) => Promise<boolean>;
  readonly nowMs: () => number;
};

/** `costs` null: the desk's costs apply. */
export type Unattended = { readonly bars: BarSeries; readonly costs: Costs | null };

/** Null while there is nothing to match: a session does it, or the market gives no bars. */
export function unattendedBars(
  parts: UnattendedParts,
  input: OrderInput,
  decisionId: string,
): Promise<Unattended | null> {
  return input.origin === 'session' ? leftByItsSession(parts, input, decisionId) : byHand(parts, input, decisionId);
}

async function byHand(parts: UnattendedParts, input: ManualOrderInput, decisionId: string): Promise<Unattended | null> {
  const { market: source, symbol, barIntervalMs: intervalMs } = input;
  const costs = null;
  if (!isVendorSource(source)) return { bars: await parts.market.load({ source, symbol, intervalMs, seed: 1 }), costs };
  const bars = await unmatchedBars(parts, { source, symbol, intervalMs }, decisionId);
  return bars === null ? null : { bars, costs };
}

async function leftByItsSession(
  parts: UnattendedParts,
  input: SessionOrderInput,
  decisionId: string,
): Promise<Unattended | null> {
  const session = await parts.sessions.read(input.sessionId);
  const symbol = input.intents[0]?.symbol;
  if (session === undefined || symbol === undefined || session.tradingMode !== 'paper') return null;
  if (session.state === 'open' && (await parts.isWorkflowOpen(session.workflowId))) return null;
  if (session.state === 'open')
    await parts.sessions.abandon(session.sessionId, parts.nowMs(), session.epoch, 'terminated');
  const settings = strategySessionInputSchema.parse(session.input);
  const { market: source, barIntervalMs: intervalMs, seed, costs } = settings;
  if (followsMarket(settings) && isVendorSource(source)) {
    const bars = await unmatchedBars(parts, { source, symbol, intervalMs }, decisionId);
    return bars === null ? null : { bars, costs };
  }
  const all = await parts.market.load({ source, symbol, intervalMs, seed });
  const timeline = timelineOf([all]);
  const clock = { openedAtMs: session.openedAtMs, speed: source.speed, intervalMs };
  return { bars: sliceSeries(all, 0, dueCount(timeline, 0, Infinity, clock, parts.nowMs())), costs };
}

async function unmatchedBars(
  { paper, feed }: UnattendedParts,
  request: LiveSeriesRequest,
  decisionId: string,
): Promise<BarSeries | null> {
  const fromMs = await paper.unmatchedSince(decisionId, request.symbol);
  return fromMs === null ? null : barsSince(feed, { ...request, fromMs });
}
