/** What changes while a session walks: the book, the account's risk memory, counters, and what entries looked like. */

import type { RiskState } from '../../schemas/risk.ts';
import type { Decimal } from '../decimal.ts';
import type { Book } from '../execution/book.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import type { ExposureView } from '../risk/gate-input.ts';

/** What was known when a position was opened; kept until its trade is closed. */
export type EntryContext = { readonly features: MarketFeatures; readonly regime: string | null };

export type WalkCounters = {
  readonly bars: number;
  readonly signalsGenerated: number;
  readonly decisions: number;
  readonly noDecisions: number;
  readonly ordersSent: number;
  readonly tradesExecuted: number;
};

export const NO_COUNTERS: WalkCounters = {
  bars: 0,
  signalsGenerated: 0,
  decisions: 0,
  noDecisions: 0,
  ordersSent: 0,
  tradesExecuted: 0,
};

export type WalkState = {
  /** Own positions and orders of the session's strategy; `book.cash` is the whole account's. */
  readonly book: Book;
  /** Positions and entry orders of others on the same account: they count in equity and against limits. */
  readonly othersPositions: readonly ExposureView[];
  readonly othersOrders: readonly ExposureView[];
  readonly risk: RiskState;
  /** The next decision's number. */
  readonly sequence: number;
  readonly counters: WalkCounters;
  /** By decision id of the entry. */
  readonly entries: Readonly<Record<string, EntryContext>>;
  readonly equity: Decimal;
  readonly peakEquity: Decimal;
  readonly drawdownFractionMax: number;
  readonly realizedPnl: Decimal;
};
