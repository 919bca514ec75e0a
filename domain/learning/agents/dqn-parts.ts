/**
 * What a deep Q-network keeps while it learns: five sets of parameters (weights, target, gradient, Adam's two moments),
 * four batches and the replay in one memory of the kernel, and the numbers of the batch that is learned from.
 */
import { type AdamSettings, FIRST_POWERS } from './adam.ts';
import { type Numbers, PANEL } from './dense-layers.ts';
import { type KernelWanted, type NetMemory, openNetMemory } from './net-kernel.ts';
import { filledUp, type NetShape, netLayout } from './net-layout.ts';
import { type Batch, createNetwork } from './network.ts';
import { createPriorities } from './priorities.ts';
import { createReplay, replayNumbers } from './replay.ts';
import type { LossKind, Schedule } from './value-targets.ts';

export type DqnSettings = {
  readonly net: NetShape;
  readonly adam: AdamSettings;
  readonly loss: LossKind;
  readonly batchSize: number;
  readonly replayRows: number;
  /** Whether there are states in which not every action may be taken. @default false */
  readonly masked?: boolean;
  readonly double: boolean;
  /** Null: rows are drawn evenly. β grows with the steps of learning. */
  readonly prioritised: { readonly alpha: number; readonly beta: Schedule } | null;
};

const PARAMETER_SETS = 5;
const BATCHES = 4;

export type DqnParts = ReturnType<typeof openDqnParts>;

/** @param uniform draws in (0, 1) */
export function openDqnParts(settings: DqnSettings, uniform: () => number, wanted: KernelWanted) {
  const { net, batchSize, replayRows, prioritised } = settings;
  const memory: NetMemory = openNetMemory(numbersNeeded(settings), wanted);
  const network = createNetwork(memory, net);
  const parameters = (): number => network.newParameters();
  const batch = (): Batch => network.newBatch(batchSize);
  const values = (): Numbers => (wanted === 'float64' ? new Float64Array(net.actions) : new Float32Array(net.actions));
  return {
    settings,
    uniform,
    memory,
    network,
    // Where each set of parameters begins in the memory; `mean` and `square` are Adam's moments of the gradient.
    online: parameters(),
    target: parameters(),
    gradient: parameters(),
    mean: parameters(),
    square: parameters(),
    // States of the batch, the states that followed for either network, and the gradient on its way back.
    now: batch(),
    next: batch(),
    nextByTarget: batch(),
    slope: batch(),
    replay: createReplay(memory, { ...replayShape(settings), inputs: net.inputs }),
    priorities: prioritised === null ? null : createPriorities(replayRows),
    q: values(),
    qNext: values(),
    qTarget: values(),
    rows: new Int32Array(batchSize),
    actions: new Int32Array(batchSize),
    targets: new Float64Array(batchSize),
    errors: new Float64Array(batchSize),
    slopes: new Float64Array(batchSize),
    powers: FIRST_POWERS,
    updates: 0,
  };
}

const replayShape = ({ net, replayRows: rows, masked = false }: DqnSettings) => ({
  ...{ rows, masked },
  stateWidth: filledUp(net.inputs),
});

/** How many numbers the memory has to hold. */
function numbersNeeded(settings: DqnSettings): number {
  const { net, batchSize } = settings;
  const { count, layers } = netLayout(net);
  const widths = filledUp(net.inputs) + layers.reduce((sum, layer) => sum + layer.outputs, 0);
  const batch = widths * filledUp(batchSize, PANEL);
  return PARAMETER_SETS * count + BATCHES * batch + widths + replayNumbers(replayShape(settings));
}
