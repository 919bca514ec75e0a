/**
 * `npm run lookahead`: runs a strategy file (or a built-in strategy) again and again with its
 * future cut off or changed, and tells each bar whose decision changes with it. Exit code 1
 * when it finds one. Takes the flags of `backtest`.
 */
import { loadSeries } from '../activities/session/prepare.ts';
import { builtInVoice } from '../domain/engine/desk-plan.ts';
import { legVoice } from '../domain/engine/leg-voice.ts';
import { findLookAhead, type Leak, type LookAheadOptions } from '../domain/engine/look-ahead.ts';
import { type EngineMarket, engineMarket } from '../domain/engine/market.ts';
import { fileParameters, fileVoice } from '../domain/engine/strategy-file.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import { type ParsedSession, parseSessionInput } from '../schemas/session-input.ts';
import { isTwoLegged } from '../schemas/signals.ts';
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
  const found = [];
  for (const bars of series) {
    const voice = voiceOf(flags, input, bars, series);
    found.push(await findLookAhead(engineMarket(bars, seedIndicators), { voice }));
  }
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
function voiceOf(
  { file }: BacktestFlags,
  input: ParsedSession,
  own: BarSeries,
  series: readonly BarSeries[],
): LookAheadOptions['voice'] {
  if (file === null) return builtInVoiceOf(input, own, series);
  let asked = 0;
  return async (market) => {
    asked += 1;
    const loaded = await loadStrategyFile(file.path, asked);
    return fileVoice(loaded, market, fileParameters(loaded, file.parameters));
  };
}

/** Each leg of a pair is asked for itself, the other one cut off where it is. */
function builtInVoiceOf({ strategy, costs }: ParsedSession, own: BarSeries, series: readonly BarSeries[]) {
  const { type, parameters } = writtenOut(strategy);
  const partner = series.find((bars) => bars !== own);
  if (!isTwoLegged(type) || partner === undefined) {
    return (market: EngineMarket) => builtInVoice({ type, parameters }, market);
  }
  const leg = own === series[0] ? ('first' as const) : ('second' as const);
  return (market: EngineMarket) => legVoice({ leg, partner, type, parameters, costs }, market);
}

function leakLines(leaks: readonly Leak[]): string[] {
  const shown = leaks.slice(0, 20).map(({ barIndex, changed }) => `  bar ${barIndex}: ${changed}`);
  return [`${leaks.length} decisions change with bars that come after them:`, ...shown];
}
