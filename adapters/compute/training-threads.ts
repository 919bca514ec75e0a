/**
 * Threads that train agents, one training a thread at a time; a thread stays up for the next
 * part. The main thread stays free for heartbeats: it looks at the shared count of steps now and
 * then, and says in it when a part is called off.
 */
import { Worker } from 'node:worker_threads';
import type { TrainedNetwork } from '../../domain/learning/agents/seat-run.ts';
import type { TrainedPart, TrainingPart } from '../../domain/learning/agents/train-chunk.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { JudgedSeed, MarketTrainingInput } from '../../schemas/agent-training.ts';
import type { DataSplit } from '../../schemas/research.ts';

/** The bars of a market in shared memory, under a name that no other bars have. */
export type TrainingBars = { readonly key: string; readonly bars: BarSeries; readonly split: DataSplit };

export type PartToTrain = Omit<TrainingPart, 'ground'> & { readonly market: TrainingBars | null };

export type NetworkToJudge = {
  readonly input: MarketTrainingInput;
  readonly network: TrainedNetwork;
  readonly market: TrainingBars;
};

export type TrainingRequest = PartToTrain & {
  readonly signal: AbortSignal;
  /** Steps of the run that are done, now and then. */
  readonly onProgress: (steps: number) => void;
};

/** Places of the shared numbers. */
export const STEPS = 0;
export const CALLED_OFF = 1;
const CONTROL_LENGTH = 2;

export type ToTrainer =
  | { readonly kind: 'train'; readonly part: PartToTrain; readonly control: Int32Array }
  | { readonly kind: 'judge'; readonly question: NetworkToJudge };
/** trained is null when it was called off. */
export type FromTrainer = {
  readonly trained: TrainedPart | null;
  readonly judged: JudgedSeed | null;
  readonly error: string | null;
};

const PROGRESS_EVERY_MS = 250;

export function createTrainingThreads() {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const start = (): Worker => {
    const worker = new Worker(new URL('./training-entry.mjs', import.meta.url), { execArgv: [] });
    // Without a listener the death of a thread between two parts would end the process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      all.delete(worker);
      const place = idle.indexOf(worker);
      if (place >= 0) idle.splice(place, 1);
    });
    all.add(worker);
    return worker;
  };
  return {
    /** @throws the signal's reason when it is aborted; nobody trains any more then */
    async train({ signal, onProgress, ...part }: TrainingRequest): Promise<TrainedPart> {
      signal.throwIfAborted();
      const control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * Int32Array.BYTES_PER_ELEMENT));
      const callOff = (): void => void Atomics.store(control, CALLED_OFF, 1);
      signal.addEventListener('abort', callOff);
      const timer = setInterval(() => onProgress(Atomics.load(control, STEPS)), PROGRESS_EVERY_MS);
      const worker = idle.pop() ?? start();
      try {
        const { trained, error } = await answerOf(worker, { kind: 'train', part, control });
        idle.push(worker);
        signal.throwIfAborted();
        if (trained === null) throw new Error(error ?? 'the training was called off');
        return trained;
      } finally {
        clearInterval(timer);
        signal.removeEventListener('abort', callOff);
      }
    },
    /** A network over bars that it has not seen; it takes seconds and is not called off. */
    async judge(question: NetworkToJudge): Promise<JudgedSeed> {
      const worker = idle.pop() ?? start();
      const { judged, error } = await answerOf(worker, { kind: 'judge', question });
      idle.push(worker);
      if (judged === null) throw new Error(error ?? 'nobody was judged');
      return judged;
    },
    close: async (): Promise<void> => void (await Promise.all([...all].map((worker) => worker.terminate()))),
  };
}

function answerOf(worker: Worker, message: ToTrainer): Promise<FromTrainer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
    };
    const onMessage = (answer: FromTrainer): void => {
      settle();
      resolve(answer);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const onExit = (code: number): void => onError(new Error(`a training thread ended with exit code ${code}`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    worker.postMessage(message);
  });
}
