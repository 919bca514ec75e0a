/**
 * The port to a vendor of market data: closed bars page by page, and the best prices now. It keeps no state but its
 * rate limit and stores nothing. Numbers are exact decimal texts, instants epoch ms.
 * Implementations: alpaca/, ccxt/; configured-markets.ts makes them from the settings.
 */
import type { Quote } from '../../domain/market/quote.ts';
import type { Bar } from '../../schemas/market.ts';

export type VendorName = 'alpaca' | `ccxt:${string}`;

/** Bars with `fromMs` <= open time < `toMs`. */
export type BarsRequest = {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly fromMs: number;
  readonly toMs: number;
};

export type VendorMarket = {
  readonly name: VendorName;
  /**
   * Closed bars in time order, each stamp once; a page may be empty. A bar that has not closed by the vendor's own
   * clock is never in it. Asking again may give other values for a stamp: the vendor has revised that bar.
   * @throws VendorFailure; InvalidInput where the vendor does not have this symbol or interval
   */
  readonly bars: (request: BarsRequest) => AsyncIterable<readonly Bar[]>;
  /** `atMs` is by the venue's clock. @throws VendorFailure, also for prices that cannot be (QUOTE_CROSSED, DATA_*) */
  readonly quote: (symbol: string) => Promise<Quote>;
};
