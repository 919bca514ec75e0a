/** Reads what the last run of a backtest session left in Postgres: report, closed trades, fills, equity curve. */
import { readEquity } from '../../../db/equity.ts';
import { fillsOfAccount } from '../../../db/fills.ts';
import { readSession } from '../../../db/sessions.ts';
import type { Database } from '../../../db/tables.ts';
import { tradesOfAccount } from '../../../db/trades.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { sessionReportSchema } from '../../../schemas/strategy-session.ts';
import type { Walked } from './document.ts';

/** A backtest has an account of its own, so the account's rows are the run's. @throws InvalidInput SESSION_UNKNOWN */
export async function readSessionOutcome(db: Database, sessionId: string): Promise<Walked> {
  const session = await readSession(db, sessionId);
  if (session === undefined || session.report === null) {
    throw new InvalidInput([problem('SESSION_UNKNOWN', 'sessionId', sessionId, 'a session with a report')], 1);
  }
  const curve = await readEquity(db, sessionId, session.runCount);
  return {
    report: sessionReportSchema.parse(session.report),
    trades: await tradesOfAccount(db, session.accountId),
    fills: await fillsOfAccount(db, session.accountId),
    equity: curve.atMs.map((atMs, index) => [atMs, curve.equity[index] ?? ''] as const),
  };
}
