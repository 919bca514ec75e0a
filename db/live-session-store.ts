/**
 * A live session's market as transactions: what it has seen, what came, and the state of its feeds with the events that
 * tell of a change. Behind the fence of its epoch: a worker that was taken for dead appends nothing.
 */
import { sql, type Transaction } from 'kysely';
import type { LiveInstant } from '../domain/market/ready-instants.ts';
import type { SessionHandle } from '../schemas/session-walk.ts';
import { appendEvents, type NewEvent } from './events.ts';
import { upsertRows } from './insert-rows.ts';
import { optionalMs, toInstant, toOptionalInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import { appendInstants, type SeenBar, type SeenMarket, seenMarket, sessionBars, windowStart } from './session-bars.ts';
import type { Database, Tables } from './tables.ts';

/** The feed of one symbol as it was found. */
export type FeedState = {
  readonly symbol: string;
  /** Open of its newest bar; null before the first. */
  readonly newestMs: number | null;
  readonly stale: boolean;
  /** Why what it sent is not used, or null. */
  readonly refused: string | null;
};

export type Arrival = {
  /** How many instants were at hand when the arrivals were put together. */
  readonly from: number;
  readonly instants: readonly LiveInstant[];
  readonly feeds: readonly FeedState[];
  readonly nowMs: number;
};

export type LiveSessionStore = ReturnType<typeof createLiveSessionStore>;

export const createLiveSessionStore = (db: Database) => ({
  seen: (handle: SessionHandle, symbols: readonly string[]): Promise<SeenMarket> => seenMarket(db, handle, symbols),
  bars: (handle: SessionHandle, from: number): Promise<SeenBar[]> => sessionBars(db, handle, from),
  windowStart: (handle: SessionHandle, symbols: readonly string[], window: Parameters<typeof windowStart>[3]) =>
    windowStart(db, handle, symbols, window),
  /** Appends what came, once, and notes how the feeds do. @returns how many instants are at hand */
  arrive: (handle: SessionHandle, arrival: Arrival): Promise<number> =>
    inTransaction(db, (trx) => arrive(trx, handle, arrival)),
});

async function arrive(trx: Transaction<Tables>, handle: SessionHandle, arrival: Arrival): Promise<number> {
  const held = await sql`select 1 from sessions where session_id = ${handle.sessionId} and epoch = ${handle.epoch}
    and state = 'open' for no key update`.execute(trx);
  const { instants: known } = await seenMarket(trx, handle, []);
  // Another look at the same bars was faster, or the session is another run's by now.
  if (held.rows.length === 0 || known !== arrival.from) return known;
  const { instants, nowMs } = arrival;
  await appendInstants(trx, handle, instants, { from: known, isPast: false, nowMs });
  await noteFeeds(trx, handle, arrival);
  return known + instants.length;
}

type StoredFeed = {
  readonly staleMs: number | null;
  readonly refusedMs: number | null;
  readonly reason: string | null;
};

const QUIET: StoredFeed = { staleMs: null, refusedMs: null, reason: null };

async function noteFeeds(trx: Transaction<Tables>, handle: SessionHandle, { feeds, nowMs }: Arrival): Promise<void> {
  const before = await storedFeeds(trx, handle);
  const events: NewEvent[] = [];
  const rows = feeds.flatMap((feed) => {
    const was = before.get(feed.symbol) ?? QUIET;
    const news = changesOf(handle, feed, was);
    if (news.length === 0) return [];
    events.push(...news.map(({ type, payload }) => ({ type, payload, correlationId: handle.workflowId, atMs: nowMs })));
    return [
      {
        session_id: handle.sessionId,
        run: handle.run,
        symbol: feed.symbol,
        stale_since: feed.stale ? toInstant(was.staleMs ?? nowMs) : null,
        refused_since: toOptionalInstant(feed.refused === null ? null : (was.refusedMs ?? nowMs)),
        reason: feed.refused,
      },
    ];
  });
  await upsertRows(trx, 'session_feeds', ['session_id', 'run', 'symbol'], rows);
  await appendEvents(trx, events);
}

async function storedFeeds(trx: Database, { sessionId, run }: SessionHandle): Promise<ReadonlyMap<string, StoredFeed>> {
  const query = trx.selectFrom('session_feeds').selectAll().where('session_id', '=', sessionId).where('run', '=', run);
  return new Map(
    (await query.execute()).map((row) => [
      row.symbol,
      { staleMs: optionalMs(row.stale_since), refusedMs: optionalMs(row.refused_since), reason: row.reason },
    ]),
  );
}

type Change = { readonly type: string; readonly payload: Record<string, unknown> };

/** What is told of a feed: that it fell silent, that it is back, that it sent what cannot be used. */
function changesOf({ sessionId, run }: SessionHandle, feed: FeedState, was: StoredFeed): Change[] {
  const base = { sessionId, run, symbol: feed.symbol, newestMs: feed.newestMs };
  const changes: Change[] = [];
  if (feed.stale && was.staleMs === null) changes.push({ type: 'session_feed_stale', payload: base });
  if (!feed.stale && was.staleMs !== null) {
    changes.push({ type: 'session_feed_back', payload: { ...base, staleSinceMs: was.staleMs } });
  }
  if (feed.refused !== null && codeOf(feed.refused) !== codeOf(was.reason)) {
    changes.push({ type: 'session_data_refused', payload: { ...base, reason: feed.refused } });
  }
  if (feed.refused === null && was.reason !== null) changes.push({ type: 'session_data_usable', payload: base });
  return changes;
}

/** A reason begins with its code; what follows may name another bar at each look. */
const codeOf = (reason: string | null): string | undefined => reason?.split(':')[0];
