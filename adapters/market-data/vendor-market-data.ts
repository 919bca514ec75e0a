/**
 * A vendor's bars for a walk over the past: fetched once into Postgres and read from there ever after,
 * so that every worker and every repetition sees the same bars. Both bounds are needed; `from` is
 * inclusive and `to` exclusive, by the OPEN of a bar.
 */
import { intervalText } from '../../schemas/interval.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import type { MarketData, MarketDataRequest } from './market-data.ts';
import type { ReplayParts } from './replay-market-data.ts';
import type { BarsRequest, VendorName } from './vendor-market.ts';

export type VendorDataParts = Pick<ReplayParts, 'readBars' | 'storedDataHash'> & {
  /** Fetches what is not stored of these bars and stores it; does nothing where all of it was fetched before. */
  readonly ensureStored: (vendor: VendorName, request: BarsRequest) => Promise<void>;
};

/**
 * @throws InvalidInput INPUT_REQUIRED without bounds, DATA_EMPTY when the vendor has no such bars, and the problems of
 * what it told that cannot be; VendorFailure when it was not reached
 */
export function vendorMarketData({ readBars, storedDataHash, ensureStored }: VendorDataParts): MarketData {
  return {
    async load(request) {
      const { vendor, symbol, intervalMs, fromMs, toMs } = rangeOf(request);
      await usable(ensureStored(vendor, { symbol, intervalMs, fromMs, toMs }));
      const series = await readBars(symbol, intervalMs, fromMs, toMs);
      if (series.openTimeMs.length > 0) return series;
      const got = `no ${intervalText(intervalMs)} bars of ${symbol} in this range`;
      throw new InvalidInput([problem('DATA_EMPTY', 'market', got, 'at least one bar', 'npm run bars -- fetch')]);
    },
    revision: async ({ symbol, intervalMs }) => (await storedDataHash(symbol, intervalMs)) ?? 'nothing stored',
  };
}

/** What a vendor will not mend by itself is final; everything else may be tried again. */
async function usable(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VendorFailure && !error.isTransient) throw new InvalidInput(error.problems);
    throw error;
  }
}

/** The vendor that a source means. @throws InvalidInput for a source without a vendor */
export function vendorOf(source: MarketDataRequest['source']): VendorName {
  if (source.source === 'alpaca') return 'alpaca';
  if (source.source === 'ccxt') return `ccxt:${source.exchange}`;
  throw new InvalidInput([problem('INPUT_ENUM', 'market.source', source.source, 'alpaca or ccxt')]);
}

function rangeOf({ source, symbol, intervalMs }: MarketDataRequest): BarsRequest & { readonly vendor: VendorName } {
  const vendor = vendorOf(source);
  const { from, to } = source.source === 'alpaca' || source.source === 'ccxt' ? source : {};
  if (from === undefined || to === undefined) throw new InvalidInput(missingBounds({ from, to }));
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (fromMs < toMs) return { vendor, symbol, intervalMs, fromMs, toMs };
  throw new InvalidInput([problem('INPUT_RANGE', 'market.to', to, `an instant after market.from ${from}`)]);
}

const missingBounds = (bounds: { readonly from?: string | undefined; readonly to?: string | undefined }): Problem[] =>
  (['from', 'to'] as const)
    .filter((name) => bounds[name] === undefined)
    .map((name) => problem('INPUT_REQUIRED', `market.${name}`, undefined, 'an instant: the past is walked in bounds'));
