/**
 * Batches on the threads of this machine, in shared memory: one costs one message a thread, whatever the number of
 * candidates. The main thread stays free for heartbeats; it looks at the shared count now and then.
 */
import { availableParallelism } from 'node:os';
import { FIGURE_WIDTH } from '../../domain/learning/trial/compute-task.ts';
import type { ComputeAnswer, ComputePool, ComputeRequest } from './compute-pool.ts';
import { answerOf, forget, type Machine, send, type Thread, teamOf } from './machine-threads.ts';
import { type SharedMarket, shareMarket } from './shared-market.ts';
import { answersOf, CANCELLED, DONE, type FromThread, shareBatch } from './thread-protocol.ts';
import { createTrainingThreads } from './training-threads.ts';

const PROGRESS_EVERY_MS = 250;
/** Data sets in shared memory at a time; the one that was not used for longest goes. */
const MARKETS_KEPT = 3;

export function createThreadPool(): ComputePool {
  const machine: Machine = { threads: [], markets: new Map() };
  const trainers = createTrainingThreads();
  let last: Promise<unknown> = Promise.resolve();
  let batches = 0;
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    evaluate: (request) => {
      batches += 1;
      const number = batches;
      return alone(() => evaluate(request, machine, number));
    },
    train: trainers.train,
    judge: trainers.judge,
    warmUp: () => void teamOf(machine, availableParallelism()),
    close: async () => {
      await last;
      await Promise.all([trainers.close(), ...machine.threads.splice(0).map(({ worker }) => worker.terminate())]);
    },
  };
}

async function evaluate(request: ComputeRequest, machine: Machine, number: number): Promise<readonly ComputeAnswer[]> {
  const { candidates, task, signal, onProgress } = request;
  signal.throwIfAborted();
  if (candidates.length === 0) return [];
  const threadsMax = request.threads || availableParallelism();
  const key = `${request.key}:${task.kind}:${threadsMax}`;
  const market = await marketOf(key, request, threadsMax, machine);
  const batch = shareBatch(candidates, FIGURE_WIDTH[task.kind]);
  const cancel = (): void => {
    Atomics.store(batch.control, CANCELLED, 1);
  };
  const work = (thread: Thread): Promise<FromThread> => {
    if (!thread.opened.has(key)) send(thread, { type: 'open', key, market });
    thread.opened.add(key);
    return answerOf(thread, { type: 'work', number, key, task, batch }).catch((error: unknown) => {
      cancel();
      throw error;
    });
  };
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const timer = setInterval(() => onProgress(Atomics.load(batch.control, DONE)), PROGRESS_EVERY_MS);
  try {
    // All of them, also when one has died: who still works at this batch must not be sent the next one.
    const ended = await Promise.allSettled(teamOf(machine, Math.min(threadsMax, candidates.length)).map(work));
    signal.throwIfAborted();
    return answersOf(batch, new Map(ended.flatMap(errorsOf)));
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', cancel);
  }
}

function errorsOf(ended: PromiseSettledResult<FromThread>): FromThread['errors'] {
  if (ended.status === 'rejected') throw ended.reason;
  return ended.value.errors;
}

async function marketOf(
  key: string,
  { loadBars, task }: ComputeRequest,
  threadsMax: number,
  machine: Machine,
): Promise<SharedMarket> {
  const { markets } = machine;
  const market = markets.get(key) ?? shareMarket(await loadBars(), task.kind === 'evolution' ? threadsMax : 0);
  markets.delete(key);
  markets.set(key, market);
  for (const oldest of markets.keys()) if (markets.size > MARKETS_KEPT) forget(oldest, machine);
  return market;
}
