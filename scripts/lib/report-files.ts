/** Reads what a report page shows of a finished session out of Postgres, and writes the page under the desk's home. */
import path from 'node:path';
import { loadSeries } from '../../activities/session/prepare.ts';
import { seriesOf } from '../../activities/session/prepare-live.ts';
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import { readEquity } from '../../db/equity.ts';
import { fillsOfAccount } from '../../db/fills.ts';
import { sessionBars } from '../../db/session-bars.ts';
import { readSession, type SessionRecord } from '../../db/sessions.ts';
import type { Database } from '../../db/tables.ts';
import { tradesOfAccount } from '../../db/trades.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import {
  type SessionReport,
  type StrategySessionInput,
  strategySessionInputSchema,
} from '../../schemas/strategy-session.ts';
import { writeReportPage } from './report-page.ts';

/** @returns the path of the page */
export async function writeSessionPage(
  db: Database,
  market: MarketData,
  home: string,
  report: SessionReport,
): Promise<string> {
  const session = await readSession(db, report.sessionId);
  if (session === undefined)
    throw new InvalidInput([problem('SESSION_UNKNOWN', 'sessionId', report.sessionId, 'a session')], 1);
  const input = strategySessionInputSchema.parse(session.input);
  const series = followsMarket(input) ? await seenSeries(db, session, input) : await loadSeries(market, input);
  const curve = await readEquity(db, report.sessionId, session.runCount);
  const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
  const file = path.join(home, 'reports', `${report.sessionId}.html`);
  await writeReportPage(file, {
    title,
    report,
    series,
    trades: (await tradesOfAccount(db, session.accountId)).filter((one) => one.strategyId === session.strategyId),
    fills: (await fillsOfAccount(db, session.accountId)).filter((one) => one.strategyId === session.strategyId),
    equity: curve.atMs.map((atMs, index) => [atMs, Number(curve.equity[index])] as const),
  });
  return file;
}

/** What a session on a live market has seen. */
async function seenSeries(
  db: Database,
  { sessionId, runCount: run }: SessionRecord,
  { symbols, barIntervalMs }: StrategySessionInput,
): Promise<readonly BarSeries[]> {
  const bars = await sessionBars(db, { sessionId, run }, 0);
  return symbols.map((symbol) => seriesOf(bars, symbol, barIntervalMs));
}
