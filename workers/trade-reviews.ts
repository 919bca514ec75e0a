/**
 * Starts the review of each closed trade of paper and live accounts. What is not reviewed stands in Postgres, and the
 * workflow's id is the trade's: a worker that dies has lost nothing, and two of them start one review.
 */
import type { Client } from '@temporalio/client';
import { unreviewedTrades } from '../db/llm/trade-review.ts';
import type { Database } from '../db/tables.ts';
import { RESEARCH_QUEUE } from '../workflows/messages/research.ts';
import { tradeReviewId } from '../workflows/messages/trade-review.ts';

const EVERY_MS = 5_000;
const AT_ONCE = 50;

type Parts = { readonly db: Database; readonly client: Client; readonly taskQueue?: string };

/** @returns how many were started now */
export async function startTradeReviews({ db, client, taskQueue = RESEARCH_QUEUE }: Parts): Promise<number> {
  const trades = await unreviewedTrades(db, AT_ONCE);
  const started = await Promise.all(trades.map((tradeId) => startOne(client, tradeId, taskQueue)));
  return started.filter(Boolean).length;
}

async function startOne(client: Client, tradeId: string, taskQueue: string): Promise<boolean> {
  try {
    const options = { taskQueue, workflowId: tradeReviewId(tradeId), args: [{ tradeId }] };
    await client.workflow.start('tradeReview', { ...options, workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return false;
    throw error;
  }
}

/** Looks every five seconds until the process ends; a look that fails is made again. */
export function keepReviewing(parts: Parts): { readonly stop: () => void } {
  const timer = setInterval(() => void startTradeReviews(parts).catch(() => undefined), EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
