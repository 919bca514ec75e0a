/** Repeats what fails while a service is being killed: errors count only when they last. */
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 250;

/** @throws the last error when `withinMs` is over, or at once when `isFinal` says that no repetition helps */
export async function patiently<T>(
  work: () => Promise<T>,
  withinMs: number,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isFinal(error) || Date.now() > deadlineMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
