/** The verdict on a training in a market: each seed's network over the bars that nobody has seen, and the seat. */
import type { AgentSeat, JudgedSeed, MarketTrainingInput } from '../../../schemas/agent-training.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import type { BarRange } from '../validation/splits.ts';
import { type AgentMarket, stretchOf, walkAgent, walkFigures } from './agent-market.ts';
import { judgeAgent, judgeSeat } from './judge-seat.ts';
import { NO_POSITION, spotState } from './spot-features.ts';
import { type ActionValues, spotNetwork } from './spot-network.ts';

export type TrainedNetwork = {
  readonly seed: number;
  readonly steps: number;
  readonly weightsHash: string;
  readonly weights: Uint8Array;
};

/** @param agentMarket all bars of the run */
export function judgeNetwork(
  { seed, steps, weightsHash, weights }: TrainedNetwork,
  input: Pick<MarketTrainingInput, 'direction' | 'costs' | 'dueling'>,
  { agentMarket, split }: { readonly agentMarket: AgentMarket; readonly split: DataSplit },
): JudgedSeed {
  const values = spotNetwork(weights, input.dueling);
  const walk = (range: BarRange) => {
    const stretch = stretchOf(agentMarket, input, range);
    return { stretch, walked: walkAgent(agentMarket, stretch, values) };
  };
  const selection = walkFigures(walk(split.selection as BarRange).walked);
  const valueSpread = spreadOf(values, agentMarket, split.selection as BarRange);
  const { stretch, walked } = walk(split.sealed as BarRange);
  return { seed, steps, weightsHash, selection, valueSpread, outOfSample: judgeAgent(stretch, walked, seed) };
}

function spreadOf(values: ActionValues, { rows }: AgentMarket, { from, to }: BarRange): number {
  const state = new Float32Array(rows.width);
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += meanDistance(values(spotState(rows, i, NO_POSITION, state)));
  return sum / (to - from);
}

function meanDistance(values: ArrayLike<number>): number {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return all.reduce((sum, value) => sum + Math.abs(value - mean), 0) / all.length;
}

/** The seed that was best on the bars of the selection stands for the seat; the first of equals. */
export function seatOf(agent: MarketTrainingInput['agent'], judged: readonly JudgedSeed[]): AgentSeat {
  const chosen = judged.reduce((best, one) => (one.selection.sharpe > best.selection.sharpe ? one : best));
  const { seed, steps, weightsHash, outOfSample } = chosen;
  const verdict = judgeSeat(
    outOfSample,
    judged.map((one) => one.outOfSample),
  );
  return { ...verdict, checks: [...verdict.checks], agent, seed, steps, weightsHash, judged: [...judged] };
}
