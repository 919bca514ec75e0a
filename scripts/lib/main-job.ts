/** The main job of `npm start`: one strategy session in backtest mode over bars of a file or synthetic ones. */

import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { reportText } from '../../domain/backtest/report-text.ts';
import { parseInterval } from '../../schemas/interval.ts';
import type { Desk } from './desk.ts';
import { say } from './progress.ts';
import { writeSessionPage } from './report-files.ts';
import { printJson } from './script.ts';
import { runSession, type SessionRequest } from './session-run.ts';
import type { StartFlags } from './start-flags.ts';

const DEFAULT_SYMBOL = 'BTC/USDT';
const DEFAULT_INTERVAL = '1h';

type JobFlags = Omit<StartFlags, 'once' | 'officers'>;

/** @returns 0; a refused session is an InvalidInput */
export async function runMainJob(desk: Desk, flags: JobFlags): Promise<number> {
  const db = openDatabase(desk.databaseUrl, { poolSize: 2 });
  try {
    const sessionId = `main-${Date.now().toString(36)}`;
    say(`\nsession strategy-session:${sessionId}`);
    const barsTotal = flags.bars === undefined ? flags.count : null;
    const report = await runSession(desk, sessionId, sessionInput(flags), barsTotal);
    const page = await writeSessionPage(db, deskMarketData(barReaders(db)), desk.home, report);
    if (flags.json) printJson({ ok: true, report, page });
    else process.stdout.write(`${reportText(report)}\n\nreport page  ${page}\n`);
    return 0;
  } finally {
    await closeDatabase(db);
  }
}

/** A file is walked as it lies there: nothing is mixed with bars that were imported before. */
function sessionInput(flags: JobFlags): SessionRequest {
  return {
    accountId: 'paper-1',
    strategy: flags.strategy,
    symbols: [flags.symbol ?? DEFAULT_SYMBOL],
    tradingMode: 'backtest',
    barIntervalMs: parseInterval(flags.interval ?? DEFAULT_INTERVAL),
    seed: flags.seed,
    market:
      flags.bars === undefined ? { source: 'synthetic', count: flags.count } : { source: 'replay', file: flags.bars },
  };
}
