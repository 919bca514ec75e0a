/**
 * Plain worker threads that stay up between batches, and the data sets they hold open. One that dies, at work or
 * between two batches, fails the batch it was at and nothing after it.
 */
import { Worker } from 'node:worker_threads';
import type { SharedMarket } from './shared-market.ts';
import type { FromThread, ToThread } from './thread-protocol.ts';

export type Thread = { readonly worker: Worker; readonly opened: Set<string> };
/** Data sets by key, the one that was not used for longest first. */
export type Machine = { readonly threads: Thread[]; readonly markets: Map<string, SharedMarket> };

/** The first so many threads; new ones are started. */
export function teamOf(machine: Machine, count: number): Thread[] {
  while (machine.threads.length < count) machine.threads.push(startThread(machine));
  return machine.threads.slice(0, count);
}

function startThread(machine: Machine): Thread {
  const worker = new Worker(new URL('./thread-entry.mjs', import.meta.url), { execArgv: [] });
  const thread = { worker, opened: new Set<string>() };
  worker.setMaxListeners(0);
  // Without a listener between two batches the death of a thread would end the process.
  worker.on('error', () => undefined);
  worker.once('exit', () => lose(thread, machine));
  worker.unref();
  return thread;
}

/**
 * A thread that has died leaves the machine. What it had opened is laid out anew: search memory has room for so many
 * threads, and the part of a dead one is never given back.
 */
function lose(thread: Thread, machine: Machine): void {
  const place = machine.threads.indexOf(thread);
  if (place >= 0) machine.threads.splice(place, 1);
  for (const key of thread.opened) forget(key, machine);
}

/** Neither the machine nor a thread keeps this data set. */
export function forget(key: string, { threads, markets }: Machine): void {
  markets.delete(key);
  for (const thread of threads) if (thread.opened.delete(key)) send(thread, { type: 'forget', key });
}

export const send = ({ worker }: Thread, message: ToThread): void => worker.postMessage(message);

/** Sends a batch and waits for the answer to it. @throws what the thread died of */
export function answerOf(thread: Thread, message: ToThread & { readonly type: 'work' }): Promise<FromThread> {
  const { worker } = thread;
  return new Promise((resolve, reject) => {
    let cause: Error | null = null;
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
    };
    const onMessage = (answer: FromThread): void => {
      if (answer.number !== message.number) return;
      settle();
      resolve(answer);
    };
    const onError = (error: Error): void => {
      cause = error;
    };
    const onExit = (code: number): void => {
      settle();
      reject(cause ?? new Error(`a computing thread ended with exit code ${code}`));
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    send(thread, message);
  });
}
