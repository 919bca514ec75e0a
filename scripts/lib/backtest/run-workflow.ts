/** A backtest by workflow: started on the desk, computed by whichever machine is free, read back from Postgres. */
import { readFills, readWalked } from '../../../db/backtests.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import type { Database } from '../../../db/tables.ts';
import type { BacktestResult } from '../../../domain/backtest/backtest-figures.ts';
import { equityTexts } from '../../../domain/engine/money-text.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { backtestId } from '../../../workflows/messages/backtest.ts';
import type { Desk } from '../desk.ts';
import { startRun } from '../research/follow-run.ts';
import { type Answered, backtestDocument } from './document.ts';
import type { BacktestFlags } from './flags.ts';

/** @throws InvalidInput with the workflow's own problems */
export async function runWorkflow(desk: Desk, id: string, flags: BacktestFlags): Promise<Answered> {
  const { given, request, html } = flags;
  const summary = `${String(given.strategy)} on ${request.symbols.join(', ')}`;
  const run = { workflowType: 'backtest', workflowId: backtestId(id), input: given, summary };
  const { runId, figures } = (await startRun(desk, run, 'end')) as BacktestResult;
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck backtest' });
  try {
    const stored = await readWalked(db, runId);
    if (stored === undefined)
      throw new InvalidInput([problem('RUN_UNKNOWN', 'runId', runId, 'a finished backtest')], 1);
    const { report, trades } = stored;
    // Only a page draws them.
    const fills = html === null ? [] : await readFills(db, runId);
    const outcome = { report, trades, fills, equity: equityTexts(stored), figures };
    const answered = { outcome, document: backtestDocument(outcome) };
    if (html !== null) await pageOf(db, answered, request, html);
    return answered;
  } finally {
    await closeDatabase(db);
  }
}

/** Pages need the bars, and much code to load and draw them: both only when there is to be one. */
async function pageOf(
  db: Database,
  answered: Answered,
  request: BacktestFlags['request'],
  file: string,
): Promise<void> {
  const [{ storedSeries }, { writePage }] = await Promise.all([
    import('./stored-series.ts'),
    import('./write-page.ts'),
  ]);
  await writePage(file, answered, await storedSeries(db, request));
}
