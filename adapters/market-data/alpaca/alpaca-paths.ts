/**
 * The paths and words of Alpaca's market data: which intervals it has, and where bars and quotes of a symbol are asked.
 */
import { intervalText } from '../../../schemas/interval.ts';
import type { AlpacaFeed } from '../../../schemas/market-settings.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { BarsRequest } from '../vendor-market.ts';

const BARS_A_PAGE = 10_000;
/** Unit, its milliseconds, and the most of it that Alpaca takes. */
const UNITS = [
  ['Week', 604_800_000, 1],
  ['Day', 86_400_000, 1],
  ['Hour', 3_600_000, 23],
  ['Min', 60_000, 59],
] as const;

/** @throws InvalidInput INPUT_RANGE for an interval that Alpaca does not have */
export function alpacaTimeframe(intervalMs: number): string {
  const unit = UNITS.find(([, unitMs, most]) => intervalMs % unitMs === 0 && intervalMs / unitMs <= most);
  if (unit !== undefined) return `${intervalMs / unit[1]}${unit[0]}`;
  const expected = '1 to 59 minutes, 1 to 23 hours, a day or a week';
  throw new InvalidInput([
    problem('INPUT_RANGE', 'interval', intervalText(intervalMs), expected, 'Alpaca has no others'),
  ]);
}

/** Pairs such as BTC/USD are crypto. */
const isPair = (symbol: string): boolean => symbol.includes('/');

export function barsPath({ symbol, fromMs, toMs }: BarsRequest, timeframe: string, feed: AlpacaFeed): string {
  const query = new URLSearchParams({
    symbols: symbol,
    timeframe,
    start: new Date(fromMs).toISOString(),
    end: new Date(toMs - 1).toISOString(),
    limit: String(BARS_A_PAGE),
    sort: 'asc',
  });
  if (isPair(symbol)) return `/v1beta3/crypto/us/bars?${query}`;
  return `/v2/stocks/bars?${query}&adjustment=raw&feed=${feed}`;
}

export function quotePath(symbol: string, feed: AlpacaFeed): string {
  const query = new URLSearchParams({ symbols: symbol });
  return isPair(symbol)
    ? `/v1beta3/crypto/us/latest/quotes?${query}`
    : `/v2/stocks/quotes/latest?${query}&feed=${feed}`;
}
