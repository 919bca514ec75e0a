/**
 * Crash points of whole processes: two workers of a real desk, of which the one that reaches the boundary ends itself
 * with -9, exactly there, while orders are sent, looked at and cancelled. It is started again at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures, Violation } from '../../exam.ts';
import { checkBooks } from '../../rig/check-books.ts';
import { type DeskOrders, deskOrders } from '../../rig/desk-orders.ts';
import { EXAM_INTERVAL_MS } from '../../rig/market.ts';
import { readOrderMoves, tally, unknownPassages } from '../../rig/order-moves.ts';
import { progressBar } from '../../rig/progress-bar.ts';
import { openRig, type Rig } from '../../rig/rig.ts';
import { ACCOUNT, accountOpened, ordersSettled } from '../../rig/settled.ts';
import { removeTrap, setTrap, type Trap, takeSprung } from '../../rig/traps.ts';

export type ProcessKills = {
  readonly kills: number;
  readonly violations: readonly Violation[];
  readonly figures: Figures;
};

const EFFECTS = ['venue.send', 'venue.lookUp', 'venue.fills', 'venue.cancel', 'venue.send'] as const;
const MOMENTS = ['before', 'after'] as const;
const SPRUNG_MS_MAX = 30_000;
/** An order that is done before a look at it is due walks into no trap. */
const ORDERS_TO_KILLS = 2;
const CANCEL_AFTER_MS = 1_500;

export async function killProcesses(seed: number, count: number): Promise<ProcessKills> {
  const venueFlags = ['--profile', 'open-only', '--seed', String(seed), '--cash', '1000000'];
  const rig = await openRig({ venueFlags, workers: 2 });
  let isClean = false;
  try {
    await rig.startWorkers();
    await accountOpened(rig);
    const caught = await killAll(rig, count);
    const isSettled = await ordersSettled(rig);
    const { violations, figures } = await checkBooks(rig, { deskAccount: ACCOUNT, mayRest: true });
    const all = isSettled ? violations : [...violations, { kind: 'unfinished', where: 'orders are still in doubt' }];
    isClean = all.length === 0;
    const passages = unknownPassages(await readOrderMoves(rig.pool));
    return {
      kills: caught.length,
      violations: all.map(({ kind, where }) => ({ kind, where: `processes: ${where}` })),
      figures: { ...figures, kills: caught.length, at: tally(caught), unknown: tally(passages.map(({ to }) => to)) },
    };
  } finally {
    await rig.close(!isClean);
  }
}

/** @returns where a process ended */
async function killAll(rig: Rig, count: number): Promise<string[]> {
  const orders = deskOrders(rig.connection);
  const bar = progressBar('processes');
  const caught: string[] = [];
  for (let order = 0; caught.length < count && order < ORDERS_TO_KILLS * count; order += 1) {
    const trap = trapAt(caught.length);
    setTrap(rig.home, trap);
    await startOrder(rig, orders, order, trap);
    if (await restartCaught(rig)) caught.push(`${trap.moment} ${trap.effect}`);
    bar.show(caught.length, count);
  }
  bar.end();
  return caught;
}

function trapAt(index: number): Trap {
  const effect = EFFECTS[Math.floor(index / MOMENTS.length) % EFFECTS.length] ?? 'venue.send';
  return { effect, moment: MOMENTS[index % MOMENTS.length] ?? 'before', signal: 'SIGKILL' };
}

/** An order that will be cancelled, where a cancel is waited for; else one that buys at once. */
async function startOrder({ symbols }: Rig, orders: DeskOrders, index: number, trap: Trap): Promise<void> {
  const { effect } = trap;
  const { symbol, price } = symbols[symbolFor(index, trap)] ?? { symbol: '', price: 0 };
  const at = (factor: number): string => (price * factor).toFixed(2);
  const id = `kill-${index}`;
  const rests = effect === 'venue.cancel' ? { orderType: 'limit' as const, limitPrice: at(0.9), stop: at(0.88) } : {};
  const quantity = (40 / price).toFixed(4);
  const common = { accountId: ACCOUNT, symbol, side: 'buy' as const, reasoning: id, barIntervalMs: EXAM_INTERVAL_MS };
  await orders.start(id, { ...common, quantity, checkIntervalMs: 3_000, ...rests });
  if (effect !== 'venue.cancel') return;
  await sleep(CANCEL_AFTER_MS);
  void orders.cancel(id, 'asked by the exam').catch(() => undefined);
}

/** While an order is UNKNOWN nothing new is opened in its symbol: those that never leave have symbols of their own. */
const symbolFor = (index: number, { effect, moment }: Trap): number =>
  effect === 'venue.send' && moment === 'before' ? Math.floor(index / 2) % 3 : 3 + (index % 3);

/** Waits for the process that walks into the trap. @returns false when none did */
async function restartCaught(rig: Rig): Promise<boolean> {
  const deadlineMs = Date.now() + SPRUNG_MS_MAX;
  while (Date.now() < deadlineMs) {
    const pid = takeSprung(rig.home);
    if (pid !== null) {
      for (const worker of rig.workers)
        if (worker.child() === null || worker.child()?.pid === pid) await revive(worker);
      return true;
    }
    await sleep(50);
  }
  removeTrap(rig.home);
  return false;
}

async function revive(worker: Rig['workers'][number]): Promise<void> {
  await worker.kill();
  worker.start();
}
