/** A run that nobody does: the person who follows it hears so again and again, and no more once a worker has come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchWorkers } from '../../../scripts/lib/research/worker-watch.ts';

const standing = (queue: string, workers: number) => ({ queue, workers, backlog: 1, backlogAgeMs: 0 });
const TIMES = { firstMs: 10, everyMs: 10 };

it('names each queue without a worker, again and again, until one comes', async () => {
  let workers = 0;
  const lines: string[] = [];
  const stop = watchWorkers(
    async () => [standing('research', workers), standing('compute', 1)],
    (line) => lines.push(line),
    TIMES,
  );
  while (lines.length < 3) await sleep(5);
  workers = 1;
  await sleep(30);
  const told = lines.length;
  await sleep(50);
  stop();
  expect(lines.length).toBe(told);
  expect(new Set(lines)).toEqual(
    new Set([
      'no worker asks queue research for work: the run waits until one does (npm start; WORKER_QUEUES may leave it out)',
    ]),
  );
});

it('says nothing where the server does not tell, and nothing after its end', async () => {
  const lines: string[] = [];
  let asked = 0;
  const tell = (line: string) => lines.push(line);
  const silent = async () => {
    asked += 1;
    throw new Error('no answer');
  };
  const stop = watchWorkers(silent, tell, TIMES);
  while (asked < 2) await sleep(5);
  stop();
  const ended = watchWorkers(async () => [standing('research', 0)], tell, TIMES);
  ended();
  await sleep(30);
  expect(lines).toEqual([]);
});
