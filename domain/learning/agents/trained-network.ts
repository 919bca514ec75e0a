/** A trained network that only answers: the values of its actions for a state. */
import { openNetMemory } from './net-kernel.ts';
import { type NetShape, netLayout } from './net-layout.ts';
import { createNetwork } from './network.ts';

export type ActionValues = (state: ArrayLike<number>) => ArrayLike<number>;

/** Numbers that the values of one state take beside the weights. */
const SCRATCH = 4_096;

/** Of both agents. */
export const MARKET_HIDDEN = [128, 64, 32] as const;

/**
 * @param weights as a checkpoint holds them @param of names the network. @returns values that stand until the next call
 * @throws RangeError for weights of another network
 */
export function trainedNetwork(weights: Uint8Array, shape: NetShape, of: string): ActionValues {
  const { count } = netLayout(shape);
  if (weights.byteLength !== count * Float32Array.BYTES_PER_ELEMENT) {
    throw new RangeError(`weights: got ${weights.byteLength} bytes, expected ${count * 4} of a ${of} network`);
  }
  const memory = openNetMemory(count + SCRATCH, 'auto');
  const network = createNetwork(memory, shape);
  const parameters = network.newParameters();
  memory.numbers.set(new Float32Array(Uint8Array.from(weights).buffer), parameters);
  const out = new Float32Array(shape.actions);
  return (state) => {
    network.values(parameters, state, out);
    return out;
  };
}
