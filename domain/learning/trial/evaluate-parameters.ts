/**
 * One trial of a parameter search: a built-in strategy with these parameters over the bars, judged on the tests of a
 * walk-forward. A regime's score counts only trades opened while the filtered regime was that one; where there are few
 * of them the score of all trades takes its place. Sharpe ratios are per bar; fitness is in yearly ones.
 */
import type { SearchRegime } from '../../../schemas/parameter-search.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import type { SearchPoint } from '../../../schemas/search-space.ts';
import { type SingleStrategyType, strategySchema } from '../../../schemas/signals.ts';
import { builtInVoice } from '../../engine/desk-plan.ts';
import type { EngineMarket } from '../../engine/market.ts';
import { runReport } from '../../engine/run-report.ts';
import { plainSharpe, sampleMoments } from '../honesty/sample-moments.ts';
import { strategyFields } from '../search/strategy-spaces.ts';
import { type TrialTerms, trialPlan } from './trial-plan.ts';
import { onlyTrades, returnsIn, sharpeIn, type TrialRecord, tradesIn, trialRecord } from './trial-record.ts';

/** Trades of a regime below which its own figures are noise. */
export const REGIME_TRADES_MIN = 30;
const SPREAD_PENALTY = 0.5;

export type SearchTerms = TrialTerms & {
  readonly split: DataSplit;
  readonly periodsPerYear: number;
  readonly strategyType: SingleStrategyType;
  readonly regime: SearchRegime;
};

/**
 * `value`: what the search maximises. `fitness`, `sharpe` and the moments belong together: the regime's where it has
 * enough trades, else those of all trades; `isThin` says which. Null fitness: too few trades to say anything.
 */
export type SearchFigures = {
  readonly value: number | null;
  readonly fitness: number | null;
  readonly sharpe: number;
  readonly observations: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly tradeCount: number;
  readonly regimeTradeCount: number;
  readonly isThin: boolean;
  /** Of all trades, whatever the regime. */
  readonly globalFitness: number | null;
};

/** The bars with the regime of each, bear -1, sideways 0, bull 1, unknown -2. */
export type SearchMarket = { readonly market: EngineMarket; readonly regimes: Int8Array };

const CODES = { bear: -1, sideways: 0, bull: 1 } as const;

export function evaluateParameters(
  point: SearchPoint,
  { market, regimes }: SearchMarket,
  terms: SearchTerms,
): SearchFigures {
  const all = recordOf(point, market, terms);
  const { regime } = terms;
  const own = regime === 'all' ? all : onlyTrades(all, (bar) => bar > 0 && regimes[bar - 1] === CODES[regime]);
  const tradeCount = countIn(all, terms.split);
  const regimeTradeCount = countIn(own, terms.split);
  const isThin = regime !== 'all' && regimeTradeCount < REGIME_TRADES_MIN;
  const globalFitness = tradeCount < REGIME_TRADES_MIN ? null : steadySharpe(all, terms);
  const ownFitness = steadySharpe(own, terms);
  const fitness = isThin || regime === 'all' ? globalFitness : ownFitness;
  return {
    value: globalFitness === null ? null : shrunk(ownFitness, regimeTradeCount, globalFitness),
    fitness,
    ...shapeOf(isThin ? all : own, terms.split),
    tradeCount,
    regimeTradeCount,
    isThin,
    globalFitness,
  };
}

/** The more trades a regime has, the more its own fitness counts: n / (n + 30) of it, the rest of the global one. */
function shrunk(own: number, tradeCount: number, global: number): number {
  const weight = tradeCount / (tradeCount + REGIME_TRADES_MIN);
  return weight * own + (1 - weight) * global;
}

function recordOf(point: SearchPoint, market: EngineMarket, terms: SearchTerms): TrialRecord {
  const strategy = strategySchema.parse({ type: terms.strategyType, ...strategyFields(point) });
  return trialRecord(runReport(trialPlan(terms, strategy), [{ market, voice: builtInVoice(strategy, market) }]));
}

const countIn = (record: TrialRecord, { folds }: DataSplit): number =>
  folds.reduce((sum, fold) => sum + tradesIn(record, fold), 0);

/** Mean of the tests' yearly Sharpe ratios less half of their spread. */
function steadySharpe(record: TrialRecord, { split: { folds }, periodsPerYear }: SearchTerms): number {
  const sharpes = folds.map((fold) => Math.sqrt(periodsPerYear) * sharpeIn(record, fold));
  const mean = sharpes.reduce((sum, value) => sum + value, 0) / sharpes.length;
  const variance = sharpes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sharpes.length;
  return mean - SPREAD_PENALTY * Math.sqrt(variance);
}

function shapeOf(record: TrialRecord, { folds }: DataSplit) {
  const returns = returnsIn(record, folds);
  const { count, skewness, kurtosis } = sampleMoments(returns) ?? { count: 0, skewness: 0, kurtosis: 3 };
  return { sharpe: plainSharpe(returns), observations: count, skewness, kurtosis };
}
