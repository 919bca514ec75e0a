/** A backtest by workflow: started on the desk, computed by whichever machine is free, read back from Postgres. */
import { readBacktest, type StoredBacktest } from '../../../db/backtests.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import { equityTexts } from '../../../domain/engine/money-text.ts';
import type { BacktestRunResult } from '../../../schemas/backtest-run.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { backtestId } from '../../../workflows/messages/backtest.ts';
import type { Desk } from '../desk.ts';
import { startRun } from '../research/follow-run.ts';
import type { BacktestOutcome } from './document.ts';
import type { BacktestFlags } from './flags.ts';

/** @throws InvalidInput with the workflow's own problems */
export async function runWorkflow(desk: Desk, id: string, flags: BacktestFlags): Promise<BacktestOutcome> {
  const { given, request, html } = flags;
  const summary = `${String(given.strategy)} on ${request.symbols.join(', ')}`;
  const run = { workflowType: 'backtest', workflowId: backtestId(id), input: given, summary };
  const { runId } = (await startRun(desk, run, 'end')) as BacktestRunResult;
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck backtest' });
  try {
    const stored = await readBacktest(db, runId);
    if (stored === undefined)
      throw new InvalidInput([problem('RUN_UNKNOWN', 'runId', runId, 'a finished backtest')], 1);
    if (html !== null) await writePage(db, stored, request, html);
    const { report, trades, fills } = stored;
    return { report, trades, fills, equity: equityTexts(stored) };
  } finally {
    await closeDatabase(db);
  }
}

/** Pages need the bars, and much code to load and draw them: both only when there is to be one. */
async function writePage(
  db: Database,
  stored: StoredBacktest,
  request: BacktestFlags['request'],
  file: string,
): Promise<void> {
  const [{ storedSeries }, { writeReportPage }] = await Promise.all([
    import('./stored-series.ts'),
    import('../report-page.ts'),
  ]);
  const { report, trades, fills, closedAtMs } = stored;
  const series = await storedSeries(db, request);
  const equity = Array.from(stored.equity, (amount, k) => [closedAtMs[k] as number, amount] as const);
  const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
  await writeReportPage(file, { title, report, series, trades, fills, equity });
}
