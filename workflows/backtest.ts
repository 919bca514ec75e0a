/**
 * One strategy over bars, on a machine of the computing queue. The report
 * and its figures come back; trades and wealth are in Postgres.
 */
import { setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { BacktestResult } from '../domain/backtest/backtest-figures.ts';
import { readBacktest } from '../domain/backtest/read-backtest.ts';
import type { BacktestRunResult } from '../schemas/backtest-run.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { BACKTEST, progressQuery } from './messages/backtest.ts';
import { backtesting } from './research/activities.ts';
import { publishMarket } from './research/panel.ts';

/** @param raw `backtestRunInputSchema` */
export async function backtest(raw?: unknown): Promise<BacktestResult> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  let result: BacktestResult | null = null;
  setHandler(
    progressQuery,
    () => ({
      state: result === null ? 'running' : 'done',
      runId: result?.runId ?? workflowId,
      bars: result?.report.bars ?? 0,
      trades: result?.report.trades ?? 0,
    }),
    { description: 'Whether the backtest is done, and how many bars and trades it has.' },
  );
  const asked = { prefix: BACKTEST, workflowId, nowMs: Date.now() };
  const { session, engine, seedIndicators, walkForward } = orFail(() => readBacktest(raw, asked));
  const name = typeof session.strategy === 'string' ? session.strategy : session.strategy.type;
  publishMarket(session.symbols, { strategyType: name });
  const summary = `${name} on ${session.symbols.join(', ')}`;
  setCurrentDetails(`### Backtest: running\n${summary}`);
  const request = { session, engine, seedIndicators, walkForward, workflowId, openKey };
  result = await orFailWithProblems(() => backtesting().runBacktest.executeWithOptions({ summary }, [request]));
  setCurrentDetails(detailsOf(summary, result));
  return result;
}

function detailsOf(summary: string, { runId, report }: BacktestRunResult): string {
  const { bars, trades, equityStart, equityEnd } = report;
  const figures = `${bars} bars, ${trades} trades, equity ${equityStart} → ${equityEnd} USD, run \`${runId}\``;
  return ['### Backtest: done', summary, figures].join('\n');
}
