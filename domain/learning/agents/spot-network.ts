/** A trained spot network that only answers: the values of its three actions for a state. */
import { openNetMemory } from './net-kernel.ts';
import { netLayout } from './net-layout.ts';
import { createNetwork } from './network.ts';
import { SPOT_INPUTS } from './spot-features.ts';
import { SPOT_ACTIONS } from './spot-market.ts';

export type ActionValues = (state: ArrayLike<number>) => ArrayLike<number>;

/** Numbers that the values of one state take beside the weights. */
const SCRATCH = 4_096;

export const SPOT_HIDDEN = [128, 64, 32] as const;

export const spotNet = (dueling: boolean) => ({
  inputs: SPOT_INPUTS,
  hidden: SPOT_HIDDEN,
  actions: SPOT_ACTIONS.length,
  dueling,
});

/**
 * @param weights as a checkpoint holds them. @returns values that stand until the next call
 * @throws RangeError for weights of another network
 */
export function spotNetwork(weights: Uint8Array, dueling: boolean): ActionValues {
  const shape = spotNet(dueling);
  const { count } = netLayout(shape);
  if (weights.byteLength !== count * Float32Array.BYTES_PER_ELEMENT) {
    throw new RangeError(`weights: got ${weights.byteLength} bytes, expected ${count * 4} of a spot network`);
  }
  const memory = openNetMemory(count + SCRATCH, 'auto');
  const network = createNetwork(memory, shape);
  const parameters = network.newParameters();
  memory.numbers.set(new Float32Array(Uint8Array.from(weights).buffer), parameters);
  const out = new Float32Array(SPOT_ACTIONS.length);
  return (state) => {
    network.values(parameters, state, out);
    return out;
  };
}
