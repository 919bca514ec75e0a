/**
 * `npm run backtest`: one strategy over bars of a file, of Postgres or synthetic ones. `--via loop` walks them in this
 * process; `--via session` starts a strategySession on the desk and reads the same document back from Postgres.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import type { MarketData } from '../adapters/market-data/market-data.ts';
import { barReaders } from '../db/bar-readers.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import { strategySessionId } from '../workflows/messages/strategy-session.ts';
import { type BacktestOutcome, backtestDocument, backtestText } from './lib/backtest/document.ts';
import { type BacktestFlags, readBacktestFlags } from './lib/backtest/flags.ts';
import { readSessionOutcome } from './lib/backtest/read-session.ts';
import { runLoop } from './lib/backtest/run-loop.ts';
import { codeVersion } from './lib/code-version.ts';
import { openDesk } from './lib/desk.ts';
import { deskDown } from './lib/desk-problem.ts';
import { projectFolder } from './lib/paths.ts';
import { say } from './lib/progress.ts';
import { writeSessionPage } from './lib/report-files.ts';
import { writeReportPage } from './lib/report-page.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { runSession } from './lib/session-run.ts';
import { withDatabase } from './lib/with-database.ts';
import { runningSupervisor } from './lib/workers.ts';

const newSessionId = (): string => `backtest-${Date.now().toString(36)}-${randomUUID().slice(0, 6)}`;

/** Files and synthetic bars need no database. */
const withoutDatabase: MarketData = deskMarketData({
  readBars: () => Promise.reject(new Error('these bars lie in no database')),
  listDataSets: async () => [],
  storedDataHash: async () => undefined,
});

const viaLoop = (flags: BacktestFlags): Promise<BacktestOutcome> =>
  flags.stored
    ? withDatabase({ name: 'backtest' }, (db) => walkHere(flags, deskMarketData(barReaders(db))))
    : walkHere(flags, withoutDatabase);

async function walkHere(flags: BacktestFlags, market: MarketData): Promise<BacktestOutcome> {
  const input = parseSessionInput(flags.request, strategySessionId('backtest'), Date.now());
  const { seedIndicators, html } = flags;
  const configFolder = path.join(projectFolder, 'config');
  const outcome = await runLoop(input, { market, configFolder, codeVersion: codeVersion(), seedIndicators });
  if (html !== null) {
    const { report, series, trades, fills } = outcome;
    const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
    const equity = outcome.equity.map(([atMs, amount]) => [atMs, Number(amount)] as const);
    await writeReportPage(html, { title, report, series, trades, fills, equity });
  }
  return outcome;
}

async function viaSession({ request, html }: BacktestFlags): Promise<BacktestOutcome> {
  const sessionId = newSessionId();
  parseSessionInput(request, strategySessionId(sessionId), Date.now());
  const desk = await openDesk();
  if (runningSupervisor(desk.home) === null) {
    throw deskDown('WORKERS_DOWN', 'desk', desk.home, 'workers that are up', 'run npm start -- --once first');
  }
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

await runScript(async () => {
  const flags = readBacktestFlags();
  const outcome = flags.via === 'loop' ? await viaLoop(flags) : await viaSession(flags);
  if (wantsJson()) printJson(backtestDocument(outcome));
  else process.stdout.write(backtestText(outcome));
  if (flags.html !== null) say(`report page  ${flags.html}`);
  return 0;
});
