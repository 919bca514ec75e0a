/**
 * Masks of bars as bits: bar i is bit i % 32 of word i / 32. A gene is true at some bars, a chromosome is a few masks
 * joined; joining 50,000 bars is 1,563 words. The AssemblyScript kernel does the same joins 128 bits at a time.
 */
import type { Mask } from '../../signals/evolved/gene-mask.ts';

export type Bits = Uint32Array;

/** Words of a mask; always a multiple of four, so that four can be taken at once. */
export const wordCount = (barCount: number): number => Math.ceil(barCount / 128) * 4;

export const newBits = (barCount: number): Bits => new Uint32Array(wordCount(barCount));

/** From one byte a bar. */
export function bitsOf(mask: Mask, out: Bits = newBits(mask.length)): Bits {
  out.fill(0);
  for (let i = 0; i < mask.length; i += 1) {
    if (mask[i] === 1) out[i >>> 5] = (out[i >>> 5] as number) | (1 << (i & 31));
  }
  return out;
}

export const bitAt = (bits: Bits, i: number): number => ((bits[i >>> 5] as number) >>> (i & 31)) & 1;

/** Codes of `compareBits`. A NaN compares false. */
export const COMPARE = { above: 0, below: 1, atMost: 2, atLeast: 3 } as const;
export type Compare = (typeof COMPARE)[keyof typeof COMPARE];

/** Bars at which the value compares so with the threshold. */
export function compareBits(values: Float64Array, threshold: number, how: Compare, out: Bits): Bits {
  out.fill(0);
  for (let i = 0; i < values.length; i += 1) {
    if (holds(values[i] as number, threshold, how)) out[i >>> 5] = (out[i >>> 5] as number) | (1 << (i & 31));
  }
  return out;
}

function holds(value: number, threshold: number, how: Compare): boolean {
  if (how === COMPARE.above) return value > threshold;
  if (how === COMPARE.below) return value < threshold;
  return how === COMPARE.atMost ? value <= threshold : value >= threshold;
}

/** The mask one bar later: bit i is what bit i − 1 was; bar 0 is false. */
export function laterBits(bits: Bits): Bits {
  const out = new Uint32Array(bits.length);
  let carry = 0;
  for (let word = 0; word < bits.length; word += 1) {
    const value = bits[word] as number;
    out[word] = (value << 1) | carry;
    carry = value >>> 31;
  }
  return out;
}

export function andBits(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (target[word] as number) & (other[word] as number);
}

export function orBits(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (target[word] as number) | (other[word] as number);
}

/**
 * What a chromosome's raw masks leave: an entry of one side where the other does not fire, no exit holds and the bar is
 * fit for entries. `long` and `short` are changed in place.
 */
export function settleEntries(long: Bits, short: Bits, exit: Bits, blocked: Bits): void {
  for (let word = 0; word < long.length; word += 1) {
    const l = long[word] as number;
    const s = short[word] as number;
    const free = ~((exit[word] as number) | (blocked[word] as number));
    long[word] = l & ~s & free;
    short[word] = s & ~l & free;
  }
}

/** How many bars of the mask are true. */
export function countBits(bits: Bits): number {
  let count = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) count += 1;
  return count;
}
