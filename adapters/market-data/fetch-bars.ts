/**
 * Fetches bars of a vendor into a store, page by page, going on where an earlier fetch of the same bars was broken off.
 * The store is injected; it hands out nothing before all is there. Not for bars as they come to be.
 */
import type { Bar } from '../../schemas/market.ts';
import type { BarsRequest, VendorMarket, VendorName } from './vendor-market.ts';

type SourceRange = BarsRequest & { readonly sourceName: string };
/** `untilMs`: every bar that opened before it has been gathered. */
type Gathered = BarsRequest & { readonly untilMs: number; readonly isResumed: boolean };
type FinishOptions = {
  readonly replace: boolean;
  readonly acceptJumps: boolean;
  readonly coveredToMs: number;
  readonly nowMs: number;
};

export type FetchStore<F extends Gathered, R> = {
  readonly begin: (range: SourceRange) => Promise<F>;
  readonly keepPage: (fetch: F, bars: readonly Bar[]) => Promise<F>;
  readonly finish: (fetch: F, options: FinishOptions) => Promise<R>;
  readonly fetchedUntil: (range: Omit<SourceRange, 'toMs'>) => Promise<number>;
};

export type FetchOptions = Pick<FinishOptions, 'replace' | 'acceptJumps'> & {
  readonly nowMs: () => number;
  readonly onPage?: (untilMs: number, count: number) => void;
  /** Under which symbol the bars are stored. @default the vendor's */
  readonly storedAs?: string;
};
export type Fetched<R> = { readonly isResumed: boolean; readonly resumedAtMs: number; readonly result: R };

/**
 * What vendors may take to publish a bar that has closed, with the clocks' difference: until then it may be missing.
 */
const PUBLISHED_AFTER_MS = 60_000;

/**
 * What stored bars say of where they come from: the vendor, and its symbol where that is not the one they stand under.
 */
export const sourceNameOf = (vendor: VendorName, symbol: string, storedAs: string = symbol): string =>
  storedAs === symbol ? vendor : `${vendor} ${symbol}`;

/** @throws VendorFailure; InvalidInput for what the vendor does not have or the store does not take */
export async function fetchBars<F extends Gathered, R>(
  vendor: VendorMarket,
  store: FetchStore<F, R>,
  request: BarsRequest,
  { nowMs, onPage, replace, acceptJumps, storedAs }: FetchOptions,
): Promise<Fetched<R>> {
  const beganAtMs = nowMs();
  const { symbol, intervalMs, fromMs, toMs } = request;
  const sourceName = sourceNameOf(vendor.name, symbol, storedAs);
  let fetch = await store.begin({ sourceName, symbol: storedAs ?? symbol, intervalMs, fromMs, toMs });
  const { isResumed, untilMs: resumedAtMs } = fetch;
  let count = 0;
  if (resumedAtMs < toMs) {
    for await (const bars of vendor.bars({ symbol, intervalMs, fromMs: resumedAtMs, toMs })) {
      fetch = await store.keepPage(fetch, bars);
      count += bars.length;
      onPage?.(fetch.untilMs, count);
    }
  }
  const coveredToMs = Math.min(toMs, beganAtMs - intervalMs - PUBLISHED_AFTER_MS);
  const result = await store.finish(fetch, { replace, acceptJumps, coveredToMs, nowMs: nowMs() });
  return { isResumed, resumedAtMs, result };
}

/**
 * For walks over a vendor's past: fetches what was not fetched of the range yet. Of one data set one after the other in
 * this process, because walks that begin at the same time want the same bars.
 */
export function ensureStored<F extends Gathered, R>(
  market: (name: VendorName) => VendorMarket,
  store: FetchStore<F, R>,
  nowMs: () => number,
): (name: VendorName, request: BarsRequest) => Promise<void> {
  const turns = new Map<string, Promise<void>>();
  const ensure = async (name: VendorName, request: BarsRequest): Promise<void> => {
    const { symbol, intervalMs, fromMs, toMs } = request;
    const untilMs = await store.fetchedUntil({ sourceName: name, symbol, intervalMs, fromMs });
    if (untilMs >= toMs || untilMs + intervalMs > nowMs()) return;
    const options = { replace: false, acceptJumps: false, nowMs };
    await fetchBars(market(name), store, { ...request, fromMs: untilMs }, options);
  };
  return (name, request) => {
    const key = JSON.stringify([name, request.symbol, request.intervalMs]);
    const turn = (turns.get(key) ?? Promise.resolve()).then(() => ensure(name, request));
    const done = turn.then(
      () => undefined,
      () => undefined,
    );
    turns.set(key, done);
    void done.then(() => turns.get(key) === done && turns.delete(key));
    return turn;
  };
}
