/** One thread of the bench: takes runs off a shared counter, a few at a time, until all passes are done. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PlacedMarket } from '../../domain/engine/search/kernel.ts';
import { simdKernel } from '../../domain/engine/search/kernel.ts';
import { RESULT_COUNT } from '../../domain/engine/search/layout.ts';
import { attachSearchMemory } from '../../domain/engine/search/memory.ts';

export type PlacedRun = { readonly long: number; readonly short: number; readonly exit: number; readonly p: number };
export type ThreadData = {
  readonly memory: WebAssembly.Memory;
  readonly market: PlacedMarket;
  readonly runs: readonly PlacedRun[];
  /** The next run that nobody has taken; runs of the second pass count on from those of the first. */
  readonly next: Int32Array;
};

const CHUNK = 5;
const { memory, market, runs, next } = workerData as ThreadData;
const kernel = simdKernel(memory);
const out = attachSearchMemory(memory).allocate(RESULT_COUNT * 8);

parentPort?.on('message', (passes: number) => {
  const end = passes * runs.length;
  for (let from = Atomics.add(next, 0, CHUNK); from < end; from = Atomics.add(next, 0, CHUNK)) {
    for (let run = from; run < Math.min(end, from + CHUNK); run += 1) {
      const { long, short, exit, p } = runs[run % runs.length] as PlacedRun;
      kernel.run(market, long, short, exit, p, out);
    }
  }
  parentPort?.postMessage('done');
});
parentPort?.postMessage('ready');
