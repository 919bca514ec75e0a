/** A subscriber of the events that leaves and comes back every 200 ms, each time over a connection of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openEventFeed } from '../../../db/event-feed.ts';
import { lastSequence } from '../../../db/events.ts';
import type { Database } from '../../../db/tables.ts';
import { patiently } from '../../rig/patience.ts';

export type RestlessReader = {
  /** Sequences in the order in which they were heard. */
  readonly heard: readonly number[];
  readonly visits: () => number;
  /** Reads until all that was written has been heard, or for at most `withinMs`. */
  readonly drain: (withinMs: number) => Promise<void>;
};

const STAYS_MS = 200;
const PATIENCE_MS = 60_000;

/** `catchesUp` false: it begins again wherever the table stands, as somebody would who only listens. */
export function startReading(db: Database, url: string, catchesUp: boolean): RestlessReader {
  const heard: number[] = [];
  let visits = 0;
  let isOver = false;
  const visit = async (): Promise<void> => {
    const after = catchesUp ? (heard.at(-1) ?? 0) : await patiently(() => lastSequence(db), PATIENCE_MS);
    const feed = openEventFeed(db, url);
    visits += 1;
    const abort = AbortSignal.timeout(STAYS_MS);
    try {
      for await (const { sequence } of feed.follow(after, abort)) heard.push(sequence);
    } finally {
      await feed.close();
    }
  };
  const loop = async (): Promise<void> => {
    while (!isOver) await visit();
  };
  const done = loop();
  return {
    heard,
    visits: () => visits,
    drain: async (withinMs) => {
      const last = await patiently(() => lastSequence(db), PATIENCE_MS);
      for (const untilMs = Date.now() + withinMs; Date.now() < untilMs && (heard.at(-1) ?? 0) < last; )
        await sleep(STAYS_MS);
      isOver = true;
      await done;
    },
  };
}
