/**
 * One computing thread: opens the data sets it is told, takes candidates of a batch until none is left, and says so.
 * Started by `thread-pool.ts`; knows neither Temporal nor Postgres.
 */
import { parentPort } from 'node:worker_threads';
import { type Evaluate, evaluatorOf, type TaskMarket } from '../../domain/learning/trial/compute-task.ts';
import { openMarket } from './shared-market.ts';
import {
  CANCELLED,
  DONE,
  EVALUATED,
  FAILED,
  type FromThread,
  NEXT,
  type SharedBatch,
  type ToThread,
} from './thread-protocol.ts';

const opened = new Map<string, TaskMarket>();

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'forget') opened.delete(message.key);
  else if (message.type === 'open') opened.set(message.key, openMarket(message.market));
  else {
    const market = opened.get(message.key);
    if (market === undefined) throw new Error(`bars ${message.key} were not opened`);
    const { number, task, batch } = message;
    const answer: FromThread = { number, errors: work(evaluatorOf(task, market), batch) };
    parentPort?.postMessage(answer);
  }
});

function work(evaluate: Evaluate, { count, width, control, offsets, texts, states, figures }: SharedBatch) {
  const errors: [number, string][] = [];
  const decoder = new TextDecoder();
  while (Atomics.load(control, CANCELLED) === 0) {
    const index = Atomics.add(control, NEXT, 1);
    if (index >= count) break;
    // A decoder takes no view of shared memory.
    const text = decoder.decode(texts.slice(offsets[index], offsets[index + 1]));
    try {
      figures.set(evaluate(text), index * width);
      states[index] = EVALUATED;
    } catch (error) {
      states[index] = FAILED;
      errors.push([index, error instanceof Error ? error.message : String(error)]);
    }
    Atomics.add(control, DONE, 1);
  }
  return errors;
}
