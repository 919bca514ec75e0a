/**
 * Workers that stand still between claim and send, and wake up when others have taken over. A worker stops itself and
 * leaves a note; the rig wakes it after a while. Such a zombie must not send.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectHook } from '../../adapters/effect.ts';
import { createRandom } from '../../domain/market/random.ts';
import type { Rig } from './rig.ts';
import { frozenFolderOf, type WorkerOrders } from './worker-orders.ts';

/** In the worker: stops this very process before a share of its sends. */
export function freezeBeforeSends({ frozenFolder, freezeShare, seed }: WorkerOrders): EffectHook {
  const random = createRandom(`freeze:${seed}:${process.pid}`);
  return {
    before: (name) => {
      if (name !== 'venue.send' || random.uniform() >= freezeShare) return;
      writeFileSync(path.join(frozenFolder, String(process.pid)), '');
      process.kill(process.pid, 'SIGSTOP');
    },
  };
}

/** Whether the process stands still by its own note. */
export const isFrozen = (home: string, pid: number): boolean =>
  existsSync(path.join(frozenFolderOf(home), String(pid)));

export type Waking = { readonly wokenCount: () => number; readonly stop: () => Promise<void> };

const LOOK_EVERY_MS = 200;

/** In the rig: wakes every worker that has stood still for `afterMs`, longer than others need to take over. */
export function startWaking(rig: Pick<Rig, 'home' | 'workers'>, afterMs: number): Waking {
  const since = new Map<number, number>();
  const abort = new AbortController();
  let count = 0;
  const look = (): void => {
    for (const name of readdirSync(frozenFolderOf(rig.home))) {
      const pid = Number(name);
      since.set(pid, since.get(pid) ?? Date.now());
      if (!abort.signal.aborted && Date.now() - (since.get(pid) ?? 0) < afterMs) continue;
      rmSync(path.join(frozenFolderOf(rig.home), name), { force: true });
      const worker = rig.workers.find((one) => one.child()?.pid === pid);
      if (worker === undefined) continue;
      worker.wake();
      count += 1;
    }
  };
  const loop = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      look();
      await sleep(LOOK_EVERY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
    look();
  };
  const done = loop();
  return {
    wokenCount: () => count,
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}
