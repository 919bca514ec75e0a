/**
 * A small desk at work, with the experiment in the place of Temporal: an activity whose worker died is done again by
 * the next worker, with the same input, after that one has compared books and venue as every worker does when it starts.
 */
import { FINAL_ORDER_STATES, type Order } from '../../schemas/execution.ts';
import { manualOrderInputSchema } from '../../schemas/order-execution.ts';
import type { OrderRequest } from '../rig/desk-orders.ts';
import type { Watcher } from './boundaries.ts';
import { SMALL_ACCOUNT, type SmallDesk } from './small-desk.ts';
import { type SmallWorker, startSmallWorker, type Weaken, WorkerDied } from './small-worker.ts';

/** The part of a run that orders need. */
export type Calls = {
  /** Runs one activity to its end, whatever dies. */
  readonly call: <T>(activity: (worker: SmallWorker) => Promise<T>) => Promise<T>;
};
export type DeskRun = Calls & {
  readonly desk: SmallDesk;
  readonly deaths: () => number;
  readonly close: () => Promise<void>;
};

const ATTEMPTS_MAX = 4;
const NEVER_WATCHED: Watcher = () => undefined;

/** The first worker is watched, those after it are left alone. */
export function startDeskRun(desk: SmallDesk, watcher: Watcher, weaken: Weaken = null): DeskRun {
  const workers = [startSmallWorker(desk, { watcher, weaken })];
  const current = (): SmallWorker => workers.at(-1) as SmallWorker;
  const restart = async (): Promise<void> => {
    workers.push(startSmallWorker(desk, { watcher: NEVER_WATCHED, weaken }));
    await current().reconcile();
  };
  return {
    desk,
    deaths: () => workers.length - 1,
    async call(activity) {
      for (let attempt = 1; ; attempt += 1) {
        const worker = current();
        try {
          return await worker.run(() => activity(worker));
        } catch (error) {
          if (!(error instanceof WorkerDied) || attempt >= ATTEMPTS_MAX) throw error;
          await restart();
        }
      }
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  };
}

/** How an order was let through, or why not. */
export type SentOrder = { readonly decisionId: string; readonly refusal: string | null };

type Request = Omit<OrderRequest, 'accountId'>;

/** Proposal, gate, intent, send: each its own activity, as the workflow calls them. */
export async function sendOrder(run: Calls, id: string, request: Request): Promise<SentOrder> {
  const { decisionId, refusal } = await proposeOrder(run, id, request);
  if (refusal !== null) return { decisionId, refusal };
  const answer = await run.call(({ broker }) => broker.submit(decisionId, null));
  return { decisionId, refusal: answer.refusal?.rule ?? null };
}

/** The same up to the recorded intent. */
export async function proposeOrder(run: Calls, id: string, request: Request): Promise<SentOrder> {
  const workflowId = `order-execution:${id}`;
  const input = manualOrderInputSchema.parse({ ...request, accountId: SMALL_ACCOUNT });
  const plan = await run.call(({ gate }) => gate.proposeOrder({ input, workflowId }));
  const step = { input, workflowId, ...plan };
  const { decisionId } = plan;
  for (const ask of ['checkRisk', 'recordIntent'] as const) {
    const verdict = await run.call(({ gate }) => gate[ask](step));
    if (!verdict.approved) return { decisionId, refusal: verdict.reasons.map(({ rule }) => rule).join(', ') };
  }
  return { decisionId, refusal: null };
}

const LOOKS_MAX = 60;
const LOOK_EVERY_MS = 16_000;

/**
 * Looks, with the market moving a step in between, until nothing is in doubt any more: every order is final, rests at
 * its price, or waits for its entry.
 */
export async function settle({ desk, call }: DeskRun, decisionId: string): Promise<readonly Order[]> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const { own } = await call(({ broker }) => broker.look(decisionId));
    if (own.every((order) => isSettled(order, own))) return own;
    desk.venue().control.tick();
    if (own.some(({ state }) => state === 'UNKNOWN' || state === 'PARTIAL')) desk.clock.skip(LOOK_EVERY_MS);
  }
  throw new Error(`the orders of ${decisionId} are still in doubt after ${LOOKS_MAX} looks`);
}

function isSettled(order: Order, all: readonly Order[]): boolean {
  if (FINAL_ORDER_STATES.includes(order.state)) return true;
  if (order.state === 'ACKED') return order.type !== 'market';
  return order.state === 'INTENT' && all.some((one) => one.leg === 'entry' && one.state === 'ACKED');
}
