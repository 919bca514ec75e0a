/** What the leverage agent learns from, how it is compared and how it is judged: as the spot agent is, with its own steps. */
import type { JudgedSeed, MarketTrainingInput } from '../../../schemas/agent-training.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import type { BarRange } from '../validation/splits.ts';
import { type AgentMarket, EPISODE_BARS, rewardScaleOf, stretchOf, walkFigures, warm } from './agent-market.ts';
import type { Environment } from './environment.ts';
import { judgeAgent } from './judge-seat.ts';
import type { LeverageState } from './leverage-account.ts';
import { type LeverageWorld, leverageMarket, leverageWorld } from './leverage-market.ts';
import { bestAction, shiftedLeverage, walkLeverage } from './leverage-walk.ts';
import { marketNetwork } from './market-network.ts';
import type { ActionValues } from './trained-network.ts';
import { isOpen } from './value-targets.ts';

/** Episodes in the bars that are learned from; the scale of rewards is that of these bars alone. */
export function leverageGround(world: LeverageWorld, agent: AgentMarket, split: DataSplit): Environment<LeverageState> {
  const range = warm(split.folds[0] as BarRange);
  return leverageMarket(world, { range, episodeBars: EPISODE_BARS, rewardScale: rewardScaleOf(agent, split) });
}

type Ground = { readonly agentMarket: AgentMarket; readonly split: DataSplit };

/** A seed's network over the bars of the selection, and over those that nobody has seen. */
export function judgeLeverage(
  { seed, weights }: { readonly seed: number; readonly weights: Uint8Array },
  input: Pick<MarketTrainingInput, 'direction' | 'costs' | 'dueling'>,
  { agentMarket, split }: Ground,
): Pick<JudgedSeed, 'selection' | 'valueSpread' | 'outOfSample'> {
  const values = marketNetwork('leverage', weights, input.dueling);
  const world = leverageWorld(agentMarket, input);
  const [selection, sealed] = [split.selection as BarRange, split.sealed as BarRange];
  const walked = walkLeverage(world, sealed, bestAction(world, values));
  const atOtherTimes = (shift: number) => walkLeverage(world, sealed, shiftedLeverage(walked, shift)).returns;
  return {
    selection: walkFigures(walkLeverage(world, selection, bestAction(world, values))),
    valueSpread: spreadOf(world, values, selection),
    outOfSample: judgeAgent(stretchOf(agentMarket, input, sealed), walked, seed, atOtherTimes),
  };
}

/** Mean distance of the values of the actions that are open without a position from their mean. */
function spreadOf(world: LeverageWorld, values: ActionValues, { from, to }: BarRange): number {
  let sum = 0;
  for (let i = from; i < to; i += 1) {
    const state = world.opened(i, i);
    const open = world.open(state);
    sum += meanDistance(Array.from(values(world.observe(state))).filter((_, action) => isOpen(open, action)));
  }
  return sum / (to - from);
}

export function meanDistance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + Math.abs(value - mean), 0) / values.length;
}
