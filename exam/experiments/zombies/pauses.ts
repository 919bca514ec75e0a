/**
 * A worker that stands still between its claim and the first byte, another that takes its order over, and the first one
 * waking up: in one process, two workers on one database, the pause placed by hook.
 */

import { EXAM_INTERVAL_MS } from '../../rig/market.ts';
import type { Boundary, Watcher } from '../../small-desk/boundaries.ts';
import { type DeskRun, proposeOrder, settle, startDeskRun } from '../../small-desk/desk-run.ts';
import type { SmallDesk } from '../../small-desk/small-desk.ts';
import { startSmallWorker, type Weaken } from '../../small-desk/small-worker.ts';

export type PauseAt = 'before venue.send' | 'before guard' | 'after guard';
export type Pause = {
  readonly id: string;
  readonly at: PauseAt;
  /** At rest once it has arrived, or filled at once. */
  readonly kind: 'market' | 'limit';
};
export type Woken = {
  readonly pause: Pause;
  readonly clientOrderId: string;
  /** What the order was when the paused worker woke up. */
  readonly stateBefore: string;
};

const PRICE = 3_000;

export function requestOf({ id, kind }: Pause) {
  const common = { symbol: 'ETH/USD', side: 'buy', quantity: '0.0137', reasoning: id } as const;
  const limit = { orderType: 'limit', limitPrice: (PRICE * 0.97).toFixed(2), stop: (PRICE * 0.94).toFixed(2) } as const;
  return { ...common, barIntervalMs: EXAM_INTERVAL_MS, ...(kind === 'limit' ? limit : {}) };
}

/** One pause: the paused worker wakes up when the other has given the order up, or, in the control, has filled it. */
export async function pauseOnce(desk: SmallDesk, pause: Pause, weaken: Weaken): Promise<Woken> {
  const gate = gateAt(pause.at);
  const sleeper = startSmallWorker(desk, { watcher: gate.watcher, weaken });
  const other: DeskRun = startDeskRun(desk, () => undefined, weaken);
  try {
    const { decisionId, refusal } = await proposeOrder(other, pause.id, requestOf(pause));
    if (refusal !== null) throw new Error(`${pause.id} was refused: ${refusal}`);
    const sending = sleeper.run(() => sleeper.broker.submit(decisionId, null));
    await Promise.race([gate.reached, sending.then(() => Promise.reject(new Error(`${pause.id} was not paused`)))]);
    await other.call(({ broker }) => broker.submit(decisionId, null));
    const [entry] = await settle(other, decisionId);
    gate.open();
    await sending;
    return { pause, clientOrderId: entry?.clientOrderId ?? '', stateBefore: entry?.state ?? '' };
  } finally {
    gate.open();
    await Promise.all([sleeper.close(), other.close()]);
  }
}

/** Holds the first work that comes to the place. */
function gateAt(at: PauseAt): { watcher: Watcher; reached: Promise<void>; open: () => void } {
  const [opened, open] = latch();
  const [reached, reach] = latch();
  const watcher = ({ moment, name }: Boundary): Promise<void> | undefined => {
    if (`${moment} ${name}` !== at) return undefined;
    reach();
    return opened;
  };
  return { watcher, reached, open };
}

function latch(): [Promise<void>, () => void] {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
