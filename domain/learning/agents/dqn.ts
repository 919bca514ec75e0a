/**
 * A deep Q-network that learns from what it has lived through (Mnih 2015): Double DQN unless it is told
 * otherwise, dueling, prioritised replay and n-step returns if wanted. Draws come from outside, so the same
 * draws give the same weights, on either kernel.
 */
import type { AdamPowers } from './adam.ts';
import type { Numbers } from './dense-layers.ts';
import { type DqnSettings, openDqnParts } from './dqn-parts.ts';
import { type Learned, learn } from './dqn-step.ts';
import type { KernelWanted } from './net-kernel.ts';
import { greedyAction } from './network.ts';
import type { Transition } from './replay.ts';

export type { DqnSettings } from './dqn-parts.ts';

/** What changes outside of the kernel's memory. */
export type DqnCounters = AdamPowers & { readonly updates: number };

export type Dqn = ReturnType<typeof createDqn>;

/** @param uniform draws in (0, 1): for the first weights, later for the rows of a batch */
export function createDqn(settings: DqnSettings, uniform: () => number, wanted: KernelWanted = 'auto') {
  const parts = openDqnParts(settings, uniform, wanted);
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
