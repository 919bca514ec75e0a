/**
 * `npm run lookahead`: runs a strategy file (or a built-in strategy) again and again with its
 * future cut off or changed, and tells each bar whose decision changes with it. Exit code 1
 * when it finds one. Takes the flags of `backtest`.
 */
import { loadSeries } from '../activities/session/prepare.ts';
import { builtInVoice } from '../domain/engine/desk-plan.ts';
import { findLookAhead, type Leak, type LookAheadOptions } from '../domain/engine/look-ahead.ts';
import { engineMarket } from '../domain/engine/market.ts';
import { fileParameters, fileVoice } from '../domain/engine/strategy-file.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import { strategySessionId } from '../workflows/messages/strategy-session.ts';
import { withBars } from './lib/backtest/bar-source.ts';
import { type BacktestFlags, readBacktestFlags } from './lib/backtest/flags.ts';
import { loadStrategyFile } from './lib/backtest/load-strategy.ts';
import { writtenOut } from './lib/backtest/run-loop.ts';
import { printAnswer, runScript } from './lib/script.ts';

await runScript(async () => {
  const flags = readBacktestFlags();
  const { stored, seedIndicators, request } = flags;
  const input = parseSessionInput(request, strategySessionId('lookahead'), Date.now());
  const series = await withBars(stored, 'lookahead', (market) => loadSeries(market, input));
  const voice = await voiceOf(flags, writtenOut(input.strategy));
  const found = [];
  for (const bars of series) found.push(await findLookAhead(engineMarket(bars, seedIndicators), { voice }));
  const leaks = found.flatMap((one) => one.leaks);
  const [cuts, wishes] = [
    found.reduce((sum, one) => sum + one.cuts, 0),
    found.reduce((sum, one) => sum + one.wishes, 0),
  ];
  const barCount = series.reduce((sum, { close }) => sum + close.length, 0);
  const lines =
    leaks.length === 0
      ? [`clear: ${wishes} wishes over ${barCount} bars, ${cuts} futures taken away`]
      : leakLines(leaks);
  printAnswer({ ok: leaks.length === 0, leaks, bars: barCount, cuts, wishes }, lines);
  return leaks.length === 0 ? 0 : 1;
});

/** A file is loaded anew for each question, so that nothing it keeps can tell it what came later. */
async function voiceOf(
  { file }: BacktestFlags,
  strategy: ReturnType<typeof writtenOut>,
): Promise<LookAheadOptions['voice']> {
  if (file === null) return (market) => builtInVoice(strategy, market);
  let asked = 0;
  return async (market) => {
    asked += 1;
    const loaded = await loadStrategyFile(file.path, asked);
    return fileVoice(loaded, market, fileParameters(loaded, file.parameters));
  };
}

function leakLines(leaks: readonly Leak[]): string[] {
  const shown = leaks.slice(0, 20).map(({ barIndex, changed }) => `  bar ${barIndex}: ${changed}`);
  return [`${leaks.length} decisions change with bars that come after them:`, ...shown];
}
