/**
 * Events as they are committed, to any number of subscribers in this process: one connection LISTENs, one query reads
 * what is new, all subscribers share it and each goes on at its own pace; one that is further behind reads the table
 * itself. A notification only says that there is more; a lost one, or a lost connection, costs at most `LOOK_MS`.
 * Nothing is buffered for a slow subscriber: it reads on from where it is.
 */
import pg from 'pg';
import { type DeskEvent, EVENTS_CHANNEL, lastSequence, readEvents } from './events.ts';
import type { Database } from './tables.ts';

const LOOK_MS = 2_000;
const RECONNECT_MS = 500;
const EVENTS_AT_ONCE = 200;
/** The newest events, which subscribers share. */
const SHARED_MAX = 1_000;

export type EventFeed = {
  /** Events after sequence `after`, in order and without gaps, until `signal` is aborted. */
  readonly follow: (after: number, signal: AbortSignal) => AsyncGenerator<DeskEvent, void, void>;
  readonly close: () => Promise<void>;
};

/** `url`: of a role that may read; the connection is made at once and again whenever it is lost. */
export function openEventFeed(db: Database, url: string): EventFeed {
  const waiting = new Set<() => void>();
  const tail = openTail(db, () => {
    for (const wake of waiting) wake();
  });
  const listener = listenForEver(url, tail.look);
  const timer = setInterval(tail.look, LOOK_MS);
  return {
    follow: (after, signal) => follow(tail, waiting, after, signal),
    close: async () => {
      clearInterval(timer);
      await listener.close();
    },
  };
}

type Tail = {
  /** Reads what is new, one look at a time; asked again meanwhile, it looks once more. */
  readonly look: () => void;
  /** The next events after that sequence, from memory where they are there. */
  readonly after: (sequence: number) => Promise<readonly DeskEvent[]>;
};

function openTail(db: Database, onNew: () => void): Tail {
  let shared: readonly DeskEvent[] = [];
  let last: number | null = null;
  let isLooking = false;
  let isAsked = false;
  const read = async (): Promise<void> => {
    last ??= await lastSequence(db);
    for (let found = EVENTS_AT_ONCE; found === EVENTS_AT_ONCE; ) {
      const events = await readEvents(db, last, EVENTS_AT_ONCE);
      found = events.length;
      last = events.at(-1)?.sequence ?? last;
      shared = [...shared, ...events].slice(-SHARED_MAX);
      if (found > 0) onNew();
    }
  };
  const look = (): void => {
    isAsked = true;
    if (isLooking) return;
    isLooking = true;
    void (async () => {
      while (isAsked) {
        isAsked = false;
        await read().catch(() => undefined);
      }
      isLooking = false;
    })();
  };
  const after = async (sequence: number): Promise<readonly DeskEvent[]> => {
    const first = shared[0]?.sequence;
    if (first !== undefined && sequence >= first - 1) {
      return shared.slice(sequence + 1 - first, sequence + 1 - first + EVENTS_AT_ONCE);
    }
    return last !== null && sequence >= last ? [] : readEvents(db, sequence, EVENTS_AT_ONCE);
  };
  return { look, after };
}

async function* follow(
  tail: Tail,
  waiting: Set<() => void>,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<DeskEvent, void, void> {
  let last = after;
  while (!signal.aborted) {
    // Listening before reading: what is committed in between wakes this subscriber again.
    const wait = nextWake(waiting, signal);
    const events = await tail.after(last).catch(() => []);
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
    clearTimeout(retry);
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
      .catch(() =>
        next
          .end()
          .catch(() => undefined)
          .finally(again),
      );
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
