/** One step of learning of a deep Q-network, on a batch of what it remembers. */
import { adamStep, afterUpdates, keptWeight, nextPowers } from './adam.ts';
import type { DqnParts } from './dqn-parts.ts';
import type { NetMemory } from './net-kernel.ts';
import { importanceWeights, lossOf, lossSlope, priorityOf, scheduled, valueTarget } from './value-targets.ts';

/** The loss of the batch, and the length of its gradient before it was clipped. */
export type Learned = { readonly loss: number; readonly norm: number };

/** Draws a batch, compares its values with their targets and moves the weights by one step of Adam. */
export function learn(parts: DqnParts): Learned {
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

/** Decay of the weights, apart from the gradient (AdamW). */
function shrink({ numbers, round }: NetMemory, from: number, count: number, kept: number): void {
  if (kept === 1) return;
  const factor = round(kept);
  for (let at = from; at < from + count; at += 1) numbers[at] = round(factor * (numbers[at] as number));
}

/** Draws the rows of the next batch. @returns their weights in the loss; null when all weigh the same */
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

/** Copies states, next states and actions of the drawn rows into the batches. */
function gather({ network, replay, now, next, nextByTarget, rows, actions, settings }: DqnParts): void {
  for (let b = 0; b < rows.length; b += 1) {
    const row = rows[b] as number;
    network.fill(now, b, replay.stateAt(row));
    network.fill(nextByTarget, b, replay.nextAt(row));
    if (settings.double) network.fill(next, b, replay.nextAt(row));
    actions[b] = replay.action(row);
  }
}

/** The value that each action of the batch should have had; with `double` the online network names the next action. */
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

/** Errors, slopes of the loss, and new priorities. @returns the loss */
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
