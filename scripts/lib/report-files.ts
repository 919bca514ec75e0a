/** Reads what a report page shows of a finished session out of Postgres, and writes the page under the desk's home. */
import path from 'node:path';
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import { readEquity } from '../../db/equity.ts';
import { fillsOfAccount } from '../../db/fills.ts';
import { readSession } from '../../db/sessions.ts';
import type { Database } from '../../db/tables.ts';
import { tradesOfAccount } from '../../db/trades.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { type SessionReport, strategySessionInputSchema } from '../../schemas/strategy-session.ts';
import { writeReportPage } from './report-page.ts';

/** @returns the path of the page */
export async function writeSessionPage(
  db: Database,
  market: MarketData,
  home: string,
  report: SessionReport,
  file = path.join(home, 'reports', `${report.sessionId}.html`),
): Promise<string> {
  const session = await readSession(db, report.sessionId);
  if (session === undefined)
    throw new InvalidInput([problem('SESSION_UNKNOWN', 'sessionId', report.sessionId, 'a session')], 1);
  const input = strategySessionInputSchema.parse(session.input);
  const { market: source, barIntervalMs: intervalMs, seed } = input;
  const series = await Promise.all(input.symbols.map((symbol) => market.load({ source, symbol, intervalMs, seed })));
  const curve = await readEquity(db, report.sessionId, session.runCount);
  const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
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
