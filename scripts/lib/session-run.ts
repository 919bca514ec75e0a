/** Runs a session from a script: starts the workflow, shows progress on stderr, waits for the report. */
import { Client, Connection } from '@temporalio/client';
import type { z } from 'zod';
import { dataConverterOf } from '../../adapters/payload/data-converter.ts';
import type { SessionReport, SessionStatus, strategySessionInputSchema } from '../../schemas/strategy-session.ts';
import { statusQuery, strategySessionId, TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import type { strategySession } from '../../workflows/strategy-session.ts';
import type { Desk } from './desk.ts';
import { failureProblems } from './failure-problems.ts';
import { drawOver } from './progress.ts';

export type SessionRequest = z.input<typeof strategySessionInputSchema>;

const LOOK_EVERY_MS = 500;
const BAR_WIDTH = 30;

/** @throws InvalidInput with the session's own problems when it refuses its input */
export async function runSession(
  desk: Desk,
  sessionId: string,
  input: SessionRequest,
  barsTotal: number | null,
): Promise<SessionReport> {
  const connection = await Connection.connect({ address: desk.temporal.address });
  try {
    const dataConverter = dataConverterOf(desk.payloadKeys);
    const client = new Client({ connection, namespace: desk.temporal.namespace, dataConverter });
    const strategy = typeof input.strategy === 'string' ? input.strategy : input.strategy.type;
    const handle = await client.workflow.start<typeof strategySession>('strategySession', {
      taskQueue: TRADING_QUEUE,
      workflowId: strategySessionId(sessionId),
      args: [input],
      staticSummary: `${strategy} on ${input.symbols.join(', ')} (${input.tradingMode})`,
    });
    const stopWatching = watch(() => handle.query(statusQuery), barsTotal);
    return await handle.result().finally(stopWatching);
  } catch (error) {
    throw failureProblems(error) ?? error;
  } finally {
    await connection.close();
  }
}

/** Draws a progress bar on a terminal, a line every ten seconds elsewhere. */
function watch(status: () => Promise<SessionStatus>, barsTotal: number | null): () => void {
  let lastLineMs = Date.now();
  let ended = false;
  const look = async (): Promise<void> => {
    const seen = await status().catch(() => null);
    if (seen === null || ended) return;
    if (process.stderr.isTTY) drawOver(progressLine(seen, barsTotal));
    else if (Date.now() - lastLineMs >= 10_000) {
      lastLineMs = Date.now();
      process.stderr.write(`  ${progressLine(seen, barsTotal)}\n`);
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => {
    ended = true;
    clearInterval(timer);
    if (process.stderr.isTTY) drawOver('');
  };
}

function progressLine(status: SessionStatus, barsTotal: number | null): string {
  const share = barsTotal === null ? null : Math.min(1, status.bars / barsTotal);
  const filled = share === null ? 0 : Math.round(share * BAR_WIDTH);
  const drawn = share === null ? '' : `[${'█'.repeat(filled)}${'·'.repeat(BAR_WIDTH - filled)}] `;
  return `${drawn}${status.bars} bars, ${status.tradesExecuted} trades, equity ${status.equity} USD`;
}
