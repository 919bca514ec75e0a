/**
 * The best prices of a live market at the moment an order is to leave: asked for once, judged, and told to the gate as
 * facts. No quote, an old one or a crossed one is a reason of the gate, never an error.
 */
import type { OrderFacts } from '../../domain/backtest/gate-input-of.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { judgeQuote, type Quote } from '../../domain/market/quote.ts';
import type { VendorSource } from '../../schemas/live-market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import { type FeedParts, within } from './catch-up.ts';

/** What was told, and why it is not to be traded on. A stale quote is told too: the gate says how old it is. */
export type QuoteNow = { readonly quote: Quote | null; readonly problems: readonly Problem[] };

const QUOTE_BUDGET_MS = 3_000;

export async function quoteNow(
  parts: FeedParts,
  request: { readonly source: VendorSource; readonly symbol: string; readonly ageMaxMs: number },
): Promise<QuoteNow> {
  const { source, symbol, ageMaxMs } = request;
  const vendor = parts.vendorOf(source);
  try {
    const quote = await within(QUOTE_BUDGET_MS, vendor.quote(symbol));
    if (quote === null) {
      const got = `no quote within ${QUOTE_BUDGET_MS / 1_000} s`;
      return { quote, problems: [problem('VENDOR_UNREACHABLE', vendor.name, got, 'a quote')] };
    }
    return { quote, problems: judgeQuote(quote, symbol, { nowMs: parts.nowMs(), ageMaxMs }) };
  } catch (error) {
    if (!(error instanceof VendorFailure)) throw error;
    return { quote: null, problems: error.problems };
  }
}

/** What the gate is told: the price in the middle and its moment, or what is wrong. */
export type QuoteFacts = Pick<OrderFacts, 'lastPrice' | 'quoteAtMs' | 'quoteFault'> & {
  /**
   * Why the symbol is not to be traded on at these prices; null where it is only missing, old or ahead of our clock.
   */
  readonly quarantine: string | null;
};

export function quoteFacts(
  { quote, problems }: QuoteNow,
  lastPrice: OrderFacts['lastPrice'],
  nowMs: number,
): QuoteFacts {
  const none = { lastPrice, quoteAtMs: null, quoteFault: null, quarantine: null };
  const lie = problems.find((one) => !MENDS_ITSELF.test(one.code));
  if (lie !== undefined) return { ...none, quarantine: textOf(lie) };
  const faults = quote === null ? problems : problems.filter(({ code }) => code !== 'DATA_STALE');
  if (quote === null || faults.length > 0) return { ...none, quoteFault: faults.map(textOf).join('; ') };
  const middle = toDecimal(quote.bid).plus(toDecimal(quote.ask)).div(2);
  return { lastPrice: middle, quoteAtMs: Math.min(quote.atMs, nowMs), quoteFault: null, quarantine: null };
}

const textOf = ({ code, message }: Problem): string => `${code}: ${message}`;

/**
 * Codes of quotes that are missing, old or of a wrong clock, which mends itself; of the others the prices cannot be.
 */
const MENDS_ITSELF = /^(VENDOR_|CLOCK_SKEW|DATA_STALE|DATA_TIME_FUTURE)/;

/** As it is written down with the decision. */
export const quoteRecord = ({ quote, problems }: QuoteNow): Readonly<Record<string, unknown>> => ({
  quote: quote === null ? null : { bid: quote.bid, ask: quote.ask, atMs: quote.atMs },
  ...(problems.length === 0 ? {} : { quoteProblems: problems.map((one) => one.code) }),
});
