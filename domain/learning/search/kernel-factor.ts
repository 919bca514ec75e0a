/**
 * What one axis adds to the log density of each kernel: the square of a distance for real numbers, the log of a cell's
 * mass for whole ones, the log of a probability for choices. The last kernel is the wide one: middle 0.5, width 1.
 */
import { normalCdf } from '../../normal-distribution.ts';
import type { Axis } from './axis.ts';
import { kernelWidths, narrowestWidth } from './kernel-widths.ts';

/**
 * `middles` of the observations; `add` adds the log of each kernel's density at `x`, but for its norm, to one sum a
 * kernel; `scaleBy` multiplies that norm into one product a kernel.
 */
export type KernelFactor = {
  readonly middles: Float64Array;
  /** Empty for choices. */
  readonly widths: Float64Array;
  readonly add: (sums: Float64Array, x: number) => void;
  readonly scaleBy: (products: Float64Array) => void;
};

export function kernelFactor(axis: Axis, middles: Float64Array): KernelFactor {
  if (axis.choiceCount > 0) return choiceFactor(axis.choiceCount, middles);
  const widths = kernelWidths(middles);
  const coarse = axis.cellCount > 0 && axis.cellCount * narrowestWidth(middles.length) < FINE_CELLS;
  return coarse ? cellFactor(axis.cellCount, middles, widths) : realFactor(axis.cellCount, middles, widths);
}

/** Where even the narrowest kernel is so many cells wide, the density in a cell's middle stands for its mass. */
const FINE_CELLS = 1.5;

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** Φ(b) - Φ(a), taken on the side of 0 where nothing cancels; never 0, so that its logarithm is a number. */
const massBetween = (a: number, b: number): number =>
  Math.max(Number.MIN_VALUE, a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a));

const WIDE_MASS = massBetween(-0.5, 0.5);

/** So many widths from both borders nothing of a kernel is lost in the digits of a double. */
const NOTHING_LOST = 9;

function shareInside(middle: number, width: number): number {
  const [left, right] = [middle / width, (1 - middle) / width];
  if (left > NOTHING_LOST && right > NOTHING_LOST) return 1;
  return normalCdf(right) - normalCdf(-left);
}

/** The share of a kernel that lies between 0 and 1, times `unit(width)`. */
function borderShares(middles: Float64Array, widths: Float64Array, unit: (width: number) => number) {
  return (products: Float64Array): void => {
    const count = middles.length;
    for (let k = 0; k < count; k += 1) {
      const width = widths[k] as number;
      products[k] = (products[k] as number) * shareInside(middles[k] as number, width) * unit(width);
    }
    products[count] = (products[count] as number) * WIDE_MASS * unit(1);
  };
}

/** `cellCount` 0: real numbers; else the mass of a cell is its density times 1 / cellCount. */
function realFactor(cellCount: number, middles: Float64Array, widths: Float64Array): KernelFactor {
  const scales = widths.map((width) => -0.5 / (width * width));
  const count = middles.length;
  return {
    middles,
    widths,
    add: (sums, x) => {
      for (let k = 0; k < count; k += 1) {
        const away = x - (middles[k] as number);
        sums[k] = (sums[k] as number) + (scales[k] as number) * away * away;
      }
      sums[count] = (sums[count] as number) - 0.5 * (x - 0.5) ** 2;
    },
    scaleBy: borderShares(middles, widths, (width) => width * ROOT_TWO_PI * Math.max(1, cellCount)),
  };
}

/**
 * Log mass of the cell `away` cells from a kernel's middle, worked out once for each width and distance that is met:
 * kernels share few widths, because their middles lie on a grid.
 */
function cellFactor(cellCount: number, middles: Float64Array, widths: Float64Array): KernelFactor {
  const distinct = [...new Set(widths)];
  const rowOf = new Map(distinct.map((width, row) => [width, row * cellCount]));
  const rows = Int32Array.from(widths, (width) => rowOf.get(width) as number);
  const cells = Int32Array.from(middles, (middle) => Math.floor(middle * cellCount));
  const table = new Float64Array(distinct.length * cellCount).fill(Number.NaN);
  const fill = (at: number, away: number): number => {
    const scaled = cellCount * (distinct[Math.floor(at / cellCount)] as number);
    const value = Math.log(massBetween((away - 0.5) / scaled, (away + 0.5) / scaled));
    table[at] = value;
    return value;
  };
  const count = middles.length;
  return {
    middles,
    widths,
    add: (sums, x) => {
      const cell = Math.floor(x * cellCount);
      for (let k = 0; k < count; k += 1) {
        const away = Math.abs(cell - (cells[k] as number));
        const at = (rows[k] as number) + away;
        const known = table[at] as number;
        sums[k] = (sums[k] as number) + (Number.isNaN(known) ? fill(at, away) : known);
      }
      sums[count] =
        (sums[count] as number) + Math.log(massBetween(cell / cellCount - 0.5, (cell + 1) / cellCount - 0.5));
    },
    scaleBy: borderShares(middles, widths, () => 1),
  };
}

/** A kernel's own choice has (1/n + 1) / (c/n + 1), another one (1/n) / (c/n + 1), n kernels and c choices. */
function choiceFactor(choiceCount: number, middles: Float64Array): KernelFactor {
  const count = middles.length;
  const ownShare = 1 / (choiceCount / (count + 1) + 1);
  const miss = Math.log((1 - ownShare) / choiceCount);
  const hit = Math.log((1 - ownShare) / choiceCount + ownShare);
  return {
    middles,
    widths: new Float64Array(0),
    add: (sums, x) => {
      for (let k = 0; k < count; k += 1) sums[k] = (sums[k] as number) + (middles[k] === x ? hit : miss);
      sums[count] = (sums[count] as number) - Math.log(choiceCount);
    },
    scaleBy: () => undefined,
  };
}
