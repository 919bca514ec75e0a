/**
 * The bars that a market training stands on, with everything computed over them once: for the
 * episodes it learns from, for the walk that says which checkpoint is best, and for the stretch
 * that it is judged on. Each looks at its own bars.
 */
import type { AgentWalk, MarketTrainingInput } from '../../../schemas/agent-training.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import { type EngineMarket, engineMarket } from '../../engine/market.ts';
import { computeFeatureColumns, type FeatureColumns } from '../../features/feature-columns.ts';
import type { BarSeries } from '../../market/bar-series.ts';
import { plainSharpe, sampleMoments } from '../honesty/sample-moments.ts';
import type { BarRange } from '../validation/splits.ts';
import type { Environment } from './environment.ts';
import { agentPlan } from './market-plan.ts';
import { growth, type Stretch, type Walked, walkStretch } from './market-walk.ts';
import { SPOT_WARMUP_BARS, type SpotRows, spotRows } from './spot-features.ts';
import { type SpotState, spotMarket } from './spot-market.ts';
import { spotVoice } from './spot-voice.ts';
import type { ActionValues } from './trained-network.ts';

export type AgentMarket = {
  readonly market: EngineMarket;
  readonly columns: FeatureColumns;
  readonly rows: SpotRows;
  /** Standard deviation of the last 20 log returns. */
  readonly volatility: Float64Array;
  /** Log return of each bar; not a number at the first. */
  readonly barReturn: Float64Array;
};

/** Ten days of hours; long enough that its end is not what is learned. */
export const EPISODE_BARS = 240;
/** What the P&L term of a usual step of the market is learned as: its values then stay near 1. */
const USUAL_REWARD = 0.1;
const PNL_POINTS_A_PERCENT = 10;

export function agentMarket(bars: BarSeries): AgentMarket {
  const columns = computeFeatureColumns(bars);
  const { realisedVolatility20: volatility, barReturn } = columns;
  return { market: engineMarket(bars), columns, rows: spotRows(columns), volatility, barReturn };
}

type Terms = Pick<MarketTrainingInput, 'direction' | 'costs'>;

/** What is learned from. The scale of rewards is that of these bars alone. */
export function trainingGround(agent: AgentMarket, terms: Terms, split: DataSplit): Environment<SpotState> {
  const { market, rows, volatility } = agent;
  const range = warm(split.folds[0] as BarRange);
  const rewardScale = rewardScaleOf(agent, split);
  const plan = agentPlan(terms);
  return spotMarket({ market, rows, volatility, plan, range, episodeBars: EPISODE_BARS, rewardScale });
}

/** What a reward of this market is multiplied with before it is learned from. */
export function rewardScaleOf({ barReturn }: Pick<AgentMarket, 'barReturn'>, { folds }: DataSplit): number {
  const range = warm(folds[0] as BarRange);
  const usual = sampleMoments(barReturn.slice(range.from + 1, range.to))?.deviation ?? 0;
  return USUAL_REWARD / (PNL_POINTS_A_PERCENT * Math.max(usual * 100, 0.01));
}

/** The part of a range in which the numbers have warmed up; half of a short range is learned from in any case. */
export const warm = ({ from, to }: BarRange): BarRange => ({
  from: Math.min(Math.max(from, SPOT_WARMUP_BARS), from + Math.floor((to - from) / 2)),
  to,
});

export const stretchOf = ({ market }: AgentMarket, terms: Terms, range: BarRange): Stretch => ({
  market,
  plan: agentPlan(terms),
  range,
});

/** A network over a stretch, always with its best action. */
export const walkAgent = (agent: AgentMarket, stretch: Stretch, values: ActionValues): Walked =>
  walkStretch(stretch, spotVoice(values, agent.rows, agent.market.bars.close, stretch.range.from));

export const walkFigures = ({ returns, tradeCount }: Walked): AgentWalk => ({
  sharpe: plainSharpe(returns),
  returnFraction: growth(returns),
  tradeCount,
});
