/** The verdict on a training in a market: each seed's network over the bars that nobody has seen, and the seat. */
import type { AgentSeat, JudgedSeed, MarketTrainingInput } from '../../../schemas/agent-training.ts';
import type { DataSplit } from '../../../schemas/research.ts';
import type { BarRange } from '../validation/splits.ts';
import { type AgentMarket, stretchOf, walkAgent, walkFigures } from './agent-market.ts';
import { judgeAgent, judgeSeat } from './judge-seat.ts';
import { judgeLeverage, meanDistance } from './leverage-training.ts';
import { marketNetwork } from './market-network.ts';
import { NO_POSITION, spotState } from './spot-features.ts';
import type { ActionValues } from './trained-network.ts';

export type TrainedNetwork = {
  readonly seed: number;
  readonly steps: number;
  readonly weightsHash: string;
  readonly weights: Uint8Array;
};

type Ground = { readonly agentMarket: AgentMarket; readonly split: DataSplit };
type Asked = Pick<MarketTrainingInput, 'agent' | 'direction' | 'costs' | 'dueling'>;

/** @param ground with all bars of the run */
export function judgeNetwork(network: TrainedNetwork, input: Asked, ground: Ground): JudgedSeed {
  const { seed, steps, weightsHash } = network;
  const judged = input.agent === 'leverage' ? judgeLeverage(network, input, ground) : judgeSpot(network, input, ground);
  return { seed, steps, weightsHash, ...judged };
}

function judgeSpot({ seed, weights }: TrainedNetwork, input: Asked, { agentMarket, split }: Ground) {
  const values = marketNetwork('spot', weights, input.dueling);
  const walk = (range: BarRange) => {
    const stretch = stretchOf(agentMarket, input, range);
    return { stretch, walked: walkAgent(agentMarket, stretch, values) };
  };
  const selection = walkFigures(walk(split.selection as BarRange).walked);
  const valueSpread = spreadOf(values, agentMarket, split.selection as BarRange);
  const { stretch, walked } = walk(split.sealed as BarRange);
  return { selection, valueSpread, outOfSample: judgeAgent(stretch, walked, seed) };
}

function spreadOf(values: ActionValues, { rows }: AgentMarket, { from, to }: BarRange): number {
  const state = new Float32Array(rows.width);
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += meanDistance(Array.from(values(spotState(rows, i, NO_POSITION, state))));
  return sum / (to - from);
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
