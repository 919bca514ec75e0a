/**
 * Two kernels with one face over one memory: SIMD where it compiles, TypeScript everywhere; they give the same bits.
 * Places are in numbers from the start of the memory.
 */
import { bytesOf } from '../../engine/search/kernel.ts';
import {
  type AdamStep,
  type DenseLayers,
  denseLayers,
  type LayerPlaces,
  type Numbers,
  type Round,
} from './dense-layers.ts';
import { NET_KERNEL_HEX } from './net-kernel-bytes.ts';

export type NetKernel = DenseLayers & { readonly kind: 'simd' | 'typescript' | 'float64' };

/** A block of numbers, zeroed, handed out from its start on and never taken back. */
export type NetMemory = {
  readonly numbers: Numbers;
  readonly kernel: NetKernel;
  /** To the numbers' own precision. */
  readonly round: Round;
  /** Why the kernel is not SIMD; null when it is. */
  readonly fallback: string | null;
  /** Where so many new numbers begin, aligned to four. @throws RangeError when nothing is left */
  readonly allocate: (count: number) => number;
};

const PAGE_NUMBERS = 16_384;
const PAGES_MAX = 65_536;

export type KernelWanted = 'auto' | 'typescript' | 'float64';

/** A memory for `count` numbers of 32 bits; `float64` is the twin that tests compare with. */
export function openNetMemory(count: number, wanted: KernelWanted = 'auto'): NetMemory {
  if (wanted === 'float64') {
    const numbers = new Float64Array(count + 4);
    const round: Round = (value) => value;
    return withAllocator({
      numbers,
      round,
      kernel: { ...denseLayers(numbers, round), kind: 'float64' },
      fallback: null,
    });
  }
  const initial = Math.ceil((count + 4) / PAGE_NUMBERS);
  if (initial > PAGES_MAX) throw new RangeError(`a network with its memory needs ${count} numbers, too many`);
  const memory = new WebAssembly.Memory({ initial, maximum: PAGES_MAX, shared: true });
  const numbers = new Float32Array(memory.buffer);
  const twin = (fallback: string): NetMemory => {
    const kernel: NetKernel = { ...denseLayers(numbers, Math.fround), kind: 'typescript' };
    return withAllocator({ numbers, round: Math.fround, kernel, fallback });
  };
  if (wanted === 'typescript') return twin('TypeScript was asked for');
  try {
    return withAllocator({ numbers, round: Math.fround, kernel: simdKernel(memory), fallback: null });
  } catch (error) {
    return twin(`no SIMD kernel here: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function withAllocator(parts: Omit<NetMemory, 'allocate'>): NetMemory {
  const { numbers } = parts;
  let next = 0;
  const allocate = (count: number): number => {
    const at = next;
    if (at + count > numbers.length) throw new RangeError(`the memory of ${numbers.length} numbers is full`);
    next += Math.ceil(count / 4) * 4;
    return at;
  };
  return { ...parts, allocate };
}

let compiled: WebAssembly.Module | undefined;

/** @throws where this machine has no SIMD in WebAssembly */
function simdKernel(memory: WebAssembly.Memory): NetKernel {
  compiled ??= new WebAssembly.Module(bytesOf(NET_KERNEL_HEX));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const named = (name: string): ((...values: number[]) => number | undefined) => {
    const found = exports[name];
    if (found === undefined) throw new Error(`the kernel has no ${name}`);
    return found;
  };
  const [forward, forwardOne, backward] = [named('forward'), named('forwardOne'), named('backward')];
  const [gradient, squares, adam] = [named('gradient'), named('squares'), named('adam')];
  return {
    kind: 'simd',
    forward: ({ weights, biases, inputs, outputs }: LayerPlaces, x, y, panels, relu) =>
      void forward(weights * 4, biases * 4, inputs, outputs, x * 4, y * 4, panels, relu ? 1 : 0),
    forwardOne: ({ weights, biases, inputs, outputs }, x, y, relu) =>
      void forwardOne(weights * 4, biases * 4, inputs, outputs, x * 4, y * 4, relu ? 1 : 0),
    backward: ({ weights, inputs, outputs }, dy, x, dx, panels) =>
      void backward(weights * 4, inputs, outputs, dy * 4, x * 4, dx * 4, panels),
    gradient: ({ weights, biases, inputs, outputs }, x, dy, panels) =>
      void gradient(weights * 4, biases * 4, inputs, outputs, x * 4, dy * 4, panels),
    squares: (g, count) => squares(g * 4, count) ?? Number.NaN,
    adam: (p, g, mean, square, count, step: AdamStep) => {
      const { scale, keepMean, takeMean, keepSquare, takeSquare, rate, root, epsilon } = step;
      const values = [scale, keepMean, takeMean, keepSquare, takeSquare, rate, root, epsilon];
      void adam(p * 4, g * 4, mean * 4, square * 4, count, ...values);
    },
  };
}
