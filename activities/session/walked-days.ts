/**
 * Days of bars that nobody else keeps, for the Risk Officer: those before a session's first bar, and those it walks.
 * Nothing in virtual time, and nothing where the bars are stored.
 */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { BookDays } from '../../db/book-days.ts';
import { dayCloses } from '../../domain/market/day-closes.ts';
import { isRealTime } from '../../schemas/governance.ts';
import { hasOwnBars } from '../../schemas/own-bars.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import { loadSeries, type Prepared } from './prepare.ts';

/** As many as anybody measures by. */
const DAYS_MAX = 260;

const areKept = ({ market, tradingMode }: ParsedSession): boolean => isRealTime(tradingMode) && hasOwnBars(market);

/** Of the instants `from` (inclusive) to `until` (exclusive). */
export function walkedDays(input: ParsedSession, { timeline, series }: Prepared, from: number, until: number) {
  if (!areKept(input)) return [];
  return series.map((bars): BookDays => {
    const walked =
      timeline.indexes
        .get(bars.symbol)
        ?.subarray(from, until)
        .filter((index) => index >= 0) ?? [];
    const [first = 0, last = -1] = [walked[0], walked.at(-1)];
    return { symbol: bars.symbol, days: dayCloses(bars, first, last + 1, DAYS_MAX) };
  });
}

/** Of a file's bars before `from`; none where it has none. */
export async function pastDays(market: MarketData, input: ParsedSession): Promise<BookDays[]> {
  const source = input.market;
  if (!areKept(input) || source.source !== 'replay' || source.from === undefined) return [];
  const { from: to, from: _from, ...rest } = source;
  try {
    const series = await loadSeries(market, { ...input, market: { ...rest, to } });
    return series.map((bars) => ({ symbol: bars.symbol, days: dayCloses(bars, 0, bars.openTimeMs.length, DAYS_MAX) }));
  } catch (error) {
    if (error instanceof InvalidInput) return [];
    throw error;
  }
}
