/**
 * The memory that searches work in: one block, shared by all threads of a process, handed out from its start and never
 * taken back. Whoever opens it says how large it is; columns and masks of a market are placed once.
 */
import type { EngineMarket } from '../market.ts';
import { fundingColumns } from '../market.ts';
import { bitsOf, wordCount } from './bits.ts';
import { type Kernel, type PlacedMarket, simdKernel, typescriptKernel } from './kernel.ts';

const PAGE_BYTES = 65_536;
const PAGES_MAX = 65_536;
/** The first bytes hold the place from which memory is free. */
const HEADER_BYTES = 64;
const ALIGNMENT = 16;

export type SearchMemory = {
  readonly memory: WebAssembly.Memory;
  readonly buffer: SharedArrayBuffer;
  /** Byte offset of a new piece, zeroed, aligned to 16. @throws RangeError when nothing is left */
  readonly allocate: (bytes: number) => number;
};

/** A new memory of at least so many bytes. @throws RangeError above 4 GiB */
export function openSearchMemory(bytes: number): SearchMemory {
  const pages = Math.ceil((bytes + HEADER_BYTES) / PAGE_BYTES);
  if (pages > PAGES_MAX) throw new RangeError(`a search needs ${bytes} bytes, at most 4 GiB can be had`);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: PAGES_MAX, shared: true });
  Atomics.store(new Int32Array(memory.buffer), 0, HEADER_BYTES / ALIGNMENT);
  return attachSearchMemory(memory);
}

/** The same memory in another thread. */
export function attachSearchMemory(memory: WebAssembly.Memory): SearchMemory {
  const { buffer } = memory;
  const next = new Int32Array(buffer, 0, 1);
  const allocate = (bytes: number): number => {
    const units = Math.ceil(bytes / ALIGNMENT);
    const from = (Atomics.add(next, 0, units) >>> 0) * ALIGNMENT;
    if (from + units * ALIGNMENT <= buffer.byteLength) return from;
    throw new RangeError(`the search memory of ${buffer.byteLength} bytes is full`);
  };
  return { memory, buffer, allocate };
}

/** Bytes that a market takes, its blocked mask included. */
export const marketBytes = (barCount: number): number =>
  (barCount + 4) * (5 * 8 + 2 * 2) + wordCount(barCount) * 4 + 256;

/** Copies a market's columns in; `firstBar`: no entry is decided before it. */
export function placeMarket({ buffer, allocate }: SearchMemory, market: EngineMarket, firstBar = 0): PlacedMarket {
  const { bars, atr, afterGap } = market;
  const count = bars.close.length;
  const doubles = (column: Float64Array): number => {
    const at = allocate(count * 8);
    new Float64Array(buffer, at, count).set(column);
    return at;
  };
  const small = (column: Uint16Array): number => {
    const at = allocate(count * 2);
    new Uint16Array(buffer, at, count).set(column);
    return at;
  };
  const funding = fundingColumns(bars);
  const blocked = allocate(wordCount(count) * 4);
  bitsOf(
    afterGap.map((gap, i) => (gap === 1 || i < firstBar ? 1 : 0)),
    new Uint32Array(buffer, blocked, wordCount(count)),
  );
  return {
    count,
    open: doubles(bars.open),
    high: doubles(bars.high),
    low: doubles(bars.low),
    close: doubles(bars.close),
    atr: doubles(atr),
    fundingAtOpen: small(funding.atOpen),
    fundingInside: small(funding.inside),
    blocked,
  };
}

export type KernelChoice = { readonly kernel: Kernel; readonly fallback: string | null };

/** The fastest kernel this machine runs; `fallback` says why it is not SIMD. */
export function chooseKernel({ memory, buffer }: SearchMemory, wanted: 'auto' | 'typescript' = 'auto'): KernelChoice {
  if (wanted === 'typescript') return { kernel: typescriptKernel(buffer), fallback: 'TypeScript was asked for' };
  try {
    return { kernel: simdKernel(memory), fallback: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kernel: typescriptKernel(buffer), fallback: `no SIMD kernel here: ${why}` };
  }
}
