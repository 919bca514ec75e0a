/**
 * Events as they are committed, to any number of subscribers in this process: one connection LISTENs, each subscriber reads
 * by sequence at its own pace. A notification only says that there is more; a lost one, or a lost connection, costs at most
 * `LOOK_MS`. Nothing is buffered for a slow subscriber: it reads on from where it is.
 */
import pg from 'pg';
import { type DeskEvent, EVENTS_CHANNEL, readEvents } from './events.ts';
import type { Database } from './tables.ts';

const LOOK_MS = 2_000;
const RECONNECT_MS = 500;
const EVENTS_AT_ONCE = 200;

export type EventFeed = {
  /** Events after sequence `after`, in order and without gaps, until `signal` is aborted. */
  readonly follow: (after: number, signal: AbortSignal) => AsyncGenerator<DeskEvent, void, void>;
  readonly close: () => Promise<void>;
};

/** `url`: of a role that may read; the connection is made at once and again whenever it is lost. */
export function openEventFeed(db: Database, url: string): EventFeed {
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of waiting) wake();
  };
  const listener = listenForEver(url, wakeAll);
  return {
    follow: (after, signal) => follow(db, waiting, after, signal),
    close: async () => {
      wakeAll();
      await listener.close();
    },
  };
}

async function* follow(
  db: Database,
  waiting: Set<() => void>,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<DeskEvent, void, void> {
  let last = after;
  while (!signal.aborted) {
    // Listening before reading: what is committed in between wakes this subscriber again.
    const wait = nextWake(waiting, signal);
    const events = await readEvents(db, last, EVENTS_AT_ONCE).catch(() => []);
    if (events.length > 0) wait.cancel();
    for (const event of events) {
      if (signal.aborted) return;
      yield event;
      last = event.sequence;
    }
    if (events.length === 0) await wait.done;
  }
}

function nextWake(waiting: Set<() => void>, signal: AbortSignal): { done: Promise<void>; cancel: () => void } {
  let cancel: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      waiting.delete(end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, LOOK_MS);
    waiting.add(end);
    signal.addEventListener('abort', end, { once: true });
    cancel = end;
  });
  return { done, cancel };
}

function listenForEver(url: string, onNotice: () => void): { close: () => Promise<void> } {
  let client: pg.Client | null = null;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  const again = () => {
    client = null;
    if (!isClosed) retry = setTimeout(connect, RECONNECT_MS);
  };
  const connect = () => {
    const next = new pg.Client({ connectionString: url, application_name: 'quarterdeck events', keepAlive: true });
    client = next;
    next.on('notification', onNotice);
    next.once('end', again);
    next.on('error', () => undefined);
    next
      .connect()
      .then(() => next.query(`listen ${EVENTS_CHANNEL}`))
      .then(onNotice)
      .catch(() => next.end().catch(again));
  };
  connect();
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
}
