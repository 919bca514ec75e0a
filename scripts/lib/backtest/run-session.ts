/** A backtest as a session on the desk, read back from Postgres. */
import { loadSeries } from '../../../activities/session/prepare.ts';
import { deskMarketData } from '../../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../../db/bar-readers.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySessionId } from '../../../workflows/messages/strategy-session.ts';
import type { Desk } from '../desk.ts';
import { say } from '../progress.ts';
import { runSession } from '../session-run.ts';
import { askedFigures } from './asked-figures.ts';
import { type Answered, backtestDocument } from './document.ts';
import type { BacktestFlags } from './flags.ts';
import { readSessionOutcome } from './read-session.ts';
import { writePage } from './write-page.ts';

export async function runAsSession(
  openDesk: () => Promise<Desk>,
  sessionId: string,
  flags: BacktestFlags,
): Promise<Answered> {
  const { request, html } = flags;
  const input = parseSessionInput(request, strategySessionId(sessionId), Date.now());
  const desk = await openDesk();
  say(`session ${strategySessionId(sessionId)}`);
  const barsTotal = request.market?.source === 'synthetic' ? (request.market.count ?? null) : null;
  await runSession(desk, sessionId, request, barsTotal);
  const db = openDatabase(desk.databaseUrl, { poolSize: 2, applicationName: 'quarterdeck backtest' });
  try {
    const series = await loadSeries(deskMarketData(barReaders(db)), input);
    const walked = await readSessionOutcome(db, sessionId);
    const outcome = { ...walked, figures: askedFigures(walked, flags, { series, costs: input.costs }) };
    const answered = { outcome, document: backtestDocument(outcome) };
    if (html !== null) await writePage(html, answered, series);
    return answered;
  } finally {
    await closeDatabase(db);
  }
}
