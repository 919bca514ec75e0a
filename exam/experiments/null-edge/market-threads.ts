/** Markets spread over the cores of this machine: each thread takes the next order when it is done with its last. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { MarketAnswer, MarketOrder } from './market-run.ts';

/** Answers in the order of `orders`, whatever thread was first. @throws what a thread that dies throws */
export async function runMarkets(
  orders: readonly MarketOrder[],
  real: BarSeries | null,
  onDone: (done: number) => void,
): Promise<MarketAnswer[]> {
  const answers: MarketAnswer[] = [];
  const threads = Array.from({ length: Math.min(orders.length, availableParallelism()) }, () => startThread(real));
  let next = 0;
  let done = 0;
  const work = async (thread: Worker): Promise<void> => {
    for (let place = next++; place < orders.length; place = next++) {
      answers[place] = await answerOf(thread, orders[place] as MarketOrder);
      done += 1;
      onDone(done);
    }
  };
  try {
    await Promise.all(threads.map(work));
    return answers;
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

const startThread = (real: BarSeries | null): Worker =>
  new Worker(new URL('./thread-entry.mjs', import.meta.url), { execArgv: [], workerData: real });

function answerOf(thread: Worker, order: MarketOrder): Promise<MarketAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => void thread.off('message', onMessage).off('error', onError).off('exit', onExit);
    const onMessage = (answer: MarketAnswer): void => {
      settle();
      resolve(answer);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const onExit = (code: number): void => onError(new Error(`a thread of the exam ended with exit code ${code}`));
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
    thread.postMessage(order);
  });
}
