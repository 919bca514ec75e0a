/** A backtest as a session on the desk, read back from Postgres. */
import { deskMarketData } from '../../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../../db/bar-readers.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySessionId } from '../../../workflows/messages/strategy-session.ts';
import type { Desk } from '../desk.ts';
import { say } from '../progress.ts';
import { writeSessionPage } from '../report-files.ts';
import { runSession } from '../session-run.ts';
import type { BacktestOutcome } from './document.ts';
import type { BacktestFlags } from './flags.ts';
import { readSessionOutcome } from './read-session.ts';

export async function runAsSession(
  openDesk: () => Promise<Desk>,
  sessionId: string,
  { request, html }: BacktestFlags,
): Promise<BacktestOutcome> {
  parseSessionInput(request, strategySessionId(sessionId), Date.now());
  const desk = await openDesk();
  say(`session ${strategySessionId(sessionId)}`);
  const barsTotal = request.market?.source === 'synthetic' ? (request.market.count ?? null) : null;
  const report = await runSession(desk, sessionId, request, barsTotal);
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck backtest' });
  try {
    if (html !== null) await writeSessionPage(db, deskMarketData(barReaders(db)), desk.home, report, html);
    return await readSessionOutcome(db, sessionId);
  } finally {
    await closeDatabase(db);
  }
}
