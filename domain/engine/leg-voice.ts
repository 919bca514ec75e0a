/**
 * One leg of a strategy of two as a voice over its own bars: for those who ask what it wants, as the search for
 * look-ahead does. The engine itself trades no pairs: their legs are sized and sent together.
 */
import type { Costs } from '../../schemas/execution.ts';
import type { TwoLegStrategyType } from '../../schemas/signals.ts';
import { type BarSeries, sliceSeries } from '../market/bar-series.ts';
import { parseStrategyParameters, twoLegRules } from '../signals/catalogue.ts';
import { pairBars } from '../signals/pair-bars.ts';
import { legMarkets, type PairLeg } from '../signals/two-leg-strategy.ts';
import type { EngineMarket } from './market.ts';
import { ruleSignals, type Voice } from './signals.ts';

export type LegOf = {
  readonly leg: PairLeg;
  /** The bars of the other leg: known up to the last instant of the leg's own. */
  readonly partner: BarSeries;
  readonly type: TwoLegStrategyType;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly costs: Costs;
};

/** @throws InvalidInput for parameters that do not fit */
export function legVoice({ leg, partner, type, parameters, costs }: LegOf, market: EngineMarket): Voice {
  const p = parseStrategyParameters(type, parameters);
  const { bars } = market;
  const lastMs = bars.openTimeMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  const other = sliceSeries(partner, 0, partner.openTimeMs.findLastIndex((atMs) => atMs <= lastMs) + 1);
  const pair = leg === 'first' ? pairBars(bars, other) : pairBars(other, bars);
  const { rules, columns } = legMarkets(twoLegRules(type), pair, p, costs)[leg];
  return { kind: 'columns', columns: ruleSignals(market, rules, columns, p) };
}
