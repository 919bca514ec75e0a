/**
 * `npm run backtest`: one strategy over bars of a file, of Postgres or synthetic ones. `--via loop` and `--via engine`
 * walk them in this process; `--via session` and `--via workflow` start a workflow on the desk and read the same document
 * back.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import type { MarketData } from '../adapters/market-data/market-data.ts';
import { barReaders } from '../db/bar-readers.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import { strategySessionId } from '../workflows/messages/strategy-session.ts';
import { withBars } from './lib/backtest/bar-source.ts';
import { type BacktestOutcome, backtestDocument, backtestText } from './lib/backtest/document.ts';
import { type BacktestFlags, readBacktestFlags } from './lib/backtest/flags.ts';
import { readSessionOutcome } from './lib/backtest/read-session.ts';
import { runEngine } from './lib/backtest/run-engine.ts';
import { runLoop } from './lib/backtest/run-loop.ts';
import { runWorkflow } from './lib/backtest/run-workflow.ts';
import { codeVersion } from './lib/code-version.ts';
import { type Desk, openDesk } from './lib/desk.ts';
import { deskDown } from './lib/desk-problem.ts';
import { projectFolder } from './lib/paths.ts';
import { say } from './lib/progress.ts';
import { writeSessionPage } from './lib/report-files.ts';
import { writeReportPage } from './lib/report-page.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { runSession } from './lib/session-run.ts';
import { runningSupervisor } from './lib/workers.ts';

const newSessionId = (): string => `backtest-${Date.now().toString(36)}-${randomUUID().slice(0, 6)}`;

const inProcess = (flags: BacktestFlags): Promise<BacktestOutcome> =>
  withBars(flags.stored, 'backtest', (market) => walkHere(flags, market));

async function walkHere(flags: BacktestFlags, market: MarketData): Promise<BacktestOutcome> {
  const input = parseSessionInput(flags.request, strategySessionId('backtest'), Date.now());
  const { seedIndicators, html } = flags;
  const configFolder = path.join(projectFolder, 'config');
  const parts = { market, configFolder, codeVersion: codeVersion(), seedIndicators };
  const outcome = await (flags.via === 'engine' ? runEngine(input, flags, parts) : runLoop(input, parts));
  if (html !== null) {
    const { report, series, trades, fills } = outcome;
    const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
    const equity = outcome.equity.map(([atMs, amount]) => [atMs, Number(amount)] as const);
    await writeReportPage(html, { title, report, series, trades, fills, equity });
  }
  return outcome;
}

/** The desk, with workers. @throws InvalidInput (exit code 3) DESK_DOWN, WORKERS_DOWN */
async function workingDesk(): Promise<Desk> {
  const desk = await openDesk();
  if (runningSupervisor(desk.home) !== null) return desk;
  throw deskDown('WORKERS_DOWN', 'desk', desk.home, 'workers that are up', 'run npm start -- --once first');
}

async function viaSession({ request, html }: BacktestFlags): Promise<BacktestOutcome> {
  const sessionId = newSessionId();
  parseSessionInput(request, strategySessionId(sessionId), Date.now());
  const desk = await workingDesk();
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

const viaWorkflow = async (flags: BacktestFlags): Promise<BacktestOutcome> =>
  runWorkflow(await workingDesk(), newSessionId(), flags);

const WAYS = { loop: inProcess, engine: inProcess, session: viaSession, workflow: viaWorkflow } as const;

await runScript(async () => {
  const flags = readBacktestFlags();
  const { via, engine } = flags;
  const outcome = await WAYS[via](flags);
  if (wantsJson())
    printJson({
      ...backtestDocument(outcome),
      orders: outcome.report.orders,
      fills: outcome.report.fills,
      via,
      rules: engine.rules,
    });
  else process.stdout.write(backtestText(outcome));
  if (flags.html !== null) say(`report page  ${flags.html}`);
  return 0;
});
