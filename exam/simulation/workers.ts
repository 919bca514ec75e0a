/**
 * Worker processes and the attempts of activities that run in them, as Temporal sees them: an attempt that beats no
 * more is given up after five seconds and started again elsewhere, whether its process is dead or only stands still.
 * Every step of an attempt is a point at which its process may die (the step never returns) or stand still (it returns
 * later, when somebody else may have taken over: a zombie).
 */
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

export type Attempt = {
  /** Waits in virtual time. Never returns when the process dies. */
  readonly step: (ms: number) => Promise<void>;
};

export type WorkersParts = {
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly faults: () => Faults;
  readonly saw: (what: 'crash' | 'zombie') => void;
  /** What an attempt threw; it is tried again. */
  readonly onError: (error: unknown) => void;
};

export type Workers = {
  /** Runs an activity until an attempt of it ends. */
  readonly run: <T>(work: (attempt: Attempt) => Promise<T>) => Promise<T>;
};

type Running = { isDead: boolean; isReplaced: boolean; lose: () => void };
type Worker = { frozenUntilMs: number; readonly running: Set<Running> };

const HEARTBEAT_LOST_MS = [3_000, 5_000] as const;
const START_TO_CLOSE_MS = 60_000;
const RETRY_MS = 200;
const RETRY_MS_MAX = 10_000;

export function createWorkers(parts: WorkersParts): Workers {
  const { scheduler } = parts;
  const workers: readonly [Worker, Worker] = [newWorker(), newWorker()];
  return {
    async run(work) {
      for (let turn = 0; ; turn += 1) {
        const end = await runAttempt(parts, awakeOne(parts, workers), work);
        if (end !== null) return end.value;
        await scheduler.sleep(Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** turn));
      }
    },
  };
}

const newWorker = (): Worker => ({ frozenUntilMs: 0, running: new Set() });

/** A process that stands still asks for no work. */
function awakeOne({ dice, scheduler }: WorkersParts, [one, other]: readonly [Worker, Worker]): Worker {
  const [first, second] = dice.chance(0.5) ? [one, other] : [other, one];
  return first.frozenUntilMs > scheduler.nowMs() ? second : first;
}

/** Null: it was lost, or it failed. */
function runAttempt<T>(
  parts: WorkersParts,
  worker: Worker,
  work: (attempt: Attempt) => Promise<T>,
): Promise<{ readonly value: T } | null> {
  return new Promise((resolve) => {
    const running: Running = { isDead: false, isReplaced: false, lose: () => resolve(null) };
    worker.running.add(running);
    const attempt: Attempt = { step: (ms) => step(parts, worker, running, ms) };
    parts.scheduler.after(START_TO_CLOSE_MS, () => giveUp(running));
    work(attempt)
      .then((value) => attempt.step(0).then(() => value))
      .then(
        (value) => {
          worker.running.delete(running);
          resolve({ value });
        },
        (error: unknown) => {
          worker.running.delete(running);
          parts.onError(error);
          resolve(null);
        },
      );
  });
}

function giveUp(running: Running): void {
  running.isReplaced = true;
  running.lose();
}

function step(parts: WorkersParts, worker: Worker, running: Running, ms: number): Promise<void> {
  const { dice, scheduler } = parts;
  return new Promise((resolve) => {
    const wake = (): void => {
      const happens = running.isDead ? 'nothing' : whatHappens(parts, worker);
      const standsForMs = worker.frozenUntilMs - scheduler.nowMs();
      if (happens === 'nothing') return;
      if (standsForMs > 0) scheduler.after(standsForMs + dice.between(0, 20), wake);
      else {
        if (running.isReplaced) parts.saw('zombie');
        resolve();
      }
    };
    scheduler.after(ms, wake);
  });
}

/** `nothing`: the process is gone, and nothing of this attempt happens any more. */
function whatHappens(parts: WorkersParts, worker: Worker): 'nothing' | 'more' {
  const { dice, faults } = parts;
  if (dice.chance(faults().crash)) {
    crash(parts, worker);
    return 'nothing';
  }
  if (dice.chance(faults().freeze)) freeze(parts, worker);
  return 'more';
}

/** The process comes back at once, without anything of what it did. */
function crash(parts: WorkersParts, worker: Worker): void {
  parts.saw('crash');
  for (const running of worker.running) {
    running.isDead = true;
    loseLater(parts, running);
  }
  worker.running.clear();
}

function freeze(parts: WorkersParts, worker: Worker): void {
  const { dice, scheduler } = parts;
  const standsForMs = dice.chance(0.7) ? dice.between(500, 20_000) : dice.between(20_000, 120_000);
  worker.frozenUntilMs = Math.max(worker.frozenUntilMs, scheduler.nowMs() + standsForMs);
  if (standsForMs > HEARTBEAT_LOST_MS[1]) for (const running of worker.running) loseLater(parts, running);
}

const loseLater = ({ dice, scheduler }: WorkersParts, running: Running): void =>
  scheduler.after(dice.between(...HEARTBEAT_LOST_MS), () => giveUp(running));
