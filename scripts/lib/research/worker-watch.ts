/** Tells the person who waits for a run that nobody is there to do it; the wait goes on, for workers may yet come. */
import type { QueueStanding } from '../../../schemas/officers/desk-health.ts';

/** A worker that has just begun to ask is soon told of; one that has died is told of for a minute and a half more. */
const FIRST_LOOK_MS = 5_000;
const LOOK_EVERY_MS = 30_000;

export type WatchTimes = { readonly firstMs: number; readonly everyMs: number };

/** @returns what ends the watch. A server that does not tell says nothing about its workers. */
export function watchWorkers(
  standings: () => Promise<readonly QueueStanding[]>,
  tell: (line: string) => void,
  { firstMs, everyMs }: WatchTimes = { firstMs: FIRST_LOOK_MS, everyMs: LOOK_EVERY_MS },
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    const found = await standings().catch(() => []);
    if (ended) return;
    for (const { queue } of found.filter(({ workers }) => workers === 0)) tell(nobodyAt(queue));
    timer = setTimeout(() => void look(), everyMs);
  };
  timer = setTimeout(() => void look(), firstMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

const nobodyAt = (queue: string): string =>
  `no worker asks queue ${queue} for work: the run waits until one does (npm start; WORKER_QUEUES may leave it out)`;
