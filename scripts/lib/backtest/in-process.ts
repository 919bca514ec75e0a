/** A backtest in this process, by the plain loop or by the engine. */
import type { MarketData } from '../../../adapters/market-data/market-data.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySessionId } from '../../../workflows/messages/strategy-session.ts';
import { codeVersion } from '../code-version.ts';
import { deskConfig } from '../paths.ts';
import { writeReportPage } from '../report-page.ts';
import { withBars } from './bar-source.ts';
import type { BacktestOutcome } from './document.ts';
import type { BacktestFlags } from './flags.ts';
import { runEngine } from './run-engine.ts';
import { runLoop } from './run-loop.ts';

export const runInProcess = (flags: BacktestFlags): Promise<BacktestOutcome> =>
  withBars(flags.stored, 'backtest', (market) => walkHere(flags, market));

async function walkHere(flags: BacktestFlags, market: MarketData): Promise<BacktestOutcome> {
  const input = parseSessionInput(flags.request, strategySessionId('backtest'), Date.now());
  const { seedIndicators, html } = flags;
  const configFolder = deskConfig(parseEnvironment());
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
