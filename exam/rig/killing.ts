/**
 * Kills workers with -9 in turn at a steady beat, starts each again at once, and notes what each kill hit. One that stands
 * still is left for its awakening.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFrozen } from './freezing.ts';
import type { Rig } from './rig.ts';

/** `inFlight`: orders between SENT and a final state at the kill, of these `inDoubt` in SENT or with a cancel under way. */
export type Kill = {
  readonly atMs: number;
  readonly worker: string;
  /** How long the killed process had lived, in ms. */
  readonly livedMs: number;
  readonly inFlight: number;
  readonly inDoubt: number;
};
export type Killing = { readonly kills: readonly Kill[]; readonly stop: () => Promise<void> };

const IN_FLIGHT = ['SENT', 'ACKED', 'PARTIAL', 'UNKNOWN', 'CANCEL_SENT', 'CANCEL_UNKNOWN'];
const IN_DOUBT = ['SENT', 'CANCEL_SENT'];

export function startKilling(rig: Rig, everyMs: number): Killing {
  const kills: Kill[] = [];
  const abort = new AbortController();
  const loop = async (): Promise<void> => {
    for (let turn = 0; !abort.signal.aborted; turn += 1) {
      await sleep(everyMs, undefined, { signal: abort.signal }).catch(() => undefined);
      if (!abort.signal.aborted) await killOne(rig, turn, kills);
    }
  };
  const done = loop();
  return {
    kills,
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}

async function killOne(rig: Rig, turn: number, kills: Kill[]): Promise<void> {
  const worker = rig.workers[turn % rig.workers.length];
  const child = worker?.child() ?? null;
  if (worker === undefined || (child !== null && isFrozen(rig.home, child.pid))) return;
  if (child !== null) {
    const states = await statesNow(rig);
    const atMs = Date.now();
    const livedMs = worker.livedMs();
    await worker.kill();
    const count = (names: readonly string[]): number => names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0);
    const hit = { inFlight: count(IN_FLIGHT), inDoubt: count(IN_DOUBT) };
    kills.push({ atMs, worker: worker.name, livedMs, ...hit });
  }
  worker.start();
}

/** Orders by state; empty while Postgres is down, so that such a kill counts for nothing. */
async function statesNow({ pool }: Rig): Promise<Map<string, number>> {
  try {
    const { rows } = await pool.query<{ state: string; count: number }>(
      'select state, count(*)::int as count from orders where not simulated group by state',
    );
    return new Map(rows.map(({ state, count }) => [state, count]));
  } catch {
    return new Map();
  }
}
