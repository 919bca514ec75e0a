/**
 * Where the numbers of a dense network lie in one flat array: layer by layer, each a matrix (a row an output)
 * and its biases. Every width is filled up to a multiple of four, so that kernels have no remainders; what is
 * filled up is zero, has no gradient and stays zero.
 */

export type NetShape = {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly actions: number;
  /** One output more, the value of the state; the others are advantages. */
  readonly dueling: boolean;
};

export type NetLayer = {
  /** Filled up. */
  readonly inputs: number;
  readonly outputs: number;
  readonly inputsUsed: number;
  readonly outputsUsed: number;
  /** Places from the start of the network, in numbers. */
  readonly weightsAt: number;
  readonly biasesAt: number;
  /** The last layer is linear. */
  readonly relu: boolean;
};

export type NetLayout = {
  readonly layers: readonly NetLayer[];
  /** Numbers with what is filled up. */
  readonly count: number;
  /** Parameters that count. */
  readonly parameterCount: number;
};

export const filledUp = (width: number, to = 4): number => Math.ceil(width / to) * to;

export function netLayout({ inputs, hidden, actions, dueling }: NetShape): NetLayout {
  const widths = [inputs, ...hidden, dueling ? actions + 1 : actions];
  let at = 0;
  const layers = widths.slice(1).map((outputsUsed, place): NetLayer => {
    const inputsUsed = widths[place] as number;
    const [ins, outs] = [filledUp(inputsUsed), filledUp(outputsUsed)];
    const weightsAt = at;
    const biasesAt = at + ins * outs;
    at = biasesAt + outs;
    return { inputs: ins, outputs: outs, inputsUsed, outputsUsed, weightsAt, biasesAt, relu: place < hidden.length };
  });
  const parameterCount = layers.reduce((sum, layer) => sum + (layer.inputsUsed + 1) * layer.outputsUsed, 0);
  return { layers, count: at, parameterCount };
}

/** Calls with the place of every parameter that counts, and with how many inputs its layer has. */
export function eachParameter({ layers }: NetLayout, visit: (at: number, inputsUsed: number) => void): void {
  for (const { inputs, inputsUsed, outputsUsed, weightsAt, biasesAt } of layers) {
    for (let output = 0; output < outputsUsed; output += 1) {
      for (let input = 0; input < inputsUsed; input += 1) visit(weightsAt + output * inputs + input, inputsUsed);
    }
    for (let output = 0; output < outputsUsed; output += 1) visit(biasesAt + output, inputsUsed);
  }
}
