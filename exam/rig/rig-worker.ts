/**
 * One worker of the rig: a process of its own that is started, killed, frozen and woken one by one. A spare stands by,
 * loaded but idle, so that kills at a fast beat hit workers at work and not workers that are still loading.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { programRunner, projectFolder } from '../../scripts/lib/paths.ts';
import { isPolled } from '../../scripts/lib/workers.ts';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import { type Child, startChild } from './child.ts';
import type { WorkerOrders } from './worker-orders.ts';

/** The product's worker as an exam runs it. */
export const RIG_WORKER = path.join(projectFolder, 'exam', 'rig', 'worker.ts');

export type RigWorker = {
  readonly name: string;
  /** Null when none runs. */
  readonly child: () => Child | null;
  /** How long the present process has been at work, in ms. */
  readonly livedMs: () => number;
  /** The spare takes over, and another one is loaded. */
  readonly start: () => void;
  /** With -9: nothing is drained. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** With -9, and its spare too. */
  readonly end: () => Promise<void>;
  readonly freeze: () => void;
  readonly wake: () => void;
  /** Waits until the server has been asked for work by this process. @throws Error when it does not come up */
  readonly isReady: (connection: Connection, withinMs?: number) => Promise<void>;
};

type WorkerRequest = {
  readonly name: string;
  /** The program that is run, as it lies in the project. */
  readonly file: string;
  /** The queue whose work it asks for first. @default trading */
  readonly queue?: string;
  /** Whether a spare stands by. @default true */
  readonly spare?: boolean;
  readonly orders: WorkerOrders;
  readonly env: Record<string, string>;
  readonly logFolder: string;
};

const READY_WITHIN_MS = 60_000;

export function rigWorker(request: WorkerRequest): RigWorker {
  const { name, file, orders, env, logFolder, queue = TRADING_QUEUE, spare: hasSpare = true } = request;
  const args = [programRunner, file, JSON.stringify(orders)];
  const load = (): Child => startChild({ name, program: process.execPath, args, env, logFolder });
  let child: Child | null = null;
  let spare: Child | null = null;
  let startedAtMs = 0;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = child;
    child = null;
    await ending?.end(signal);
  };
  return {
    name,
    child: () => (child?.isRunning() === true ? child : null),
    livedMs: () => Date.now() - startedAtMs,
    start: () => {
      if (child?.isRunning() === true) return;
      child = spare?.isRunning() === true ? spare : load();
      startedAtMs = Date.now();
      child.tell('go');
      spare = hasSpare ? load() : null;
    },
    kill: () => end('SIGKILL'),
    end: async () => {
      await Promise.all([end('SIGKILL'), spare?.end('SIGKILL')]);
    },
    stop: () => end('SIGTERM'),
    freeze: () => child?.signal('SIGSTOP'),
    wake: () => child?.signal('SIGCONT'),
    async isReady(connection, withinMs = READY_WITHIN_MS) {
      const deadlineMs = Date.now() + withinMs;
      while (Date.now() < deadlineMs) {
        if (child === null || !child.isRunning())
          throw new Error(`${name} is not running: see its log in ${logFolder}`);
        if (await isPolled(connection, 'default', queue, { pid: child.pid, startedAtMs: Infinity })) return;
        await sleep(50);
      }
      throw new Error(`${name} has not asked for work in ${withinMs} ms: see its log in ${logFolder}`);
    },
  };
}
