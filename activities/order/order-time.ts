/** What an order meets when it is about to leave: on a live market wall time and a quote, elsewhere its bar's close. */
import { toDecimal } from '../../domain/decimal.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { isVendorSource } from '../../schemas/live-market.ts';
import type { MarketSource } from '../../schemas/market.ts';
import type { DeskLimits } from '../../schemas/risk.ts';
import type { FeedParts } from '../market/catch-up.ts';
import { quoteFacts, quoteNow, quoteRecord } from '../market/live-quote.ts';

export type OrderTimeParts = {
  readonly feed: FeedParts;
  readonly desk: DeskLimits;
  readonly nowMs: () => number;
};

type Quarantined = ReadonlyMap<string, string>;

/**
 * Facts, ages and quarantine for the gate, and what is written down with the decision. `source` null: no live market.
 */
export async function orderTime(parts: OrderTimeParts, source: MarketSource | null, first: OrderIntent | undefined) {
  const asItIs = (before: Quarantined): Quarantined => before;
  if (source === null || !isVendorSource(source) || first === undefined) {
    return { facts: {}, record: {}, ages: {}, quarantined: asItIs };
  }
  const { symbol } = first;
  const asked = await quoteNow(parts.feed, { source, symbol, ageMaxMs: parts.desk.quoteAgeMaxMs });
  const agesAtMs = parts.nowMs();
  const lastPrice = first.referencePrice === undefined ? null : toDecimal(first.referencePrice);
  const { quarantine, ...facts } = quoteFacts(asked, lastPrice, agesAtMs);
  return {
    facts,
    record: { inputs: quoteRecord(asked) },
    ages: { agesAtMs },
    quarantined: (before: Quarantined): Quarantined =>
      quarantine === null ? before : new Map([...before, [symbol, quarantine]]),
  };
}

const CORRELATED_OVER_MS = 62 * 86_400_000;

/** The bars that a session on a live market has stored. */
export const storedSince = (asOfMs: number): MarketSource => ({
  source: 'replay',
  from: new Date(asOfMs - CORRELATED_OVER_MS).toISOString(),
  speed: 1,
});
