/**
 * Watches the feeds of a live session: which are silent for too long, when that will be so, and when to look again.
 * A feed is silent from the newest bar on, or from the opening of its market when that came later; a closed market is
 * never silent. Instants are epoch ms by our own clock.
 */
import { calendarOf, isOpen, nextOpenMs, sessionOf } from './calendar.ts';
import { barAgeMaxMs } from './staleness.ts';

/** The hours of a symbol's market now. `openedAtMs`, `nextOpenMs` are null where it never closes. */
export type MarketHours = {
  readonly isOpen: boolean;
  readonly openedAtMs: number | null;
  readonly nextOpenMs: number | null;
};

/** A market counts as open until its last bar can have come. */
const LAST_BAR_WITHIN_MS = 15_000;

/** @throws InvalidInput CALENDAR_RANGE */
export function hoursOf(symbol: string, nowMs: number): MarketHours {
  const calendar = calendarOf(symbol);
  const atMs = nowMs - LAST_BAR_WITHIN_MS;
  const open = isOpen(calendar, atMs);
  const openedAtMs = open ? (sessionOf(calendar, atMs)?.openMs ?? null) : null;
  return { isOpen: open, openedAtMs, nextOpenMs: nextOpenMs(calendar, atMs) };
}

export type Feed = {
  readonly symbol: string;
  /** Open of the newest bar that was accepted; null before the first. */
  readonly newestMs: number | null;
  readonly hours: MarketHours;
};

export type FeedWatch = {
  /** Symbols whose market is open and whose feed is silent for too long. */
  readonly stale: readonly string[];
  /** When the next feed will have been silent for too long, if nothing comes; null when there is none. */
  readonly staleAtMs: number | null;
  /** When the next bar that is not overdue should have closed and been published; null while all are overdue. */
  readonly nextBarAtMs: number | null;
  /** A bar should have come by now. */
  readonly overdue: boolean;
  /** The next opening, while all markets are closed; null otherwise. */
  readonly closedUntilMs: number | null;
};

const PUBLISHED_WITHIN_MS = 2_000;

/** What a vendor may take to publish a bar: a tenth of the interval, at most 2 s. */
const publishedAfterMs = (intervalMs: number): number => Math.min(PUBLISHED_WITHIN_MS, intervalMs / 10);

export function watchFeeds(
  feeds: readonly Feed[],
  clock: { readonly nowMs: number; readonly intervalMs: number; readonly ageOffsetMs: number },
): FeedWatch {
  const { nowMs, intervalMs, ageOffsetMs } = clock;
  const ageMaxMs = barAgeMaxMs(intervalMs, ageOffsetMs);
  const open = feeds.filter((feed) => feed.hours.isOpen);
  const deadlines = open.map((feed) => ({ symbol: feed.symbol, atMs: silentSinceMs(feed) + ageMaxMs }));
  const coming = deadlines.filter((one) => one.atMs >= nowMs).map((one) => one.atMs);
  const closedUntilMs = open.length > 0 ? null : earliest(feeds.map((feed) => feed.hours.nextOpenMs));
  const afterCloseMs = 2 * intervalMs + publishedAfterMs(intervalMs);
  const expected = open.map((feed) => silentSinceMs(feed) + afterCloseMs);
  const afterOpeningMs = (closedUntilMs ?? nowMs) + intervalMs + publishedAfterMs(intervalMs);
  return {
    stale: deadlines.filter((one) => one.atMs < nowMs).map((one) => one.symbol),
    staleAtMs: earliest(coming),
    nextBarAtMs: open.length === 0 ? afterOpeningMs : earliest(expected.filter((atMs) => atMs > nowMs)),
    overdue: expected.some((atMs) => atMs <= nowMs),
    closedUntilMs,
  };
}

/** From when on silence counts. A market that opened after its newest bar has its first bar still to come. */
function silentSinceMs({ newestMs, hours }: Feed): number {
  const newest = newestMs ?? Number.NEGATIVE_INFINITY;
  return Math.max(newest, hours.openedAtMs ?? Number.NEGATIVE_INFINITY, 0);
}

const earliest = (instants: readonly (number | null)[]): number | null => {
  const known = instants.filter((one) => one !== null);
  return known.length === 0 ? null : Math.min(...known);
};
