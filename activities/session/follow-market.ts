/**
 * The market of a session that goes by a vendor: the past it opens with, and each look for new bars. What comes is
 * stored, put in order and appended to what the session has seen; walking it is another activity. Repeated, or done by
 * two workers at once, it appends the same once.
 */
import type { LiveSessionStore } from '../../db/live-session-store.ts';
import type { SeenMarket } from '../../db/session-bars.ts';
import { type Feed, hoursOf, watchFeeds } from '../../domain/market/feed-watch.ts';
import { allInstants, type LiveInstant, readyInstants } from '../../domain/market/ready-instants.ts';
import { barsBackMs } from '../../domain/market/session-bars.ts';
import { barAgeMaxMs } from '../../domain/market/staleness.ts';
import { parseStrategyParameters, spokenRules, twoLegRules } from '../../domain/signals/catalogue.ts';
import { isVendorSource, type VendorSource } from '../../schemas/live-market.ts';
import type { Bar } from '../../schemas/market.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { MarketNews, SessionHandle } from '../../schemas/session-walk.ts';
import { isTwoLegged, type Strategy } from '../../schemas/signals.ts';
import { catchUp, type FeedParts, isDataFault, REVISED_BARS } from '../market/catch-up.ts';

export type FollowParts = FeedParts & {
  readonly live: LiveSessionStore;
  /** Added to two intervals, the greatest age of a bar. */
  readonly ageOffsetMs: number;
  readonly quarantined: (symbols: readonly string[], intervalMs: number) => Promise<ReadonlyMap<string, string>>;
};

type MarketInput = Pick<ParsedSession, 'symbols' | 'barIntervalMs' | 'market'>;

/** Bars that every feature has a value after. */
const PAST_BARS_MIN = 500;
const PAST_BUDGET_MS = 60_000;
const LOOK_BUDGET_MS = 8_000;
const LOOK_BUDGET_MIN_MS = 500;

const vendorSource = ({ market }: MarketInput): VendorSource => {
  if (isVendorSource(market)) return market;
  throw new InvalidInput([problem('INPUT_ENUM', 'market.source', market.source, 'alpaca or ccxt')]);
};

/** What is known of the market when a session opens: everything that closed by now. @throws InvalidInput DATA_EMPTY */
export async function openPast(parts: FollowParts, input: ParsedSession, strategy: Strategy): Promise<LiveInstant[]> {
  const source = vendorSource(input);
  const { barIntervalMs: intervalMs } = input;
  const nowMs = parts.nowMs();
  const past = await Promise.all(
    input.symbols.map(async (symbol) => {
      const backMs = barsBackMs(symbol, intervalMs, pastBars(strategy), nowMs);
      const fromMs = source.from === undefined ? backMs : Date.parse(source.from);
      const problems = await catchUp(parts, { source, symbol, intervalMs, fromMs, budgetMs: PAST_BUDGET_MS });
      const bars = (await parts.bars.known(symbol, intervalMs, fromMs)).filter(closedBy(nowMs, intervalMs));
      const missing = problems.filter((one) => !isDataFault(one));
      if (bars.length === 0 || missing.length > 0) throw noPast(symbol, missing.length > 0 ? missing : problems);
      return [symbol, bars] as const;
    }),
  );
  return allInstants(new Map(past));
}

const closedBy =
  (nowMs: number, intervalMs: number) =>
  (bar: Bar): boolean =>
    bar.openTimeMs + intervalMs <= nowMs;

/** Bars that the strategy and every feature need before they have a value. */
export function pastBars(strategy: Strategy): number {
  const { type } = strategy;
  const { rules, parameters } = isTwoLegged(type)
    ? { rules: twoLegRules(type), parameters: parseStrategyParameters(type, strategy.parameters) }
    : spokenRules(strategy);
  return Math.max(rules.warmupBars(parameters), PAST_BARS_MIN);
}

/** Final where the vendor has said no; an error that is tried again while it does not answer. */
function noPast(symbol: string, problems: readonly Problem[]): Error {
  const expected = 'bars of the past, to warm up with';
  const [first] = problems;
  if (first?.code === 'VENDOR_UNREACHABLE' || first?.code === 'VENDOR_RATE_LIMITED') return new Error(first.message);
  if (first !== undefined) return new InvalidInput(problems);
  return new InvalidInput([problem('DATA_EMPTY', 'market', `no bars of ${symbol}`, expected)]);
}

/** Looks once for new bars and says how the feeds do and when to look again. */
export async function followMarket(
  parts: FollowParts,
  handle: SessionHandle,
  input: ParsedSession,
): Promise<MarketNews> {
  const { symbols, barIntervalMs: intervalMs } = input;
  const seen = await parts.live.seen(handle, symbols);
  const looks = await lookAtAll(parts, input, seen);
  const nowMs = parts.nowMs();
  const feeds = looks.map(({ symbol, bars }): Feed => {
    const newestMs = bars.at(-1)?.openTimeMs ?? null;
    return { symbol, newestMs, hours: hoursOf(symbol, nowMs) };
  });
  const waiting = new Map(
    looks.map(({ symbol, bars }) => [symbol, bars.filter((bar) => bar.openTimeMs > (seen.lastMs ?? 0))] as const),
  );
  const awaited = feeds.filter((feed) => feed.hours.isOpen).map((feed) => feed.symbol);
  const instants = readyInstants({ waiting, awaited, nowMs, intervalMs });
  const { stale, ...times } = watchFeeds(feeds, { nowMs, intervalMs, ageOffsetMs: parts.ageOffsetMs });
  const states = feeds.map(({ symbol, newestMs }, i) => ({
    ...{ symbol, newestMs, stale: stale.includes(symbol) },
    refused: refusedText(looks[i]?.problems ?? []),
  }));
  const known = await parts.live.arrive(handle, { from: seen.instants, instants, feeds: states, nowMs });
  const quarantined = await parts.quarantined(symbols, intervalMs);
  return {
    ...times,
    overdue: times.overdue || waitsForOthers(waiting, instants),
    known,
    silent: awaited.length > 0 && stale.length === awaited.length,
    warnings: [
      ...feeds.filter((feed) => stale.includes(feed.symbol)).map(staleWarning),
      ...[...quarantined].map(([symbol, reason]) => `QUARANTINED: ${symbol}: ${reason}`),
      ...looks.flatMap(({ problems }) => problems.slice(0, 1).map((one) => `${one.code}: ${one.message}`)),
    ],
  };
}

type Look = { readonly symbol: string; readonly problems: readonly Problem[]; readonly bars: readonly Bar[] };

/** Asks for every symbol at once; what is stored counts, whether its vendor answered or not. */
function lookAtAll(parts: FollowParts, input: ParsedSession, seen: SeenMarket): Promise<Look[]> {
  const source = vendorSource(input);
  const { symbols, barIntervalMs: intervalMs } = input;
  const lastMs = seen.lastMs ?? 0;
  const budgetMs = lookBudgetMs(parts, lastMs, intervalMs);
  return Promise.all(
    symbols.map(async (symbol) => {
      const fromMs = (seen.newestMs.get(symbol) ?? lastMs) - REVISED_BARS * intervalMs;
      const problems = await catchUp(parts, { source, symbol, intervalMs, fromMs, budgetMs });
      return { symbol, problems, bars: await parts.bars.known(symbol, intervalMs, fromMs) };
    }),
  );
}

/** A look that is under way when the newest bar grows too old ends then, so that the session can say so. */
function lookBudgetMs(parts: FollowParts, lastMs: number, intervalMs: number): number {
  const staleInMs = lastMs + barAgeMaxMs(intervalMs, parts.ageOffsetMs) - parts.nowMs();
  return staleInMs <= 0 ? LOOK_BUDGET_MS : Math.min(LOOK_BUDGET_MS, Math.max(LOOK_BUDGET_MIN_MS, staleInMs));
}

/** Bars are there whose instant is not complete yet. */
const waitsForOthers = (waiting: ReadonlyMap<string, readonly Bar[]>, ready: readonly LiveInstant[]): boolean =>
  [...waiting.values()].some((bars) => (bars.at(-1)?.openTimeMs ?? 0) > (ready.at(-1)?.openTimeMs ?? 0));

function refusedText(problems: readonly Problem[]): string | null {
  const fault = problems.find(isDataFault);
  return fault === undefined ? null : `${fault.code}: ${fault.message}`;
}

function staleWarning({ symbol, newestMs }: Feed): string {
  const since = newestMs === null ? 'at all' : `since that of ${new Date(newestMs).toISOString()}`;
  return `STALE: no bar of ${symbol} ${since}; nothing is opened until it is back`;
}
