/**
 * A dense network over a memory: any number of parameter sets of one shape (online, target,
 * moments), the values of one state or of a batch, and the gradient of a batch. The numbers of a
 * state come as they are; what fills them up is zero.
 */
import { type LayerPlaces, type Numbers, PANEL } from './dense-layers.ts';
import type { NetMemory } from './net-kernel.ts';
import { eachParameter, filledUp, type NetLayer, type NetShape, netLayout } from './net-layout.ts';
import { bestOf, duelingValues } from './value-targets.ts';

export type Batch = {
  readonly size: number;
  readonly panels: number;
  /** Places: the states of the batch in panels, and what each layer makes of them. */
  readonly x: number;
  readonly made: readonly number[];
};

export type Network = ReturnType<typeof createNetwork>;

export function createNetwork(memory: NetMemory, shape: NetShape) {
  const { numbers: n, kernel, round, allocate } = memory;
  const layout = netLayout(shape);
  const { layers } = layout;
  const stateWidth = filledUp(shape.inputs);
  const last = layers.at(-1) as NetLayer;
  const one = allocate(stateWidth);
  const oneMade = layers.map(({ outputs }) => allocate(outputs));
  const raw: Numbers = new Float64Array(last.outputsUsed);
  const placesOf = (parameters: number): LayerPlaces[] =>
    layers.map(({ inputs, outputs, weightsAt, biasesAt }) => ({
      inputs,
      outputs,
      weights: parameters + weightsAt,
      biases: parameters + biasesAt,
    }));
  const sets = new Map<number, readonly LayerPlaces[]>();
  const setOf = (parameters: number): readonly LayerPlaces[] => {
    const found = sets.get(parameters) ?? placesOf(parameters);
    sets.set(parameters, found);
    return found;
  };
  /** The values of outputs that lie `stride` apart. */
  const valuesAt = (at: number, stride: number, out: Numbers): void => {
    const into = shape.dueling ? raw : out;
    for (let i = 0; i < last.outputsUsed; i += 1) into[i] = n[at + i * stride] as number;
    if (shape.dueling) duelingValues(raw, out, round);
  };
  const sampleAt = (made: number, width: number, b: number): number => made + ((b - (b % PANEL)) * width + (b % PANEL));

  return {
    layout,
    stateWidth,
    newParameters: (): number => allocate(layout.count),
    newBatch: (size: number): Batch => {
      const panels = filledUp(size, PANEL) / PANEL;
      const block = (width: number): number => allocate(width * panels * PANEL);
      return { size, panels, x: block(stateWidth), made: layers.map(({ outputs }) => block(outputs)) };
    },

    /** Weights and biases uniform within ± 1/√inputs, as PyTorch begins. */
    initialise: (parameters: number, uniform: () => number): void =>
      eachParameter(layout, (at, inputsUsed) => {
        n[parameters + at] = (2 * uniform() - 1) / Math.sqrt(inputsUsed);
      }),

    /** The values of one state's actions. */
    values(parameters: number, state: ArrayLike<number>, out: Numbers): void {
      for (let i = 0; i < shape.inputs; i += 1) n[one + i] = state[i] as number;
      const places = setOf(parameters);
      let x = one;
      for (let i = 0; i < layers.length; i += 1) {
        const y = oneMade[i] as number;
        kernel.forwardOne(places[i] as LayerPlaces, x, y, (layers[i] as NetLayer).relu);
        x = y;
      }
      valuesAt(x, 1, out);
    },

    /** Copies a state that lies in the memory at `from` into place `b` of a batch. */
    fill(batch: Batch, b: number, from: number): void {
      const to = sampleAt(batch.x, stateWidth, b);
      for (let i = 0; i < stateWidth; i += 1) n[to + i * PANEL] = n[from + i] as number;
    },

    forward(parameters: number, { x, made, panels }: Batch): void {
      const places = setOf(parameters);
      let from = x;
      for (let i = 0; i < layers.length; i += 1) {
        const y = made[i] as number;
        kernel.forward(places[i] as LayerPlaces, from, y, panels, (layers[i] as NetLayer).relu);
        from = y;
      }
    },

    /** The values of sample `b` after `forward`. */
    valuesOf: ({ made }: Batch, b: number, out: Numbers): void =>
      valuesAt(sampleAt(made.at(-1) as number, last.outputs, b), PANEL, out),

    /**
     * The gradient of a loss with slope `slopes[b]` at the value of action `actions[b]`, after `forward`.
     * @param slope a batch that takes what flows back
     */
    backward(
      parameters: number,
      gradient: number,
      { x, made, panels, size }: Batch,
      slope: Batch,
      actions: ArrayLike<number>,
      slopes: Numbers,
    ): void {
      const top = slope.made.at(-1) as number;
      n.fill(0, top, top + last.outputs * panels * PANEL);
      for (let b = 0; b < size; b += 1) {
        const at = sampleAt(top, last.outputs, b);
        if (shape.dueling) duelingSlopes(at, actions[b] as number, slopes[b] as number);
        else n[at + (actions[b] as number) * PANEL] = slopes[b] as number;
      }
      const [places, into] = [setOf(parameters), setOf(gradient)];
      for (let i = layers.length - 1; i >= 0; i -= 1) {
        const dy = slope.made[i] as number;
        kernel.gradient(into[i] as LayerPlaces, i === 0 ? x : (made[i - 1] as number), dy, panels);
        if (i > 0) {
          const below = slope.made[i - 1] as number;
          kernel.backward(places[i] as LayerPlaces, dy, made[i - 1] as number, below, panels);
        }
      }
    },
  };

  /** Q_a = V + A_a − mean(A): the slope at V, and 1 − 1/n of it at A_a, −1/n at the others. */
  function duelingSlopes(at: number, action: number, slope: number): void {
    n[at] = slope;
    for (let i = 0; i < shape.actions; i += 1) {
      n[at + (i + 1) * PANEL] = round(slope * round((i === action ? 1 : 0) - 1 / shape.actions));
    }
  }
}

/** The best action of one state among those that are open. */
export function greedyAction(
  network: Network,
  parameters: number,
  state: ArrayLike<number>,
  scratch: Numbers,
  open?: number,
): number {
  network.values(parameters, state, scratch);
  return bestOf(scratch, open);
}
