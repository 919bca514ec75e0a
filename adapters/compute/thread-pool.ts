/**
 * The threads of this machine. Plain worker threads with shared memory: a batch costs one message a thread, whatever
 * the number of candidates. The main thread stays free for heartbeats; it looks at the shared count now and then.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { FIGURE_WIDTH } from '../../domain/learning/trial/compute-task.ts';
import type { ComputeAnswer, ComputePool, ComputeRequest } from './compute-pool.ts';
import { type SharedMarket, shareMarket } from './shared-market.ts';
import { CANCELLED, DONE, EVALUATED, type FromThread, type SharedBatch, shareBatch } from './thread-protocol.ts';
import { createTrainingThreads } from './training-threads.ts';

const PROGRESS_EVERY_MS = 250;
/** Data sets in shared memory at a time; the one that was not used for longest goes. */
const MARKETS_KEPT = 3;

type Thread = { readonly worker: Worker; readonly opened: Set<string> };

export function createThreadPool(): ComputePool {
  const threads: Thread[] = [];
  const markets = new Map<string, SharedMarket>();
  const trainers = createTrainingThreads();
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    evaluate: (request) => alone(() => evaluate(request, threads, markets)),
    train: trainers.train,
    judge: trainers.judge,
    warmUp: () => void teamOf(threads, availableParallelism()),
    close: async () => {
      await last;
      await Promise.all([trainers.close(), ...threads.splice(0).map(({ worker }) => worker.terminate())]);
    },
  };
}

async function evaluate(
  request: ComputeRequest,
  threads: Thread[],
  markets: Map<string, SharedMarket>,
): Promise<readonly ComputeAnswer[]> {
  const { candidates, task, signal, onProgress } = request;
  signal.throwIfAborted();
  if (candidates.length === 0) return [];
  const threadsMax = request.threads || availableParallelism();
  const key = `${request.key}:${task.kind}:${threadsMax}`;
  const market = await marketOf(key, request, threadsMax, threads, markets);
  const batch = shareBatch(candidates, FIGURE_WIDTH[task.kind]);
  const team = teamOf(threads, Math.min(threadsMax, candidates.length));
  const cancel = (): void => {
    Atomics.store(batch.control, CANCELLED, 1);
  };
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const timer = setInterval(() => onProgress(Atomics.load(batch.control, DONE)), PROGRESS_EVERY_MS);
  try {
    const answers = await Promise.all(
      team.map((thread) => {
        if (!thread.opened.has(key)) thread.worker.postMessage({ type: 'open', key, market });
        thread.opened.add(key);
        return workOf(thread, threads, () => thread.worker.postMessage({ type: 'work', key, task, batch }));
      }),
    );
    signal.throwIfAborted();
    return answersOf(batch, new Map(answers.flatMap(({ errors }) => errors)));
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', cancel);
  }
}

async function marketOf(
  key: string,
  { loadBars, task }: ComputeRequest,
  threadsMax: number,
  threads: readonly Thread[],
  markets: Map<string, SharedMarket>,
): Promise<SharedMarket> {
  const market = markets.get(key) ?? shareMarket(await loadBars(), task.kind === 'evolution' ? threadsMax : 0);
  markets.delete(key);
  markets.set(key, market);
  for (const oldest of markets.keys()) {
    if (markets.size <= MARKETS_KEPT) break;
    markets.delete(oldest);
    for (const { worker, opened } of threads)
      if (opened.delete(oldest)) worker.postMessage({ type: 'forget', key: oldest });
  }
  return market;
}

/** The first so many threads; new ones are started. */
function teamOf(threads: Thread[], count: number): Thread[] {
  while (threads.length < count) threads.push(startThread());
  return threads.slice(0, count);
}

function startThread(): Thread {
  const worker = new Worker(new URL('./thread-entry.mjs', import.meta.url), { execArgv: [] });
  worker.setMaxListeners(0);
  // Without a listener between two batches the death of a thread would end the process.
  worker.on('error', () => undefined);
  worker.unref();
  return { worker, opened: new Set() };
}

/** Waits for a thread's answer. A thread that dies leaves the pool and fails the batch. */
function workOf(thread: Thread, threads: Thread[], send: () => void): Promise<FromThread> {
  const { worker } = thread;
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
    };
    const onMessage = (answer: FromThread): void => {
      settle();
      resolve(answer);
    };
    const die = (error: Error): void => {
      settle();
      const place = threads.indexOf(thread);
      if (place >= 0) threads.splice(place, 1);
      reject(error);
    };
    const onError = (error: Error): void => die(error);
    const onExit = (code: number): void => die(new Error(`a computing thread ended with exit code ${code}`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    send();
  });
}

const answersOf = ({ count, width, states, figures }: SharedBatch, errors: ReadonlyMap<number, string>) =>
  Array.from({ length: count }, (_, index): ComputeAnswer => {
    if (states[index] !== EVALUATED) return { row: null, error: errors.get(index) ?? 'not evaluated' };
    return { row: figures.slice(index * width, (index + 1) * width), error: null };
  });
