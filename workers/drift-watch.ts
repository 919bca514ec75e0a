/**
 * Looks for drift in the markets that sessions trade in real time, and starts the search that each drift asks for. The
 * search's id is the drift's: two workers start one, and a worker that dies in between has lost nothing.
 */
import type { Client } from '@temporalio/client';
import { noteSearchStarted, searchesToStart, watchDrift, watchedMarkets } from '../db/learning/drifts.ts';
import type { Database } from '../db/tables.ts';
import { parameterSearchId } from '../workflows/messages/parameter-search.ts';
import { RESEARCH_QUEUE } from '../workflows/messages/research.ts';

const EVERY_MS = 15_000;
const AT_ONCE = 20;

type Parts = {
  readonly db: Database;
  readonly client: Pick<Client, 'workflow'>;
  readonly taskQueue?: string;
  /** Wall time. @default Date.now */
  readonly nowMs?: () => number;
};

/** @returns the workflow ids of searches that were started now */
export async function followDrift({ db, client, taskQueue = RESEARCH_QUEUE, nowMs = Date.now }: Parts) {
  for (const market of await watchedMarkets(db)) await watchDrift(db, market, nowMs());
  const started: string[] = [];
  for (const { driftId, search } of await searchesToStart(db, AT_ONCE)) {
    const workflowId = parameterSearchId(driftId);
    if (await startSearch(client, { workflowId, taskQueue, args: [search] })) started.push(workflowId);
    await noteSearchStarted(db, driftId, nowMs());
  }
  return started;
}

type Start = { readonly workflowId: string; readonly taskQueue: string; readonly args: [object] };

/** False where it runs or has run. */
async function startSearch(client: Parts['client'], options: Start): Promise<boolean> {
  try {
    await client.workflow.start('parameterSearch', { ...options, workflowIdReusePolicy: 'REJECT_DUPLICATE' });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return false;
    throw error;
  }
}

/** Looks every fifteen seconds until the process ends, one look at a time; a look that fails is made again. */
export function keepFollowingDrift(parts: Parts): { readonly stop: () => void } {
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void followDrift(parts)
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
