/** Waits for what a running desk will show sooner or later. */
import { setTimeout as sleep } from 'node:timers/promises';

const ASK_EVERY_MS = 20;

/** Asks until `answer` gives something that is not null. @throws Error naming `what` after `withinMs` */
export async function until<T>(what: string, answer: () => Promise<T | null>, withinMs = 20_000): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = await answer();
    if (found !== null) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await sleep(ASK_EVERY_MS);
  }
}
