/**
 * The same with whole processes: of two workers the one that reaches the send stops itself with SIGSTOP, the other
 * takes the order over, and the first is woken with SIGCONT.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { orderExecutionId } from '../../../workflows/messages/order-execution.ts';
import type { Figures, Violation } from '../../exam.ts';
import { checkBooks } from '../../rig/check-books.ts';
import { deskOrders } from '../../rig/desk-orders.ts';
import { EXAM_INTERVAL_MS, EXAM_SYMBOLS, type ExamSymbol } from '../../rig/market.ts';
import { tally } from '../../rig/order-moves.ts';
import { progressBar } from '../../rig/progress-bar.ts';
import { openRig, type Rig } from '../../rig/rig.ts';
import { ACCOUNT, accountOpened, ordersSettled } from '../../rig/settled.ts';
import { removeTrap, setTrap, takeSprung } from '../../rig/traps.ts';

export type ProcessPauses = {
  readonly pauses: number;
  readonly violations: readonly Violation[];
  readonly figures: Figures;
};

const TAKEN_OVER = `select 1 from order_sends s
  join orders o using (client_order_id) join decisions d using (decision_id)
  where d.correlation_id = $1 and s.epoch > 1`;
const FENCED = `select 1 from fenced_writes f join orders o using (client_order_id) join decisions d using (decision_id)
  where d.correlation_id = $1 and f.what = 'send'`;
/** While an order is UNKNOWN nothing new is opened in its symbol, so each pause has one of its own. */
const SYMBOLS: readonly ExamSymbol[] = [
  ...EXAM_SYMBOLS,
  ...['DOT', 'UNI', 'AAVE', 'XRP', 'BCH', 'DOGE'].map((coin) => ({ symbol: `${coin}/USD`, price: 10 })),
];
/** A stopped worker's open polls still take tasks, each for its whole timeout, before the other gets one. */
const WITHIN_MS = 180_000;

export async function pauseProcesses(seed: number, count: number): Promise<ProcessPauses> {
  const venueFlags = ['--profile', 'open-only', '--seed', String(seed), '--cash', '1000000'];
  const rig = await openRig({ venueFlags, workers: 2, symbols: SYMBOLS });
  let isClean = false;
  try {
    await rig.startWorkers();
    await accountOpened(rig);
    const pauses = await pauseAll(rig, count);
    const isSettled = await ordersSettled(rig);
    const { violations, figures } = await checkBooks(rig, { deskAccount: ACCOUNT, mayRest: true });
    const fenced = pauses.filter((one) => one.fenced).length;
    const all = [
      ...violations,
      ...(isSettled ? [] : [{ kind: 'unfinished', where: 'orders are still in doubt' }]),
      ...(fenced === pauses.length ? [] : [{ kind: 'unfenced', where: `${fenced} fenced of ${pauses.length}` }]),
    ];
    isClean = all.length === 0;
    return {
      pauses: pauses.length,
      violations: all.map(({ kind, where }) => ({ kind, where: `processes: ${where}` })),
      figures: {
        ...figures,
        pauses: pauses.length,
        fenced,
        pausedSeconds: tally(pauses.map(({ ms }) => secondsText(ms))),
      },
    };
  } finally {
    await rig.close(!isClean);
  }
}

const secondsText = (ms: number): string => `${Math.round(ms / 1_000)} s`;

type OnePause = { readonly ms: number; readonly fenced: boolean };

async function pauseAll(rig: Rig, count: number): Promise<OnePause[]> {
  const orders = deskOrders(rig.connection);
  const bar = progressBar('processes');
  const pauses: OnePause[] = [];
  for (let index = 0; index < count; index += 1) {
    const { symbol, price } = rig.symbols[index % rig.symbols.length] ?? { symbol: '', price: 0 };
    setTrap(rig.home, { effect: 'venue.send', moment: 'before', signal: 'SIGSTOP' });
    const common = { accountId: ACCOUNT, symbol, side: 'buy' as const, barIntervalMs: EXAM_INTERVAL_MS };
    const id = `pause-${index}`;
    await orders.start(id, { ...common, quantity: (40 / price).toFixed(4), reasoning: id, checkIntervalMs: 3_000 });
    const pid = await eventually(async () => takeSprung(rig.home));
    if (pid === null) removeTrap(rig.home);
    else pauses.push(await sleepUntilTakenOver(rig, pid, orderExecutionId(id)));
    bar.show(index + 1, count);
  }
  bar.end();
  return pauses;
}

async function sleepUntilTakenOver(rig: Rig, pid: number, workflowId: string): Promise<OnePause> {
  const startedAtMs = Date.now();
  await eventually(() => happened(rig, TAKEN_OVER, workflowId));
  const ms = Date.now() - startedAtMs;
  rig.workers.find((one) => one.child()?.pid === pid)?.wake();
  return { ms, fenced: (await eventually(() => happened(rig, FENCED, workflowId))) !== null };
}

/** Null when it does not happen in time. */
async function eventually<T>(look: () => Promise<T | null>): Promise<T | null> {
  const deadlineMs = Date.now() + WITHIN_MS;
  while (Date.now() < deadlineMs) {
    const found = await look();
    if (found !== null) return found;
    await sleep(50);
  }
  return null;
}

async function happened({ pool }: Rig, text: string, workflowId: string): Promise<true | null> {
  const { rowCount } = await pool.query(text, [workflowId]);
  return (rowCount ?? 0) > 0 ? true : null;
}
