/** A backtest by workflow: started on the desk, computed by whichever machine is free, read back from Postgres. */
import { loadSeries } from '../../../activities/session/prepare.ts';
import { deskMarketData } from '../../../adapters/market-data/desk-market-data.ts';
import { readBacktest } from '../../../db/backtests.ts';
import { barReaders } from '../../../db/bar-readers.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { moneyText } from '../../../domain/engine/outcome.ts';
import type { BacktestRunResult } from '../../../schemas/backtest-run.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { backtestId } from '../../../workflows/messages/backtest.ts';
import { strategySessionId } from '../../../workflows/messages/strategy-session.ts';
import type { Desk } from '../desk.ts';
import { writeReportPage } from '../report-page.ts';
import { startRun } from '../research/follow-run.ts';
import type { BacktestOutcome } from './document.ts';
import type { BacktestFlags } from './flags.ts';

/** @throws InvalidInput with the workflow's own problems */
export async function runWorkflow(desk: Desk, id: string, flags: BacktestFlags): Promise<BacktestOutcome> {
  const { given, request, html } = flags;
  const summary = `${String(given.strategy)} on ${request.symbols.join(', ')}`;
  const run = { workflowType: 'backtest', workflowId: backtestId(id), input: given, summary };
  const { runId } = (await startRun(desk, run, true)) as BacktestRunResult;
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck backtest' });
  try {
    const stored = await readBacktest(db, runId);
    if (stored === undefined)
      throw new InvalidInput([problem('RUN_UNKNOWN', 'runId', runId, 'a finished backtest')], 1);
    const { report, trades, fills, closedAtMs } = stored;
    if (html !== null) {
      const input = parseSessionInput(request, strategySessionId('backtest'), Date.now());
      const series = await loadSeries(deskMarketData(barReaders(db)), input);
      const wealth = Array.from(stored.equity, (amount, k) => [closedAtMs[k] as number, amount] as const);
      const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
      await writeReportPage(html, { title, report, series, trades, fills, equity: wealth });
    }
    const equity = Array.from(stored.equity, (amount, k) => [closedAtMs[k] as number, moneyText(amount)] as const);
    return { report, trades, fills, equity };
  } finally {
    await closeDatabase(db);
  }
}
