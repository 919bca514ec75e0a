/**
 * Watches the feeds of a live session: which are silent for too long, when that will be so, and when to look again.
 * A feed is silent from the newest bar on, or from the opening of its market when that came later; a closed market is
 * never silent. A bar is looked for when it has closed, wherever its market's hours end. Instants are epoch ms by our
 * own clock.
 */
import { calendarOf, isOpen, nextOpenMs, sessionOf } from './calendar.ts';
import { nextStampMs } from './session-bars.ts';
import { barAgeMaxMs } from './staleness.ts';

/** The hours of a symbol's market now. `openedAtMs`, `nextOpenMs` are null where it never closes. */
export type FeedHours = {
  readonly isOpen: boolean;
  readonly openedAtMs: number | null;
  readonly nextOpenMs: number | null;
};

/** A market counts as open until its last bar can have come. */
const LAST_BAR_WITHIN_MS = 15_000;

/** @throws InvalidInput CALENDAR_RANGE */
export function hoursOf(symbol: string, nowMs: number): FeedHours {
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
  readonly hours: FeedHours;
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

type Clock = { readonly nowMs: number; readonly intervalMs: number; readonly ageOffsetMs: number };

const PUBLISHED_WITHIN_MS = 2_000;
/** How long a closed market's last bar is waited for: in a minute without a trade there is none. Chosen. */
const MISSED_AFTER_MS_MAX = 900_000;

/** What a vendor may take to publish a bar: a tenth of the interval, at most 2 s. */
const publishedAfterMs = (intervalMs: number): number => Math.min(PUBLISHED_WITHIN_MS, intervalMs / 10);

export function watchFeeds(feeds: readonly Feed[], clock: Clock): FeedWatch {
  const { nowMs, intervalMs, ageOffsetMs } = clock;
  const ageMaxMs = barAgeMaxMs(intervalMs, ageOffsetMs);
  const open = feeds.filter((feed) => feed.hours.isOpen);
  const deadlines = open.map((feed) => ({ symbol: feed.symbol, atMs: silentSinceMs(feed) + ageMaxMs }));
  const coming = deadlines.filter((one) => one.atMs >= nowMs).map((one) => one.atMs);
  const expected = feeds.map((feed) => expectedAtMs(feed, clock));
  return {
    stale: deadlines.filter((one) => one.atMs < nowMs).map((one) => one.symbol),
    staleAtMs: earliest(coming),
    nextBarAtMs: earliest(expected.filter((atMs) => atMs > nowMs)),
    overdue: expected.some((atMs) => atMs <= nowMs),
    closedUntilMs: open.length > 0 ? null : earliest(feeds.map((feed) => feed.hours.nextOpenMs)),
  };
}

/** When the bar after the newest one should be there. Of a closed market that owes one too long: the bar after now. */
function expectedAtMs({ symbol, newestMs, hours }: Feed, { nowMs, intervalMs }: Clock): number {
  const afterMs = intervalMs + publishedAfterMs(intervalMs);
  const atMs = nextStampMs(symbol, intervalMs, newestMs ?? nowMs - intervalMs) + afterMs;
  if (hours.isOpen || atMs > nowMs - Math.min(intervalMs, MISSED_AFTER_MS_MAX)) return atMs;
  return nextStampMs(symbol, intervalMs, nowMs - afterMs) + afterMs;
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
