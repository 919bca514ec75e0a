/**
 * A deep Q-network that learns from what it has lived through (Mnih 2015): Double DQN unless it is told
 * otherwise, dueling, prioritised replay and n-step returns if wanted. Draws come from outside, so the same
 * draws give the same weights, on either kernel.
 */
import {
  type AdamPowers,
  type AdamSettings,
  adamStep,
  afterUpdates,
  FIRST_POWERS,
  keptWeight,
  nextPowers,
} from './adam.ts';
import { type Numbers, PANEL } from './dense-layers.ts';
import { type KernelWanted, type NetMemory, openNetMemory } from './net-kernel.ts';
import { filledUp, type NetShape, netLayout } from './net-layout.ts';
import { type Batch, createNetwork, greedyAction } from './network.ts';
import { createPriorities } from './priorities.ts';
import { createReplay, replayNumbers, type Transition } from './replay.ts';
import {
  importanceWeights,
  type LossKind,
  lossOf,
  lossSlope,
  priorityOf,
  type Schedule,
  scheduled,
  valueTarget,
} from './value-targets.ts';

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

export type Learned = { readonly loss: number; readonly norm: number };

/** What changes beside the memory. */
export type DqnCounters = AdamPowers & { readonly updates: number };

export type Dqn = ReturnType<typeof createDqn>;

const PARAMETER_SETS = 5;
const BATCHES = 4;

/** @param uniform draws in (0, 1): for the first weights, later for the rows of a batch */
export function createDqn(settings: DqnSettings, uniform: () => number, wanted: KernelWanted = 'auto') {
  const parts = openParts(settings, uniform, wanted);
  const { memory, network, online, target, replay, priorities, q } = parts;
  const { numbers } = memory;
  const { count } = network.layout;
  network.initialise(online, uniform);
  const syncTarget = (): void => void numbers.copyWithin(target, online, online + count);
  syncTarget();
  return {
    kernel: memory.kernel.kind,
    fallback: memory.fallback,
    parameterCount: network.layout.parameterCount,
    replayed: replay.count,
    /** The values of a state's actions, until the next call. */
    values(state: ArrayLike<number>): Numbers {
      network.values(online, state, q);
      return q;
    },
    /** @param open bits of the actions that may be taken; absent: all */
    act: (state: ArrayLike<number>, open?: number): number => greedyAction(network, online, state, q, open),
    remember(transition: Transition): void {
      const row = replay.push(transition);
      priorities?.set(row, priorities.largest());
    },
    /** One step on a batch of what is remembered; something must be. */
    learn: (): Learned => learn(parts),
    /** The target network takes over the weights. */
    syncTarget,
    /** θ′ ← τ θ + (1 − τ) θ′. */
    blendTarget(tau: number): void {
      const { round } = memory;
      const [take, keep] = [round(tau), round(1 - tau)];
      for (let i = 0; i < count; i += 1) {
        const kept = round(keep * (numbers[target + i] as number));
        numbers[target + i] = round(kept + round(take * (numbers[online + i] as number)));
      }
    },
    /** Views of the memory: the weights in use, and all that has to be kept of the network and of what it remembers. */
    weights: (): Numbers => numbers.subarray(online, online + count),
    kept: (rows: number): Numbers[] => [
      ...[online, target, parts.mean, parts.square].map((at) => numbers.subarray(at, at + count)),
      ...replay.views(rows),
    ],
    written: replay.written,
    counters: (): DqnCounters => ({ ...parts.powers, updates: parts.updates }),
    priorities,
    /** After the views of `kept` have been written. */
    restored({ updates, power1, power2 }: DqnCounters, written: number): void {
      parts.updates = updates;
      parts.powers = { power1, power2 };
      replay.restored(written);
    },
  };
}

type DqnParts = ReturnType<typeof openParts>;

function openParts(settings: DqnSettings, uniform: () => number, wanted: KernelWanted) {
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
    online: parameters(),
    target: parameters(),
    gradient: parameters(),
    mean: parameters(),
    square: parameters(),
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

function numbersNeeded(settings: DqnSettings): number {
  const { net, batchSize } = settings;
  const { count, layers } = netLayout(net);
  const widths = filledUp(net.inputs) + layers.reduce((sum, layer) => sum + layer.outputs, 0);
  const batch = widths * filledUp(batchSize, PANEL);
  return PARAMETER_SETS * count + BATCHES * batch + widths + replayNumbers(replayShape(settings));
}

function learn(parts: DqnParts): Learned {
  const { memory, network, online, gradient, mean, square, settings } = parts;
  const { kernel, round } = memory;
  const { count } = network.layout;
  const weights = drawRows(parts);
  gather(parts);
  aim(parts);
  const loss = compare(parts, weights);
  network.backward(online, gradient, parts.now, parts.slope, parts.actions, parts.slopes);
  const norm = Math.sqrt(kernel.squares(gradient, count));
  const adam = afterUpdates(settings.adam, parts.updates);
  parts.powers = nextPowers(parts.powers, adam);
  parts.updates += 1;
  kernel.adam(online, gradient, mean, square, count, adamStep(adam, parts.powers, norm, round));
  shrink(memory, online, count, keptWeight(adam));
  return { loss, norm };
}

function shrink({ numbers, round }: NetMemory, from: number, count: number, kept: number): void {
  if (kept === 1) return;
  const factor = round(kept);
  for (let at = from; at < from + count; at += 1) numbers[at] = round(factor * (numbers[at] as number));
}

/** Rows of the next batch. @returns their weights in the loss, null when all weigh the same */
function drawRows({ settings, uniform, replay, priorities, rows, updates }: DqnParts): readonly number[] | null {
  const { prioritised } = settings;
  const held = replay.count();
  if (priorities === null || prioritised === null) {
    for (let b = 0; b < rows.length; b += 1) rows[b] = Math.floor(uniform() * held);
    return null;
  }
  const total = priorities.total();
  for (let b = 0; b < rows.length; b += 1) rows[b] = priorities.rowAt(((b + uniform()) / rows.length) * total);
  const shares = Array.from(rows, (row) => priorities.get(row) / total);
  return importanceWeights(shares, held, scheduled(prioritised.beta, updates));
}

function gather({ network, replay, now, next, nextByTarget, rows, actions, settings }: DqnParts): void {
  for (let b = 0; b < rows.length; b += 1) {
    const row = rows[b] as number;
    network.fill(now, b, replay.stateAt(row));
    network.fill(nextByTarget, b, replay.nextAt(row));
    if (settings.double) network.fill(next, b, replay.nextAt(row));
    actions[b] = replay.action(row);
  }
}

function aim(parts: DqnParts): void {
  const { memory, network, replay, settings, online, target, next, nextByTarget, rows, qNext, qTarget } = parts;
  network.forward(target, nextByTarget);
  if (settings.double) network.forward(online, next);
  for (let b = 0; b < rows.length; b += 1) {
    const row = rows[b] as number;
    network.valuesOf(nextByTarget, b, qTarget);
    if (settings.double) network.valuesOf(next, b, qNext);
    const [reward, discount, open] = [replay.reward(row), replay.discount(row), replay.open(row)];
    const onlineNext = settings.double ? qNext : null;
    parts.targets[b] = valueTarget({ reward, discount, targetNext: qTarget, onlineNext, open }, memory.round);
  }
}

/** Errors, slopes and new priorities. @returns the loss */
function compare(parts: DqnParts, weights: readonly number[] | null): number {
  const { memory, network, online, now, q, rows, actions, targets, errors, slopes, settings, priorities } = parts;
  const { round } = memory;
  network.forward(online, now);
  let loss = 0;
  for (let b = 0; b < rows.length; b += 1) {
    network.valuesOf(now, b, q);
    const error = round((q[actions[b] as number] as number) - (targets[b] as number));
    const share = (weights?.[b] ?? 1) / rows.length;
    errors[b] = error;
    slopes[b] = round(lossSlope(settings.loss, error) * share);
    loss += lossOf(settings.loss, error) * share;
  }
  if (priorities !== null && settings.prioritised !== null) {
    const { alpha } = settings.prioritised;
    for (let b = 0; b < rows.length; b += 1) priorities.set(rows[b] as number, priorityOf(errors[b] as number, alpha));
  }
  return loss;
}
