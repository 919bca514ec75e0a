/**
 * The network of a seat as a voice in a session: the same 18 numbers, of the same code, as in its training. Its side is
 * that of its best action, none for `hold`; its confidence is the probability of that action, the softmax of the values at
 * the temperature of the seat: the mean distance of the values from their mean on the bars of its selection.
 */
import type { Side } from '../../../schemas/decision.ts';
import type { SeatedAgent } from '../../../schemas/session-walk.ts';
import type { FeatureColumns } from '../../features/feature-columns.ts';
import { marketNetwork } from './market-network.ts';
import { type SeenPosition, SPOT_INPUTS, SPOT_WARMUP_BARS, spotRows, spotState } from './spot-features.ts';
import { SPOT_ACTIONS } from './spot-market.ts';
import { weightsHash } from './training-store.ts';
import { bestOf } from './value-targets.ts';

/** A seat with its network. */
export type LoadedAgent = { readonly seat: SeatedAgent; readonly weights: Uint8Array };

export type AgentVote = {
  readonly side: Side;
  /** 0 to 1. */
  readonly confidence: number;
  readonly reasons: readonly string[];
};

export type SeatedVoice = {
  readonly seat: SeatedAgent;
  /** Undefined until its slowest number has warmed up. */
  readonly vote: (i: number, position: SeenPosition) => AgentVote | undefined;
};

const SIDES = { hold: 0, buy: 1, sell: -1 } as const;
const TEMPERATURE_MIN = 1e-6;

/** @throws Error when the weights are not those of the seat */
export function checkWeights({ seat, weights }: LoadedAgent): void {
  const hash = weightsHash(new Float32Array(Uint8Array.from(weights).buffer));
  if (hash !== seat.weightsHash)
    throw new Error(`weights of ${seat.runId}: hash ${hash}, expected ${seat.weightsHash}`);
}

/** @throws Error when the weights are not those of the seat */
export function seatedVoice(loaded: LoadedAgent, columns: FeatureColumns): SeatedVoice {
  checkWeights(loaded);
  const { seat, weights } = loaded;
  const values = marketNetwork('spot', weights, seat.dueling);
  const rows = spotRows(columns);
  const state = new Float32Array(SPOT_INPUTS);
  return {
    seat,
    vote: (i, position) =>
      i < SPOT_WARMUP_BARS
        ? undefined
        : voteOf(Array.from(values(spotState(rows, i, position, state))), seat, position),
  };
}

/** Of an agent that was not trained for shorts, `sell` without a position says nothing, and the other way round. */
function voteOf(values: readonly number[], { direction, temperature }: SeatedAgent, position: SeenPosition): AgentVote {
  const best = bestOf(values);
  const action = SPOT_ACTIONS[best] ?? 'hold';
  const wanted = SIDES[action];
  const isOpen = direction === 'longShort' || (wanted === 1 ? direction === 'longOnly' : direction === 'shortOnly');
  const side = wanted === 0 || (!isOpen && position.side === 0) ? 0 : wanted;
  const confidence = probabilities(values, temperature)[best] as number;
  const shown = SPOT_ACTIONS.map((name, place) => `${name} ${(values[place] as number).toFixed(4)}`).join(', ');
  return { side, confidence, reasons: [`${action}: values ${shown}`] };
}

/** Softmax. */
export function probabilities(values: readonly number[], temperature: number): number[] {
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp((value - highest) / Math.max(temperature, TEMPERATURE_MIN)));
  const sum = powers.reduce((total, one) => total + one, 0);
  return powers.map((power) => power / sum);
}
