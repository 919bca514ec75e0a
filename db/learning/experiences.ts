/**
 * Closed trades as an agent would have lived them: what a review writes, and what a training begins with. The trade's
 * own bars are needed for it; of a trade whose bars nobody has any more there is nothing to remember.
 */
import type { Selectable } from 'kysely';
import { computeFeatureColumns } from '../../domain/features/feature-columns.ts';
import { type Experience, type LivedTrade, tradeExperiences } from '../../domain/learning/online/trade-experiences.ts';
import { type BarSeries, sliceSeries } from '../../domain/market/bar-series.ts';
import { barsBackMs } from '../../domain/market/session-bars.ts';
import type { MarketSource } from '../../schemas/market.ts';
import { hasOwnBars } from '../../schemas/own-bars.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { strategySessionInputSchema } from '../../schemas/strategy-session.ts';
import { readBars } from '../bars.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, Tables } from '../tables.ts';

type Trade = Selectable<Tables['trades']>;

/** Bars of a market that are not stored: a synthetic one, a file beside the worker. */
export type LoadOwnBars = (market: {
  readonly source: MarketSource;
  readonly symbol: string;
  readonly intervalMs: number;
  readonly seed: number;
}) => Promise<BarSeries>;

/** Bars before the entry: the slowest average, EMA 200, has forgotten its beginning to a millionth. */
const WARM_UP_BARS = 1_500;
const AGENT = 'spot';

/** What a trade was like, bar by bar. */
export type LivedThrough = { readonly barIntervalMs: number; readonly experiences: readonly Experience[] };

/** Null where the trade's bars are not known, and for orders by hand. */
export async function livedThrough(db: Database, trade: Trade, loadOwn?: LoadOwnBars): Promise<LivedThrough | null> {
  const bars = await barsOf(db, trade, loadOwn);
  if (bars === null || bars.openTimeMs.length === 0) return null;
  const { side, exit_reason: exitReason } = trade;
  const lived = {
    ...{ side, exitReason, entryAtMs: trade.opened_at.getTime(), exitAtMs: trade.closed_at.getTime() },
    ...{ quantity: Number(trade.quantity), entryPrice: Number(trade.entry_price), exitPrice: Number(trade.exit_price) },
    ...{ pnl: Number(trade.pnl_net), fees: Number(trade.fees) },
  };
  const columns = computeFeatureColumns(bars, 'talib');
  return { barIntervalMs: bars.intervalMs, experiences: tradeExperiences(lived, columns) };
}

async function barsOf(db: Database, trade: Trade, loadOwn?: LoadOwnBars): Promise<BarSeries | null> {
  const { symbol, session_id: sessionId } = trade;
  if (sessionId === null) return null;
  const query = db.selectFrom('sessions').select('input').where('session_id', '=', sessionId);
  const { data: input } = strategySessionInputSchema.safeParse((await query.executeTakeFirst())?.input);
  if (input === undefined) return null;
  const { market: source, barIntervalMs: intervalMs, seed } = input;
  const fromMs = barsBackMs(symbol, intervalMs, WARM_UP_BARS, trade.opened_at.getTime());
  const toMs = trade.closed_at.getTime() + 1;
  if (!hasOwnBars(source)) return readBars(db, symbol, intervalMs, fromMs, toMs);
  const own = await loadOwn?.({ source, symbol, intervalMs, seed }).catch(noBars);
  return own === undefined || own === null ? null : within(own, fromMs, toMs);
}

/** A file that is gone, or has changed beyond use: there is nothing to remember. */
function noBars(error: unknown): null {
  if (error instanceof InvalidInput) return null;
  throw error;
}

function within(bars: BarSeries, fromMs: number, toMs: number): BarSeries {
  const from = bars.openTimeMs.findIndex((at) => at >= fromMs);
  const to = bars.openTimeMs.findLastIndex((at) => at < toMs) + 1;
  return sliceSeries(bars, Math.max(0, from), from < 0 ? 0 : to);
}

/** Written with the review of the trade, once. */
export async function insertExperiences(
  trx: Database,
  trade: Pick<Trade, 'trade_id' | 'strategy_id' | 'symbol'>,
  { barIntervalMs, experiences }: LivedThrough,
): Promise<void> {
  const { trade_id, strategy_id, symbol } = trade;
  const rows = experiences.map(({ atMs, state, action, reward, terms, next }, step) => ({
    ...{ trade_id, agent: AGENT, step, strategy_id, symbol, bar_interval_ms: barIntervalMs, at: toInstant(atMs) },
    ...{ state, action, reward, terms, next_state: next },
  }));
  await insertRows(trx, 'rl_experiences', rows, { onConflict: 'nothing' });
}

export type ExperienceQuery = {
  readonly symbol: string;
  /** Of trades to these sides. */
  readonly sides: readonly LivedTrade['side'][];
  readonly barIntervalMs: number;
  /** Market time: only trades that had closed before. */
  readonly untilMs: number;
  /** Wall time: only what had been reviewed before, so that a question that is asked again has one answer. */
  readonly knownAtMs: number;
  readonly limit: number;
};

export type RememberedStep = Pick<Experience, 'state' | 'action' | 'reward' | 'next'>;

/** The last steps of reviewed trades of a market, oldest first; a trade that a venue took back is forgotten. */
export async function readExperiences(db: Database, query: ExperienceQuery): Promise<RememberedStep[]> {
  const rows = await db
    .selectFrom('rl_experiences as e')
    .innerJoin('trades as t', 't.trade_id', 'e.trade_id')
    .select(['e.state', 'e.action', 'e.reward', 'e.next_state'])
    .where('e.symbol', '=', query.symbol)
    .where('e.bar_interval_ms', '=', query.barIntervalMs)
    .where('e.agent', '=', AGENT)
    .where('t.side', 'in', query.sides)
    .where('t.busted_at', 'is', null)
    .where('t.closed_at', '<', new Date(query.untilMs))
    .where('e.recorded_at', '<', new Date(query.knownAtMs))
    .orderBy('e.at', 'desc')
    .orderBy('e.trade_id', 'desc')
    .orderBy('e.step', 'desc')
    .limit(query.limit)
    .execute();
  return rows.reverse().map(({ next_state: next, ...step }) => ({ ...step, next }));
}
