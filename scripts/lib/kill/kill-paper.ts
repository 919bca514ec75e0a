/**
 * The paper book under the kill switch: entries and exits at work are cancelled, decision by decision, through the
 * paper broker. Stops and targets that protect an open position stay at work. Backtests are not touched.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../config/environment.ts';
import { loadGovernance } from '../../../config/policy-files.ts';
import { createPaperBroker } from '../../../db/paper-broker.ts';
import { paperOrdersAtWork } from '../../../db/paper-kill.ts';
import type { Database } from '../../../db/tables.ts';
import { costsSchema, type Order } from '../../../schemas/execution.ts';
import { deskConfig } from '../paths.ts';
import { before } from './deadline.ts';

/** `left` is null when the book could not be read. `protecting`: stops and targets that stay at work. */
export type PaperReport = {
  readonly venue: 'paper';
  readonly reachable: boolean;
  readonly cancelled: number;
  readonly left: number | null;
  readonly failed: number;
  readonly protecting: number | null;
  readonly done: boolean;
  readonly message: string | null;
};

type Progress = {
  readonly seen: Set<string>;
  readonly failures: Map<string, string>;
  open: readonly Order[] | null;
  protecting: number;
  message: string | null;
};

const PAUSE_MS = 200;
/** A worker that read the flag just before it stood may still bring an order to work. */
const SETTLE_MS = 1_200;

export const PAPER_DOWN: PaperReport = {
  venue: 'paper',
  reachable: false,
  cancelled: 0,
  left: null,
  failed: 0,
  protecting: null,
  done: false,
  message: 'Postgres is not up: its orders cannot fill either; run this again when it is',
};

type Times = { readonly flagAtMs: number; readonly deadlineMs: number };
export type PaperParts = { readonly db: Database; readonly environment: Environment };

/** Never throws. @param reason is what the broker would tell of the flag */
export async function cancelPaper(parts: PaperParts, times: Times, reason: string): Promise<PaperReport> {
  const progress: Progress = { seen: new Set(), failures: new Map(), open: null, protecting: 0, message: null };
  const work = repeat(parts, times, reason, progress).catch((error: unknown) => {
    progress.message = messageOf(error);
  });
  await before(times.deadlineMs, work, undefined);
  const open = progress.open?.map((order) => order.clientOrderId) ?? null;
  const isDone = open?.length === 0 && progress.message === null;
  const [firstFailure = null] = progress.failures.values();
  return {
    venue: 'paper',
    reachable: open !== null,
    cancelled: [...progress.seen].filter((id) => open !== null && !open.includes(id)).length,
    left: open?.length ?? null,
    failed: progress.open?.filter((order) => progress.failures.has(order.decisionId)).length ?? 0,
    protecting: open === null ? null : progress.protecting,
    done: isDone,
    message: isDone ? null : (progress.message ?? firstFailure ?? 'not all could be cancelled in time'),
  };
}

async function repeat(
  { db, environment }: PaperParts,
  { flagAtMs, deadlineMs }: Times,
  reason: string,
  progress: Progress,
): Promise<void> {
  await look(db, progress);
  const { desk } = loadGovernance(deskConfig(environment));
  const broker = createPaperBroker({ db, costs: costsSchema.parse({}), desk, killFile: () => reason });
  while (Date.now() < deadlineMs) {
    const lookedAtMs = Date.now();
    for (const decisionId of new Set((progress.open ?? []).map((order) => order.decisionId))) {
      if (Date.now() >= deadlineMs) return;
      await broker.cancel(decisionId, reason).then(
        () => progress.failures.delete(decisionId),
        (error: unknown) => progress.failures.set(decisionId, messageOf(error)),
      );
    }
    await look(db, progress);
    if (progress.open?.length === 0 && lookedAtMs >= flagAtMs + SETTLE_MS) return;
    await sleep(PAUSE_MS);
  }
}

/** Working orders of paper accounts in the paper book, protecting ones apart. */
async function look(db: Database, progress: Progress): Promise<void> {
  const { open, protecting } = await paperOrdersAtWork(db);
  progress.open = open;
  progress.protecting = protecting;
  for (const { clientOrderId } of progress.open) progress.seen.add(clientOrderId);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
