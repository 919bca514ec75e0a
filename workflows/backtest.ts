/**
 * One strategy over bars, on a machine of the computing queue. The report
 * comes back; trades and wealth are in Postgres.
 */
import { setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { backtestRequest } from '../domain/backtest/backtest-request.ts';
import { type BacktestRunResult, backtestRunInputSchema } from '../schemas/backtest-run.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { BACKTEST, progressQuery } from './messages/backtest.ts';
import { backtesting } from './research/activities.ts';
import { publishMarket } from './research/panel.ts';

/** @param raw `backtestRunInputSchema` */
export async function backtest(raw?: unknown): Promise<BacktestRunResult> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  let result: BacktestRunResult | null = null;
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
  const { session, engine, seedIndicators } = orFail(() => read(raw, workflowId));
  const name = typeof session.strategy === 'string' ? session.strategy : session.strategy.type;
  publishMarket(session.symbols, { strategyType: name });
  const summary = `${name} on ${session.symbols.join(', ')}`;
  setCurrentDetails(`### Backtest: running\n${summary}`);
  const request = { session, engine, seedIndicators, workflowId, openKey };
  result = await orFailWithProblems(() => backtesting().runBacktest.executeWithOptions({ summary }, [request]));
  setCurrentDetails(detailsOf(summary, result));
  return result;
}

function read(raw: unknown, workflowId: string) {
  const input = parseRunInput(backtestRunInputSchema, raw, { prefix: BACKTEST, workflowId, nowMs: Date.now() });
  const { session, engine } = backtestRequest(input);
  const parsed = parseSessionInput(session, 'strategy-session:backtest', Date.now());
  return { session: parsed, engine, seedIndicators: input.seedIndicators };
}

function detailsOf(summary: string, { runId, report }: BacktestRunResult): string {
  const { bars, trades, equityStart, equityEnd } = report;
  const figures = `${bars} bars, ${trades} trades, equity ${equityStart} → ${equityEnd} USD, run \`${runId}\``;
  return ['### Backtest: done', summary, figures].join('\n');
}
