/**
 * Workers that stand still at a send, mostly between claim and first byte, and wake up when others have taken over. A
 * worker stops itself and leaves a note; the rig wakes it after a while. Such a zombie must not send.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import type { EffectHook, EffectName } from '../../adapters/effect.ts';
import { createRandom } from '../../domain/market/random.ts';
import type { Rig } from './rig.ts';
import { frozenFolderOf, type HeardOrders } from './worker-orders.ts';

/** In the worker: stops this very process at a share of its sends. The note names the workflow that sends. */
export function freezeAtSends({ frozenFolder, freezeShare, freezeMoment, freezeAlone, seed }: HeardOrders): EffectHook {
  const random = createRandom(`freeze:${seed}:${process.pid}`);
  const mayStop = (): boolean => !freezeAlone || readdirSync(frozenFolder).length === 0;
  const stop = (name: EffectName): void => {
    if (name !== 'venue.send' || random.uniform() >= freezeShare || !mayStop()) return;
    writeFileSync(path.join(frozenFolder, String(process.pid)), activityInfo().workflowExecution?.workflowId ?? '');
    process.kill(process.pid, 'SIGSTOP');
  };
  return { [freezeMoment]: stop };
}

/** Whether the process stands still by its own note. */
export const isFrozen = (home: string, pid: number): boolean =>
  existsSync(path.join(frozenFolderOf(home), String(pid)));

/** A worker that stood still before a send, whose workflow it was, and when it went on. */
export type Woken = { readonly workflowId: string; readonly atMs: number };
export type Waking = { readonly woken: readonly Woken[]; readonly stop: () => Promise<void> };

export type Wake = {
  readonly afterMs: number;
  /** Before that, as soon as another has taken the order over and it is filled. */
  readonly early: boolean;
};

const LOOK_EVERY_MS = 200;
const FILLED = `select 1 from orders o join decisions d using (decision_id)
  where d.correlation_id = $1 and o.leg = 'entry' and o.state = 'FILLED'`;

/** In the rig: wakes every worker that has stood still so long, longer than others need to take over. */
export function startWaking(rig: Pick<Rig, 'home' | 'workers' | 'pool'>, { afterMs, early }: Wake): Waking {
  const since = new Map<number, number>();
  const abort = new AbortController();
  const woken: Woken[] = [];
  const look = async (): Promise<void> => {
    for (const name of readdirSync(frozenFolderOf(rig.home))) {
      const pid = Number(name);
      const note = path.join(frozenFolderOf(rig.home), name);
      const workflowId = readFileSync(note, 'utf8');
      since.set(pid, since.get(pid) ?? Date.now());
      const isOver = abort.signal.aborted || Date.now() - (since.get(pid) ?? 0) >= afterMs;
      if (!isOver && !(early && (await isFilled(rig, workflowId)))) continue;
      rmSync(note, { force: true });
      since.delete(pid);
      const worker = rig.workers.find((one) => one.child()?.pid === pid);
      if (worker === undefined) continue;
      woken.push({ workflowId, atMs: Date.now() });
      worker.wake();
    }
  };
  const loop = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      await look();
      await sleep(LOOK_EVERY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
    await look();
  };
  const done = loop();
  return {
    woken,
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}

/** False while Postgres is down, too. */
async function isFilled({ pool }: Pick<Rig, 'pool'>, workflowId: string): Promise<boolean> {
  try {
    return ((await pool.query(FILLED, [workflowId])).rowCount ?? 0) > 0;
  } catch {
    return false;
  }
}
