/**
 * Two kernels with one face over one memory: SIMD where it compiles, TypeScript everywhere. Both work on offsets into a
 * shared memory, so that every thread of a machine sees the same bars; they give the same bits.
 */
import { andBits, type Compare, compareBits, orBits, settleEntries, wordCount } from './bits.ts';
import { KERNEL_HEX } from './kernel-bytes.ts';
import { PARAMETER_COUNT, RESULT_COUNT } from './layout.ts';
import { searchRun } from './search-run.ts';

/** Byte offsets of a market's columns, plain data that may be sent to threads. */
export type PlacedMarket = {
  readonly count: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly atr: number;
  readonly fundingAtOpen: number;
  readonly fundingInside: number;
  /** Bars at which no entry is decided. */
  readonly blocked: number;
};

/** All places are byte offsets; masks have the words of the market's bars. */
export type Kernel = {
  readonly kind: 'simd' | 'typescript';
  /** One exit mask for both sides. */
  readonly run: (market: PlacedMarket, long: number, short: number, exit: number, p: number, out: number) => void;
  readonly and: (target: number, other: number, words: number) => void;
  readonly or: (target: number, other: number, words: number) => void;
  readonly settle: (long: number, short: number, exit: number, blocked: number, words: number) => void;
  readonly compare: (values: number, count: number, threshold: number, how: Compare, out: number) => void;
};

export function typescriptKernel(buffer: SharedArrayBuffer): Kernel {
  const doubles = (at: number, count: number): Float64Array => new Float64Array(buffer, at, count);
  const counts = (at: number, count: number): Uint16Array => new Uint16Array(buffer, at, count);
  const words = (at: number, count: number): Uint32Array => new Uint32Array(buffer, at, count);
  const columnsOf = kept((market: PlacedMarket) => ({
    open: doubles(market.open, market.count),
    high: doubles(market.high, market.count),
    low: doubles(market.low, market.count),
    close: doubles(market.close, market.count),
    atr: doubles(market.atr, market.count),
    fundingAtOpen: counts(market.fundingAtOpen, market.count),
    fundingInside: counts(market.fundingInside, market.count),
  }));
  return {
    kind: 'typescript',
    run(market, long, short, exit, p, out) {
      const length = wordCount(market.count);
      const masks = [words(long, length), words(short, length), words(exit, length)] as const;
      searchRun(columnsOf(market), ...masks, masks[2], doubles(p, PARAMETER_COUNT), doubles(out, RESULT_COUNT));
    },
    and: (target, other, length) => andBits(words(target, length), words(other, length)),
    or: (target, other, length) => orBits(words(target, length), words(other, length)),
    settle: (long, short, exit, blocked, n) =>
      settleEntries(words(long, n), words(short, n), words(exit, n), words(blocked, n)),
    compare: (values, count, threshold, how, out) =>
      void compareBits(doubles(values, count), threshold, how, words(out, wordCount(count))),
  };
}

function kept<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, V>();
  return (key) => {
    const value = values.get(key) ?? make(key);
    values.set(key, value);
    return value;
  };
}

let compiled: WebAssembly.Module | undefined;

/** @throws where this machine has no SIMD in WebAssembly */
export function simdKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(bytesOf(KERNEL_HEX));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const named = (name: string): ((...values: number[]) => void) => {
    const found = exports[name];
    if (found === undefined) throw new Error(`the kernel has no ${name}`);
    return found;
  };
  const run = named('searchRun');
  return {
    kind: 'simd',
    run: (m, long, short, exit, p, out) =>
      run(m.open, m.high, m.low, m.close, m.atr, m.fundingAtOpen, m.fundingInside, long, short, exit, p, out),
    and: named('andBits'),
    or: named('orBits'),
    settle: named('settleEntries'),
    compare: named('compareBits'),
  };
}

/** The bytes of a compiled kernel from their hexadecimal text. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}
