/**
 * The boundaries of a desk's work: before and after each effect, around the guard directly before the first byte, and
 * each commit. Whoever is watched is told at every one, and may be held there or ended. Watching follows the work
 * through its awaits, so several desks can run beside each other in one process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { type EffectName, installEffectHook } from '../../adapters/effect.ts';
import type { Database } from '../../db/tables.ts';

export type Moment = 'before' | 'after';
/** `name`: an effect, `guard` or `commit`. */
export type Boundary = { readonly name: EffectName | 'guard' | 'commit'; readonly moment: Moment };
/** May wait, which is a pause, and may throw, which ends the work there. */
export type Watcher = (boundary: Boundary) => void | Promise<void>;

export const boundaryText = ({ name, moment }: Boundary): string => `${moment} ${name}`;

const watching = new AsyncLocalStorage<Watcher>();

installEffectHook({
  before: (name) => reached({ name, moment: 'before' }),
  after: (name) => reached({ name, moment: 'after' }),
});

/** Runs `work` under the eyes of `watcher`. */
export const watched = <T>(watcher: Watcher, work: () => Promise<T>): Promise<T> => watching.run(watcher, work);

async function reached(boundary: Boundary): Promise<void> {
  await watching.getStore()?.(boundary);
}

/** The same database; a transaction stops before its commit with its locks held, and after it. */
export function withCommitBoundaries(db: Database): Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === 'transaction') return () => ({ execute: (work: Work) => transact(target, work) });
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

type Work = Parameters<ReturnType<Database['transaction']>['execute']>[0];

async function transact(db: Database, work: Work): Promise<unknown> {
  const result = await db.transaction().execute(async (trx) => {
    const made = await work(trx);
    await reached({ name: 'commit', moment: 'before' });
    return made;
  });
  await reached({ name: 'commit', moment: 'after' });
  return result;
}

/** The guard is asked when the connection stands: these are the last two moments before the first byte. */
export function withGuardBoundaries<T extends VenueOrderParts>(parts: T): T {
  const { store } = parts;
  const mayStillSend: typeof store.mayStillSend = async (claim) => {
    await reached({ name: 'guard', moment: 'before' });
    const refusal = await store.mayStillSend(claim);
    await reached({ name: 'guard', moment: 'after' });
    return refusal;
  };
  return { ...parts, store: { ...store, mayStillSend } };
}
