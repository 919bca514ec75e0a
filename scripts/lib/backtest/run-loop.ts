/**
 * A backtest in this process: the plain loop over the bars that a session with the same input would walk, under the
 * desk's configured limits. No Temporal; Postgres only when the bars lie there. Its report equals the session's.
 */

import { dataHashOf, loadSeries } from '../../../activities/session/prepare.ts';
import type { MarketData } from '../../../adapters/market-data/market-data.ts';
import { loadCompliance, loadGovernance } from '../../../config/policy-files.ts';
import { loopContext as contextOf, type LoopRun, plainLoop } from '../../../domain/backtest/plain-loop.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { profileOf } from '../../../domain/officers/policy/effective-profile.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { ParsedSession } from '../../../schemas/session-input.ts';
import type { Strategy } from '../../../schemas/signals.ts';
import type { Walked } from './document.ts';

export type LoopParts = {
  readonly market: MarketData;
  readonly configFolder: string;
  readonly codeVersion: string;
  readonly seedIndicators: IndicatorSeed;
  readonly seats?: LoopRun['seats'];
};

/** The outcome, and the bars it walked. @throws InvalidInput DATA_EMPTY and the like */
export async function runLoop(
  input: ParsedSession,
  parts: LoopParts,
): Promise<Walked & { readonly series: readonly BarSeries[] }> {
  const series = await loadSeries(parts.market, input);
  const facts = { dataHash: dataHashOf(series), codeVersion: parts.codeVersion };
  return { ...plainLoop(loopRun(input, series, parts), facts), series };
}

/** What a session of this input walks with, but for its ids. */
export const loopContext = (input: ParsedSession, series: readonly BarSeries[], parts: LoopParts): WalkContext =>
  contextOf(loopRun(input, series, parts));

function loopRun(input: ParsedSession, series: readonly BarSeries[], parts: LoopParts): LoopRun {
  const { startMode, profiles, desk, models } = loadGovernance(parts.configFolder);
  const policy = { version: 1, mode: startMode, profile: profileOf(profiles, startMode) };
  const rules = { policy, desk, models, compliance: loadCompliance(parts.configFolder) };
  const { seedIndicators, seats = {} } = parts;
  return { input, strategy: writtenOut(input.strategy), series, rules, seedIndicators, seats };
}

/** @throws InvalidInput for the id of a stored strategy: here a strategy is written out */
export function writtenOut(strategy: ParsedSession['strategy']): Strategy {
  if (typeof strategy !== 'string') return strategy;
  throw new InvalidInput([problem('INPUT_TYPE', 'strategy', strategy, 'a strategy written out')]);
}
