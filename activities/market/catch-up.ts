/**
 * Brings the stored bars of one symbol up to date with its vendor: asks for what came since, judges it, stores it once.
 * A vendor that does not answer, or sends what cannot be, is a finding and not an error: whoever asked goes by what is
 * stored. Safe to repeat.
 */
import type { BarsRequest, VendorMarket } from '../../adapters/market-data/vendor-market.ts';
import type { LiveBarStore } from '../../db/live-bars.ts';
import { judgeLiveBars } from '../../domain/market/live-bars.ts';
import type { LiveBar } from '../../domain/market/merge-bars.ts';
import type { VendorSource } from '../../schemas/live-market.ts';
import type { Bar } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';

export type FeedParts = {
  /** The vendor of a source. @throws InvalidInput where this desk has no access to it */
  readonly vendorOf: (source: VendorSource) => VendorMarket;
  readonly bars: LiveBarStore;
  readonly nowMs: () => number;
  /** Questions that are not answered yet: nobody asks the same again meanwhile. */
  readonly asked: Map<string, Promise<readonly Problem[]>>;
};

export const createFeed = (parts: Omit<FeedParts, 'asked'>): FeedParts => ({ ...parts, asked: new Map() });

export type CatchUp = {
  readonly source: VendorSource;
  readonly symbol: string;
  readonly intervalMs: number;
  /** Open of the first bar to ask for; what is stored from here on is compared with what comes. */
  readonly fromMs: number;
  /** How long to wait for the vendor. An answer that comes later is stored all the same. */
  readonly budgetMs: number;
};

/** @returns why some of it could not be had or used. @throws InvalidInput where the vendor has no such bars */
export async function catchUp(parts: FeedParts, request: CatchUp): Promise<readonly Problem[]> {
  const { source, symbol, intervalMs, budgetMs } = request;
  const vendor = parts.vendorOf(source);
  const key = JSON.stringify([vendor.name, symbol, intervalMs]);
  const under = parts.asked.get(key);
  const asking = under ?? askAndStore(parts, vendor, request);
  if (under === undefined) {
    parts.asked.set(key, asking);
    const forget = (): void => void parts.asked.delete(key);
    asking.then(forget, forget);
  }
  const got = `no whole answer within ${budgetMs / 1_000} s`;
  const late = [problem('VENDOR_UNREACHABLE', vendor.name, got, 'an answer in time')];
  return (await within(budgetMs, asking)) ?? late;
}

async function askAndStore(
  parts: FeedParts,
  vendor: VendorMarket,
  { symbol, intervalMs, fromMs }: CatchUp,
): Promise<readonly Problem[]> {
  const fetched = await fetchBars(vendor, { symbol, intervalMs, fromMs, toMs: parts.nowMs() });
  const known = (await parts.bars.known(symbol, intervalMs, fromMs)).map((bar) => ({ ...bar, sequence: 0 }));
  const nowMs = parts.nowMs();
  const judged = judgeLiveBars({ known, incoming: fetched.bars, nowMs, intervalMs, path: symbol });
  const quarantine = judged.quarantine ?? quarantineOf(fetched.problems);
  const { accepted, revisions } = judged;
  const arrival = { symbol, intervalMs, sourceName: vendor.name, accepted: accepted.map(barOf), revisions, quarantine };
  await parts.bars.keep({ ...arrival, nowMs });
  return [...fetched.problems, ...judged.problems.filter((one) => one.code !== 'DATA_STALE')];
}

const barOf = ({ sequence, ...bar }: LiveBar): Bar => bar;

type Fetched = { readonly bars: readonly LiveBar[]; readonly problems: readonly Problem[] };

const BARS_MAX = 100_000;

/** Pages that came before something went wrong count. */
async function fetchBars(vendor: VendorMarket, request: BarsRequest): Promise<Fetched> {
  const bars: LiveBar[] = [];
  try {
    for await (const page of vendor.bars(request)) {
      bars.push(...page.map((bar) => ({ ...bar, sequence: 1 })));
      if (bars.length >= BARS_MAX) break;
    }
    return { bars, problems: [] };
  } catch (error) {
    const problems = vendorProblems(error);
    if (problems === null) throw error;
    return { bars, problems };
  }
}

/** Null when the time is over first; what was promised goes on. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  promise.catch(() => undefined);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The findings of a vendor's failure; null for an error of another kind, which is not the vendor's. */
export function vendorProblems(error: unknown): readonly Problem[] | null {
  if (!(error instanceof Error) || error.name !== 'VendorFailure' || !('problems' in error)) return null;
  return error.problems as readonly Problem[];
}

/** Clocks and outages mend themselves; a bar that cannot be does not. */
const MENDS_ITSELF: readonly string[] = ['DATA_STALE', 'DATA_TIME_FUTURE'];

export const isDataFault = ({ code }: Problem): boolean => code.startsWith('DATA_') && !MENDS_ITSELF.includes(code);

function quarantineOf(problems: readonly Problem[]): string | null {
  const [fault] = problems.filter(isDataFault);
  return fault === undefined ? null : `${fault.code}: ${fault.message}`;
}
