/**
 * A Parzen estimator over axes: one kernel an observation and one wide kernel for what is not known yet. A kernel is
 * the product over axes of a normal distribution cut off at 0 and 1 (its mass in a cell where values are whole), or of
 * the probability of a choice. Coordinates from 0 to 1; weights: 1 for the newest 25, less for older observations.
 */
import type { Random } from '../../market/random.ts';
import { normalCdf, normalQuantile } from '../../normal-distribution.ts';
import { type Axis, cellMiddle } from './axis.ts';
import { type KernelFactor, kernelFactor } from './kernel-factor.ts';

const FULL_WEIGHTS = 25;

/** `bases[k]`: log of kernel k's weight over the norm of its density. The wide kernel is the last. */
export type Parzen = {
  readonly axes: readonly Axis[];
  readonly factors: readonly KernelFactor[];
  readonly weights: Float64Array;
  readonly bases: Float64Array;
};

/** @param rows coordinates of the observations, in the order in which they were found */
export function buildParzen(axes: readonly Axis[], rows: readonly Float64Array[]): Parzen {
  const factors = axes.map((axis, k) => kernelFactor(axis, columnOf(rows, k)));
  const weights = kernelWeights(rows.length);
  const norms = new Float64Array(weights.length).fill(1);
  for (const factor of factors) factor.scaleBy(norms);
  return { axes, factors, weights, bases: weights.map((weight, k) => Math.log(weight / (norms[k] as number))) };
}

function columnOf(rows: readonly Float64Array[], k: number): Float64Array {
  const column = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row += 1) column[row] = (rows[row] as Float64Array)[k] as number;
  return column;
}

/** 1 for the newest 25, a ramp from 1/n up to 1 before them, 1 for the wide kernel; scaled to a sum of 1. */
export function kernelWeights(count: number): Float64Array {
  const ramp = Math.max(0, count - FULL_WEIGHTS);
  const raw = Float64Array.from({ length: count + 1 }, (_, k) => {
    if (k >= ramp) return 1;
    return ramp === 1 ? 1 / count : 1 / count + (k / (ramp - 1)) * (1 - 1 / count);
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/** Draws a kernel by its weight and a point from it; whole numbers come as the middles of their cells. */
export function samplePoint({ axes, factors, weights }: Parzen, random: Random): Float64Array {
  const kernel = drawIndex(weights, random.uniform());
  const isWide = kernel === weights.length - 1;
  return Float64Array.from(axes, ({ choiceCount, cellCount }, k) => {
    const { middles, widths } = factors[k] as KernelFactor;
    if (choiceCount > 0)
      return drawChoice(choiceCount, isWide ? null : (middles[kernel] as number), weights.length, random);
    const drawn = cutNormal(
      isWide ? 0.5 : (middles[kernel] as number),
      isWide ? 1 : (widths[kernel] as number),
      random,
    );
    return cellCount === 0 ? drawn : cellMiddle(drawn, cellCount);
  });
}

function drawIndex(weights: Float64Array, u: number): number {
  let left = u;
  for (let k = 0; k < weights.length; k += 1) {
    left -= weights[k] as number;
    if (left < 0) return k;
  }
  return weights.length - 1;
}

function drawChoice(choiceCount: number, own: number | null, kernelCount: number, random: Random): number {
  const ownShare = own === null ? 0 : 1 / (choiceCount / kernelCount + 1);
  const takesOwn = random.uniform() < ownShare;
  const any = Math.floor(random.uniform() * choiceCount);
  return own !== null && takesOwn ? own : any;
}

/** A normal value between 0 and 1, by the inverse of its distribution function. */
function cutNormal(middle: number, width: number, random: Random): number {
  const below = normalCdf(-middle / width);
  const kept = normalCdf((1 - middle) / width) - below;
  return Math.min(1, Math.max(0, middle + width * normalQuantile(below + random.uniform() * kept)));
}

/** Log of the density (of numbers) times the probability (of cells and choices) at these coordinates. */
export function logDensity({ factors, bases }: Parzen, at: Float64Array): number {
  const sums = bases.slice();
  factors.forEach((factor, k) => {
    factor.add(sums, at[k] as number);
  });
  return logOfSum(sums);
}

/** Terms below exp(-40) of the largest are lost in its last digits anyway. */
const NEGLIGIBLE = -40;

function logOfSum(logs: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of logs) if (value > largest) largest = value;
  let sum = 0;
  for (const value of logs) if (value - largest > NEGLIGIBLE) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}
