/** Leverage networks of known values, and of weights that a seed draws, for tests of who listens to one. */
import { marketNet } from '../../../../domain/learning/agents/market-network.ts';
import { eachParameter, netLayout } from '../../../../domain/learning/agents/net-layout.ts';
import { weightsHash } from '../../../../domain/learning/agents/training-store.ts';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import { createRandom } from '../../../../domain/market/random.ts';

const NET = netLayout(marketNet('leverage', false));
const bytesOf = (numbers: Float32Array): Uint8Array => new Uint8Array(numbers.buffer);

/** A network that always gives these values, 0 where none is given. */
export function valuing(values: Partial<Record<LeverageAction, number>>): Uint8Array {
  const numbers = new Float32Array(NET.count);
  const { biasesAt } = NET.layers.at(-1) as (typeof NET.layers)[number];
  for (const [place, action] of LEVERAGE_ACTIONS.entries()) numbers[biasesAt + place] = values[action] ?? 0;
  return bytesOf(numbers);
}

/** A network whose values change with what it sees. */
export function drawn(seed: number): Uint8Array {
  const { normal } = createRandom(`network:${seed}`);
  const numbers = new Float32Array(NET.count);
  eachParameter(NET, (at, inputs) => {
    numbers[at] = normal() * Math.sqrt(2 / inputs);
  });
  return bytesOf(numbers);
}

export const hashOf = (weights: Uint8Array): string => weightsHash(new Float32Array(weights.slice().buffer));
