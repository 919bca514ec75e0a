/** One training thread: walks the parts it is sent and answers each. Knows neither Temporal nor Postgres. */
import { parentPort } from 'node:worker_threads';
import { trainPart } from '../../domain/learning/agents/train-chunk.ts';
import { CALLED_OFF, type FromTrainer, STEPS, type ToTrainer } from './training-threads.ts';

parentPort?.on('message', ({ part, control }: ToTrainer) => parentPort?.postMessage(answerOf(part, control)));

function answerOf(part: ToTrainer['part'], control: Int32Array): FromTrainer {
  const goesOn = (steps: number): boolean => {
    Atomics.store(control, STEPS, steps);
    return Atomics.load(control, CALLED_OFF) === 0;
  };
  try {
    return { trained: trainPart(part, goesOn), error: null };
  } catch (error) {
    return { trained: null, error: error instanceof Error ? error.message : String(error) };
  }
}
