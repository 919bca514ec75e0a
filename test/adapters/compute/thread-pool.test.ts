/** Threads that die: at work, between two batches, again and again. No candidate loses its answer or gets another's. */
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ComputePool, ComputeRequest } from '../../../adapters/compute/compute-pool.ts';
import { createThreadPool } from '../../../adapters/compute/thread-pool.ts';
import { answersOf, EVALUATED, FAILED, shareBatch } from '../../../adapters/compute/thread-protocol.ts';
import { chromosomeHeredity } from '../../../domain/learning/genome/chromosome-heredity.ts';
import type { ComputeTask } from '../../../domain/learning/trial/compute-task.ts';
import { createRandom } from '../../../domain/market/random.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { costsSchema } from '../../../schemas/execution.ts';

const HOUR_MS = 3_600_000;
const TERMS = { periodsPerYear: 8_760, costFactor: 1, costs: costsSchema.parse({}) };

let pool: ComputePool;
/** In the order of their start. */
let started: Worker[];
const remember = (worker: Worker): void => void started.push(worker);

beforeEach(() => {
  started = [];
  process.on('worker', remember);
  pool = createThreadPool();
});

afterEach(async () => {
  process.off('worker', remember);
  await pool.close();
});

type Asked = Pick<ComputeRequest, 'task' | 'candidates'> & { readonly bars: number };

const evaluate = ({ bars, ...asked }: Asked, more: Partial<ComputeRequest> = {}) =>
  pool.evaluate({
    ...asked,
    key: `${bars} bars`,
    loadBars: async () => syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: bars, seed: 7 }),
    threads: 2,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  });

const splitAt = (bars: number) => ({
  folds: [{ from: 300, to: bars }],
  selection: null,
  sealed: null,
  seen: bars,
});

function search(bars: number, count: number): Asked {
  const own = { strategyType: 'momentum', regime: 'all', direction: 'longOnly' } as const;
  const task: ComputeTask = { kind: 'search', terms: { ...TERMS, ...own, split: splitAt(bars) } };
  const points = Array.from({ length: count }, (_, k) => ({ lookback: 5 + (k % 150), threshold: 0.01 }));
  return { bars, task, candidates: points.map((point) => JSON.stringify({ ...point, stopAtr: 2, targetAtr: 4 })) };
}

function evolution(bars: number, count: number): Asked {
  const own = { fitness: 'penalised', direction: 'longShort' } as const;
  const task: ComputeTask = { kind: 'evolution', terms: { ...TERMS, ...own, split: splitAt(bars) } };
  const random = createRandom('threads');
  const heredity = chromosomeHeredity('longShort');
  return { bars, task, candidates: Array.from({ length: count }, () => JSON.stringify(heredity.create(random))) };
}

it('gives a batch up when a thread dies at it, and answers all later ones whole', async () => {
  const asked = search(4_000, 2);
  const right = await evaluate(asked);
  expect(right.map(({ error }) => error)).toEqual([null, null]);
  let told = 0;
  const onProgress = (done: number): void => {
    told = done;
    if (done > 0) void started[0]?.terminate();
  };
  await expect(evaluate(search(20_000, 20_000), { onProgress })).rejects.toThrow('a computing thread ended');
  expect(told).toBeLessThan(10_000);
  for (let batch = 0; batch < 20; batch += 1) expect(await evaluate(asked)).toEqual(right);
});

it('has room for a new thread in an evolution as often as one dies', async () => {
  const asked = evolution(4_000, 1_500);
  const right = await evaluate(asked);
  expect(right.every(({ error }) => error === null)).toBe(true);
  for (let death = 0; death < 4; death += 1) {
    await started[death]?.terminate();
    expect(await evaluate(asked)).toEqual(right);
  }
  expect(started).toHaveLength(6);
});

it('holds no candidate to have failed that nobody has evaluated', () => {
  const batch = shareBatch(['a', 'b'], 1);
  batch.figures.set([7, 8]);
  batch.states.set([EVALUATED, FAILED]);
  expect(answersOf(batch, new Map([[1, 'no such gene']]))).toEqual([
    { row: Float64Array.of(7), error: null },
    { row: null, error: 'no such gene' },
  ]);
  batch.states[0] = 0;
  expect(() => answersOf(batch, new Map([[1, 'no such gene']]))).toThrow('candidate 0 of 2 was not evaluated');
});
