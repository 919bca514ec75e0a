/** Walks a paper book over bars that nobody else matches: orders by hand, and legs that outlive their session. */
import { sql, type Transaction } from 'kysely';
import type { BrokerAnswer } from '../adapters/broker/broker.ts';
import { type BookStep, markBar, matchBar } from '../domain/execution/book.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import { barAt } from '../domain/market/bar-series.ts';
import { dayCloses } from '../domain/market/day-closes.ts';
import { tradesInBar } from '../domain/market/market-hours.ts';
import type { Order } from '../schemas/execution.ts';
import { type BookClock, matchedUntil, setMatchedUntil } from './book-clocks.ts';
import { addBookDays, hasBookDays } from './book-days.ts';
import type { LoadedAccount } from './load-walk.ts';
import { answer, keepSteps, type OpenedOrders, openOrders, type PaperParts } from './paper-book.ts';
import type { Database, Tables } from './tables.ts';

/**
 * Walks the strategy's book of the orders' symbol over bars that nobody has matched yet. Looks only while an open
 * session trades this strategy and symbol on the account: then the bars are the session's.
 */
export async function advanceBook(
  trx: Transaction<Tables>,
  parts: PaperParts,
  decisionId: string,
  bars: BarSeries,
): Promise<BrokerAnswer> {
  const opened = await openOrders(trx, decisionId);
  const { orders, loaded } = opened;
  const since = await sinceOf(trx, opened, bars.symbol);
  const [first] = orders;
  if (since === null || first === undefined) return answer(orders);
  const clock = clockOf(first, bars.symbol);
  const steps: BookStep[] = [];
  let untilMs = since;
  for (let i = 0; i < bars.openTimeMs.length; i += 1) {
    const openMs = bars.openTimeMs[i] as number;
    if (openMs < since) continue;
    const book = steps.at(-1)?.book ?? loaded.state.book;
    const fills = tradesInBar(bars.symbol, openMs, bars.intervalMs);
    const bar = barAt(bars, i);
    steps.push(
      fills ? matchBar(book, bars.symbol, bar, bars.intervalMs, parts.costs) : markBar(book, bars.symbol, bar),
    );
    untilMs = openMs + bars.intervalMs;
  }
  if (steps.length === 0) return answer(orders);
  await setMatchedUntil(trx, [{ ...clock, untilMs }]);
  if (await hasBookDays(trx, clock)) {
    const length = bars.openTimeMs.length;
    await addBookDays(trx, clock, [{ symbol: bars.symbol, days: dayCloses(bars, length - steps.length, length) }]);
  }
  return keepSteps(trx, parts, loaded, decisionId, steps, untilMs);
}

/** From which open time on the bars of the symbol are to be matched here; null while an open session matches them. */
export const unmatchedSince = async (
  trx: Transaction<Tables>,
  decisionId: string,
  symbol: string,
): Promise<number | null> => sinceOf(trx, await openOrders(trx, decisionId), symbol);

async function sinceOf(
  trx: Transaction<Tables>,
  { orders: [first], loaded }: OpenedOrders,
  symbol: string,
): Promise<number | null> {
  if (first === undefined || (await isSessionOpen(trx, first, symbol))) return null;
  return Math.max(await matchedUntil(trx, clockOf(first, symbol)), earliestSend(loaded, symbol, first));
}

const clockOf = ({ accountId, strategyId }: Order, symbol: string): BookClock => ({ accountId, strategyId, symbol });

/** Before the first order of the symbol was sent there was nothing to match. */
const earliestSend = ({ state }: LoadedAccount, symbol: string, first: Order): number =>
  Math.min(
    first.sentAtMs ?? first.createdAtMs,
    ...state.book.orders.filter((one) => one.symbol === symbol).map((one) => one.sentAtMs ?? one.createdAtMs),
  );

async function isSessionOpen(trx: Database, { accountId, strategyId }: Order, symbol: string): Promise<boolean> {
  const row = await trx
    .selectFrom('sessions')
    .select('session_id')
    .where('account_id', '=', accountId)
    .where('strategy_id', '=', strategyId)
    .where('state', '=', 'open')
    .where(sql<boolean>`input -> 'symbols' @> to_jsonb(${symbol}::text)`)
    .executeTakeFirst();
  return row !== undefined;
}
