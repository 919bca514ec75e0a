/** A backtest in this process, by the plain loop or by the engine. */
import type { MarketData } from '../../../adapters/market-data/market-data.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { type ParsedSession, parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySessionId } from '../../../workflows/messages/strategy-session.ts';
import { codeVersion } from '../code-version.ts';
import { deskConfig } from '../paths.ts';
import { askedFigures } from './asked-figures.ts';
import { withBars } from './bar-source.ts';
import { type Answered, backtestDocument } from './document.ts';
import type { BacktestFlags } from './flags.ts';
import { runEngine } from './run-engine.ts';
import { type LoopParts, runLoop } from './run-loop.ts';
import { writePage } from './write-page.ts';

export const runInProcess = (flags: BacktestFlags): Promise<Answered> =>
  withBars(flags.stored, 'backtest', (market) => walkHere(flags, market));

async function walkHere(flags: BacktestFlags, market: MarketData): Promise<Answered> {
  const input = parseSessionInput(flags.request, strategySessionId('backtest'), Date.now());
  const { seedIndicators, html } = flags;
  const configFolder = deskConfig(parseEnvironment());
  const parts = { market, configFolder, codeVersion: codeVersion(), seedIndicators };
  const { series, wealth, ...walked } = await walk(flags, input, parts);
  const outcome = { ...walked, figures: askedFigures(walked, flags, { series, costs: input.costs }, wealth) };
  const answered = { outcome, document: backtestDocument(outcome) };
  if (html !== null) await writePage(html, answered, series);
  return answered;
}

const walk = (flags: BacktestFlags, input: ParsedSession, parts: LoopParts): ReturnType<typeof runEngine> =>
  flags.via === 'engine' ? runEngine(input, flags, parts) : runLoop(input, parts);
