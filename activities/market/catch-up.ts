/**
 * Brings the stored bars of one symbol up to date with its vendor: asks for what came since, judges it, stores it once.
 * A vendor that does not answer, or sends what cannot be, is a finding and not an error: whoever asked goes by what is
 * stored. Safe to repeat.
 */
import type { BarsRequest, VendorMarket } from '../../adapters/market-data/vendor-market.ts';
import type { LiveBarStore } from '../../db/live-bars.ts';
import { isoText } from '../../domain/market/bar-problems.ts';
import { judgeLiveBars } from '../../domain/market/live-bars.ts';
import type { VendorSource } from '../../schemas/live-market.ts';
import type { Bar } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';

/** A question that is not answered yet. */
type Asked = { readonly fromMs: number; readonly asking: Promise<readonly Problem[]> };

export type FeedParts = {
  /** The vendor of a source. @throws InvalidInput where this desk has no access to it */
  readonly vendorOf: (source: VendorSource) => VendorMarket;
  readonly bars: LiveBarStore;
  readonly nowMs: () => number;
  /** By vendor, symbol and interval: nobody asks meanwhile for what the last question will bring. */
  readonly asked: Map<string, Asked>;
};

export const createFeed = (parts: Omit<FeedParts, 'asked'>): FeedParts => ({ ...parts, asked: new Map() });

export type CatchUp = {
  readonly source: VendorSource;
  readonly symbol: string;
  readonly intervalMs: number;
  /** Open of the first bar to ask for; what is stored from here on is compared with what comes. */
  readonly fromMs: number;
  /** Bars that open from here on are not needed. @default the time at which it is asked */
  readonly toMs?: number;
  /** How long to wait for the vendor. An answer that comes later is stored all the same. */
  readonly budgetMs: number;
};

/** How far back whoever looks again and again asks, for bars that the vendor revises and to judge jumps by. */
export const REVISED_BARS = 3;

/** @returns why some of it could not be had or used. @throws InvalidInput where the vendor has no such bars */
export async function catchUp(parts: FeedParts, request: CatchUp): Promise<readonly Problem[]> {
  const vendor = parts.vendorOf(request.source);
  const { budgetMs } = request;
  const got = `no whole answer within ${budgetMs / 1_000} s`;
  const late = [problem('VENDOR_UNREACHABLE', vendor.name, got, 'an answer in time')];
  return (await within(budgetMs, asking(parts, vendor, request))) ?? late;
}

/**
 * Joins a question that is under way and reaches as far back, else asks after it. One that has an end is not joined.
 */
function asking(parts: FeedParts, vendor: VendorMarket, request: CatchUp): Promise<readonly Problem[]> {
  const { symbol, intervalMs, fromMs, toMs } = request;
  const key = JSON.stringify([vendor.name, symbol, intervalMs, toMs ?? null]);
  const under = parts.asked.get(key);
  if (under !== undefined && under.fromMs <= fromMs) return under.asking;
  const asked = { fromMs, asking: afterThat(under, () => askAndStore(parts, vendor, request)) };
  parts.asked.set(key, asked);
  const forget = (): void => {
    if (parts.asked.get(key) === asked) parts.asked.delete(key);
  };
  asked.asking.then(forget, forget);
  return asked.asking;
}

function afterThat<T>(under: Asked | undefined, ask: () => Promise<T>): Promise<T> {
  return under === undefined ? ask() : under.asking.then(ask, ask);
}

async function askAndStore(
  parts: FeedParts,
  vendor: VendorMarket,
  { symbol, intervalMs, fromMs, toMs }: CatchUp,
): Promise<readonly Problem[]> {
  const fetched = await fetchBars(vendor, { symbol, intervalMs, fromMs, toMs: toMs ?? parts.nowMs() });
  const known = await parts.bars.known(symbol, intervalMs, fromMs);
  const nowMs = parts.nowMs();
  const judged = judgeLiveBars({ known, incoming: fetched.bars, nowMs, intervalMs, path: symbol });
  const problems = [...fetched.problems, ...judged.problems];
  const { accepted, revisions } = judged;
  const quarantine = quarantineOf(problems);
  await parts.bars.keep({ symbol, intervalMs, sourceName: vendor.name, accepted, revisions, quarantine, nowMs });
  return problems;
}

type Fetched = { readonly bars: readonly Bar[]; readonly problems: readonly Problem[] };

/** The most bars that one question may bring: 69 days of minutes. */
export const BARS_MAX = 100_000;

/** Pages that came before something went wrong count; so do the oldest of more bars than one question may bring. */
async function fetchBars(vendor: VendorMarket, request: BarsRequest): Promise<Fetched> {
  const bars: Bar[] = [];
  try {
    for await (const page of vendor.bars(request)) {
      for (const bar of page) bars.push(bar);
      if (bars.length > BARS_MAX) return { bars: bars.slice(0, BARS_MAX), problems: [tooMany(request)] };
    }
    return { bars, problems: [] };
  } catch (error) {
    if (!(error instanceof VendorFailure)) throw error;
    return { bars, problems: error.problems };
  }
}

function tooMany({ symbol, fromMs }: BarsRequest): Problem {
  const got = `more than ${BARS_MAX} bars of ${symbol} since ${isoText(fromMs)}`;
  return problem('INPUT_RANGE', 'market.from', got, `at most ${BARS_MAX} bars up to now`, 'begin later');
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

/** A bar that cannot be does not mend itself; clocks and outages do. */
export const isDataFault = ({ code }: Problem): boolean => code.startsWith('DATA_') && code !== 'DATA_TIME_FUTURE';

function quarantineOf(problems: readonly Problem[]): string | null {
  const [fault] = problems.filter(isDataFault);
  return fault === undefined ? null : `${fault.code}: ${fault.message}`;
}
