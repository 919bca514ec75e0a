/**
 * Order engines of the exam itself on the rig's database and venue, so that proposals go on without Temporal: whole
 * ones that ask the gate, and orders that are past it, claimed, and held directly before they are sent.
 */
import type { ReconcileParts } from '../../../activities/order/reconcile-account.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { clientOrderIdOf } from '../../../domain/execution/identity.ts';
import { readKillFile, reasonOf } from '../../../scripts/lib/kill/kill-file.ts';
import { EXAM_INTERVAL_MS } from '../../rig/market.ts';
import type { Rig } from '../../rig/rig.ts';
import type { Watcher } from '../../small-desk/boundaries.ts';
import { type Calls, proposeOrder, sendOrder } from '../../small-desk/desk-run.ts';
import { movableClock } from '../../small-desk/movable-clock.ts';
import { sideBySide } from '../../small-desk/side-by-side.ts';
import { type SmallWorker, startSmallWorker } from '../../small-desk/small-worker.ts';

export type OwnEngine = {
  /** Sends an order that rests far below the market. @returns its client id, null when it was refused */
  readonly rest: (id: string) => Promise<string | null>;
  /** Claims so many orders and holds each before its send. */
  readonly hold: (ids: readonly string[]) => Promise<Held>;
  readonly reconcile: SmallWorker['reconcile'];
  readonly close: () => Promise<void>;
};
export type Held = { readonly releaseOne: () => void; readonly ended: Promise<unknown> };

const LANES = 2;
/** Held orders are not to fail for their age. */
const HELD_MS_MAX = 3_600_000;

export function openOwnEngine(rig: Rig, isGuarded: boolean): OwnEngine {
  const environment = parseEnvironment(rig.workerEnv);
  const site = {
    home: rig.home,
    environment,
    clock: movableClock(),
    database: { appUrl: environment.databaseUrl ?? '' },
  };
  const killFile = (): string | null => (isGuarded ? reasonOf(readKillFile(rig.home)) : null);
  const waiting: (() => void)[] = [];
  const holding: Watcher = ({ name, moment }) =>
    name === 'venue.send' && moment === 'before' ? new Promise((resolve) => waiting.push(resolve)) : undefined;
  const weaken = isGuarded ? null : unguarded;
  const free = startSmallWorker(site, { watcher: () => undefined, weaken, killFile });
  const held = startSmallWorker(site, { watcher: holding, weaken, killFile });
  const calls: Calls = { call: (activity) => free.run(() => activity(free)) };
  return {
    rest: async (id) => {
      const { decisionId, refusal } = await sendOrder(calls, id, restingRequest(rig, id));
      return refusal === null ? clientOrderIdOf(decisionId, 'entry') : null;
    },
    hold: async (ids) => {
      site.clock.skip(HELD_MS_MAX);
      const sends = await sideBySide(ids, LANES, async (id) => {
        const { decisionId } = await proposeOrder(calls, id, restingRequest(rig, id));
        const before = waiting.length;
        const sending = held.run(() => held.broker.submit(decisionId, null)).catch(() => undefined);
        while (waiting.length <= before)
          await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, 5))]);
        return { sending };
      });
      return { releaseOne: () => waiting.shift()?.(), ended: Promise.all(sends.map(({ sending }) => sending)) };
    },
    reconcile: () => free.reconcile(),
    close: async () => {
      for (const release of waiting) release();
      await Promise.all([free.close(), held.close()]);
    },
  };
}

/** The last look before the first byte, taken away. */
const unguarded = (engine: ReconcileParts): ReconcileParts => ({
  ...engine,
  store: { ...engine.store, mayStillSend: async () => null },
});

/** Far below the market, worth some 40. */
export function restingRequest({ symbols }: Pick<Rig, 'symbols'>, id: string) {
  const { symbol, price } = symbols[id.length % symbols.length] ?? { symbol: '', price: 1 };
  const at = (factor: number): string => (price * factor).toFixed(2);
  const prices = { limitPrice: at(0.9), stop: at(0.85), quantity: (40 / price).toFixed(4) };
  const common = { symbol, side: 'buy' as const, orderType: 'limit' as const, reasoning: id };
  return { ...common, ...prices, barIntervalMs: EXAM_INTERVAL_MS };
}
