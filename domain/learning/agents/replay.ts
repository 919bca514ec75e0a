/**
 * What an agent has lived through, in columns of the network's memory: state, action, reward, the state that followed and
 * the discount of what comes after (γ^n, 0 after a termination). The oldest goes when it is full.
 */
import type { Numbers } from './dense-layers.ts';
import type { NetMemory } from './net-kernel.ts';

export type Transition = {
  readonly state: ArrayLike<number>;
  readonly action: number;
  readonly reward: number;
  readonly next: ArrayLike<number>;
  readonly discount: number;
};

/** Numbers that it takes. */
export const replayNumbers = (rows: number, stateWidth: number): number => (2 * stateWidth + 3) * (rows + 4);

/** @param stateWidth filled up to a multiple of four @param inputs numbers of a state */
export function createReplay({ numbers: n, allocate }: NetMemory, rows: number, inputs: number, stateWidth: number) {
  const [states, nexts] = [allocate(rows * stateWidth), allocate(rows * stateWidth)];
  const [actions, rewards, discounts] = [allocate(rows), allocate(rows), allocate(rows)];
  const columns = [
    { at: states, width: stateWidth },
    { at: nexts, width: stateWidth },
    ...[actions, rewards, discounts].map((at) => ({ at, width: 1 })),
  ];
  let written = 0;
  const put = (at: number, state: ArrayLike<number>): void => {
    for (let i = 0; i < inputs; i += 1) n[at + i] = state[i] as number;
  };
  return {
    /** How many there are. */
    count: (): number => Math.min(written, rows),
    /** How many there ever were. */
    written: (): number => written,
    /** @returns its row */
    push({ state, action, reward, next, discount }: Transition): number {
      const row = written % rows;
      put(states + row * stateWidth, state);
      put(nexts + row * stateWidth, next);
      n[actions + row] = action;
      n[rewards + row] = reward;
      n[discounts + row] = discount;
      written += 1;
      return row;
    },
    stateAt: (row: number): number => states + row * stateWidth,
    nextAt: (row: number): number => nexts + row * stateWidth,
    action: (row: number): number => n[actions + row] as number,
    reward: (row: number): number => n[rewards + row] as number,
    discount: (row: number): number => n[discounts + row] as number,

    /** The rows in use, column by column: views of the memory, for storing and for writing back. */
    views: (count: number): Numbers[] => columns.map(({ at, width }) => n.subarray(at, at + count * width)),
    /** After the views of as many rows have been written. */
    restored: (count: number): void => {
      written = count;
    },
  };
}
