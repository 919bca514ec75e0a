/**
 * A backtest in this process by the fast engine: the same bars, rules and report as the plain loop where both can, and
 * the sizes, costs and strategy files that only the engine knows. Money is printed from doubles, to 8 decimals. Where
 * the leverage manager decides it is the loop that walks: the engine's leverage is one for all entries.
 */
import { dataHashOf, loadSeries } from '../../../activities/session/prepare.ts';
import { loadCompliance, loadGovernance } from '../../../config/policy-files.ts';
import { engineReport } from '../../../domain/backtest/engine-report.ts';
import { leverageSettingsOf } from '../../../domain/backtest/leverage-terms.ts';
import { builtInVoice } from '../../../domain/engine/desk-plan.ts';
import type { EngineMarket } from '../../../domain/engine/market.ts';
import { engineMarket } from '../../../domain/engine/market.ts';
import { equityTexts } from '../../../domain/engine/money-text.ts';
import { enginePlan } from '../../../domain/engine/research-plan.ts';
import { runReport } from '../../../domain/engine/run-report.ts';
import type { Voice } from '../../../domain/engine/signals.ts';
import { fileParameters, fileVoice } from '../../../domain/engine/strategy-file.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { profileOf } from '../../../domain/officers/policy/effective-profile.ts';
import type { ParsedSession } from '../../../schemas/session-input.ts';
import type { Walked } from './document.ts';
import type { BacktestFlags } from './flags.ts';
import { loadStrategyFile } from './load-strategy.ts';
import { type LoopParts, runLoop, writtenOut } from './run-loop.ts';

type Speaker = { readonly name: string; readonly voice: (market: EngineMarket) => Voice };

/**
 * The outcome, the bars it walked, and its wealth as the doubles it had.
 * @throws InvalidInput DATA_EMPTY, STRATEGY_FILE_INVALID and the like
 */
export async function runEngine(
  input: ParsedSession,
  { engine, file }: Pick<BacktestFlags, 'engine' | 'file'>,
  parts: LoopParts,
): Promise<Walked & { readonly series: readonly BarSeries[]; readonly wealth?: readonly number[] }> {
  if (file === null && leverageSettingsOf(input, writtenOut(input.strategy)) !== null) return runLoop(input, parts);
  const series = await loadSeries(parts.market, input);
  const { startMode, profiles, desk } = loadGovernance(parts.configFolder);
  const compliance = loadCompliance(parts.configFolder);
  const { costs, direction, limits } = input;
  const strategy = writtenOut(input.strategy);
  const rules = { mode: startMode, profile: profileOf(profiles, startMode), limits, desk, compliance };
  const plan = enginePlan(engine, { strategy, costs, direction, cash: Number(input.startingCash), rules });
  const speaker = await speakerOf(input, file, plan.stopAtr !== null);
  const lanes = series.map((bars) => {
    const market = engineMarket(bars, parts.seedIndicators);
    return { market, voice: speaker.voice(market) };
  });
  const run = runReport(plan, lanes);
  const { codeVersion } = parts;
  const facts = { input, strategyType: speaker.name, series, dataHash: dataHashOf(series), codeVersion };
  return { ...engineReport(run, facts), equity: equityTexts(run), series, wealth: Array.from(run.equity) };
}

async function speakerOf(
  { strategy }: ParsedSession,
  file: BacktestFlags['file'],
  needsStop: boolean,
): Promise<Speaker> {
  const written = writtenOut(strategy);
  if (file === null) return { name: written.type, voice: (market) => builtInVoice(written, market, needsStop) };
  const loaded = await loadStrategyFile(file.path);
  const p = fileParameters(loaded, file.parameters);
  return { name: loaded.name, voice: (market) => fileVoice(loaded, market, p) };
}
