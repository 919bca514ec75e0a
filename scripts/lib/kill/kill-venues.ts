/**
 * Every venue with a key, made straight from the settings: no Temporal and no Postgres. Cancels all open orders of
 * each, again and again, until none is left or the time is over. Knows no orders of ours: everything open goes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { configuredVenues } from '../../../adapters/broker/configured-venues.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import type { Environment } from '../../../config/environment.ts';
import type { VenueName } from '../../../schemas/venue.ts';
import { before } from './deadline.ts';

/**
 * `left` is null when the venue never told. `endedOtherwise`: seen open, gone at the end, no answer proves the cancel.
 */
export type VenueReport = {
  readonly venue: string;
  readonly cancelled: number;
  readonly endedOtherwise: number;
  readonly left: number | null;
  readonly failed: number;
  readonly done: boolean;
  readonly attempts: number;
  readonly tookMs: number;
  readonly message: string | null;
};
export type VenueStanding = {
  readonly venue: string;
  readonly reachable: boolean;
  readonly accountId: string | null;
  readonly openOrders: number | null;
  readonly message: string | null;
};

type CancelTimes = { readonly flagAtMs: number; readonly deadlineMs: number };

/** A worker that read the flag just before it stood may still send for so long: the last cancel comes after it. */
const SETTLE_MS = 1_200;
const PAUSE_MS = 250;
const TIMEOUTS = { totalTimeoutMs: 6_000, idleTimeoutMs: 4_000 } as const;
const STATUS_MS_MAX = 5_000;

/** Those whose key is set, of the names asked for (null: all). */
export const venuesToCancel = (environment: Environment, only: VenueName | null): Venue[] =>
  configuredVenues(environment, TIMEOUTS).filter((venue) => only === null || venue.name === only);

type Progress = {
  readonly seen: Set<string>;
  readonly taken: Set<string>;
  open: readonly string[] | null;
  refused: readonly string[];
  done: boolean;
  attempts: number;
  message: string | null;
};

/** Never throws. Orders that arrive until shortly after the flag are cancelled too. */
export async function cancelEverything(venue: Venue, times: CancelTimes): Promise<VenueReport> {
  const startedAtMs = Date.now();
  const progress: Progress = {
    seen: new Set(),
    taken: new Set(),
    open: null,
    refused: [],
    done: false,
    attempts: 0,
    message: null,
  };
  void readOpen(venue, progress, false);
  await before(times.deadlineMs, repeat(venue, times, progress), null);
  const { open, taken, seen, refused, done, attempts, message } = progress;
  const isOpen = (id: string): boolean => open?.includes(id) ?? false;
  return {
    venue: venue.name,
    cancelled: [...taken].filter((id) => !isOpen(id)).length,
    endedOtherwise: open === null ? 0 : [...seen].filter((id) => !taken.has(id) && !isOpen(id)).length,
    left: open?.length ?? null,
    failed: refused.filter((id) => open === null || isOpen(id)).length,
    done,
    attempts,
    tookMs: Date.now() - startedAtMs,
    message: done ? null : (message ?? 'no answer in time'),
  };
}

async function repeat(venue: Venue, { flagAtMs, deadlineMs }: CancelTimes, progress: Progress): Promise<void> {
  while (Date.now() < deadlineMs && !progress.done) {
    const startedAtMs = Date.now();
    progress.attempts += 1;
    const isTaken = await cancelOnce(venue, progress);
    const isRead = await readOpen(venue, progress, true);
    const isSettled = startedAtMs >= flagAtMs + SETTLE_MS;
    if (isTaken && isRead && progress.open?.length === 0) {
      progress.message = null;
      progress.done = isSettled;
    }
    if (!progress.done) await sleep(PAUSE_MS);
  }
}

/** @returns whether the venue took the cancel of everything */
async function cancelOnce(venue: Venue, progress: Progress): Promise<boolean> {
  try {
    const outcome = await venue.cancelAll();
    if (outcome.kind === 'ambiguous') return noted(progress, outcome.reason);
    for (const id of outcome.venueOrderIds) progress.taken.add(id);
    progress.refused = outcome.refused.map((one) => one.venueOrderId);
    return outcome.refused.length === 0 || noted(progress, `the venue refused ${outcome.refused.length} cancels`);
  } catch (error) {
    return noted(progress, error instanceof Error ? error.message : String(error));
  }
}

/** @returns whether the list came back; `counts`: it is the newest, not the one from before the first cancel */
async function readOpen(venue: Venue, progress: Progress, counts: boolean): Promise<boolean> {
  try {
    const answer = await venue.openOrders();
    if (answer.kind === 'failed') return counts && noted(progress, answer.reason);
    const ids = answer.value.map((order) => order.venueOrderId);
    for (const id of ids) progress.seen.add(id);
    if (counts) progress.open = ids;
    if (ids.length > 0 && counts) progress.message = `${ids.length} orders are still open`;
    return true;
  } catch (error) {
    return counts && noted(progress, error instanceof Error ? error.message : String(error));
  }
}

function noted(progress: Progress, message: string): false {
  progress.message = message;
  return false;
}

/** Whether a venue answers, and what is open there. Never throws. */
export async function standingOf(venue: Venue): Promise<VenueStanding> {
  const late = { kind: 'failed', reason: `no answer in ${STATUS_MS_MAX} ms` } as const;
  const deadlineMs = Date.now() + STATUS_MS_MAX;
  const failed = (error: unknown) =>
    ({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }) as const;
  const [identity, open] = await Promise.all([
    before(deadlineMs, venue.identity().catch(failed), late),
    before(deadlineMs, venue.openOrders().catch(failed), late),
  ]);
  return {
    venue: venue.name,
    reachable: identity.kind === 'answered',
    accountId: identity.kind === 'answered' ? identity.value.accountId : null,
    openOrders: open.kind === 'answered' ? open.value.length : null,
    message: identity.kind === 'failed' ? identity.reason : open.kind === 'failed' ? open.reason : null,
  };
}
