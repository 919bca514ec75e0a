/**
 * What an agent has lived through, in columns of the network's memory: state, action, reward, the state that followed
 * and the discount of what comes after (γ^n, 0 after a termination). The oldest goes when it is full.
 */
import type { Numbers } from './dense-layers.ts';
import type { NetMemory } from './net-kernel.ts';
import { ALL_OPEN } from './value-targets.ts';

export type Transition = {
  readonly state: ArrayLike<number>;
  readonly action: number;
  readonly reward: number;
  readonly next: ArrayLike<number>;
  readonly discount: number;
  /** Bits of the actions that may be taken in what follows; absent: all. */
  readonly open?: number;
};

export type ReplayShape = {
  readonly rows: number;
  /** Numbers of a state. */
  readonly inputs: number;
  /** The same, filled up to a multiple of four. */
  readonly stateWidth: number;
  /** Whether actions can be closed: only then their bits are kept. */
  readonly masked: boolean;
};

/** Numbers that it takes. */
export const replayNumbers = ({ rows, stateWidth, masked }: Omit<ReplayShape, 'inputs'>): number =>
  (2 * stateWidth + (masked ? 4 : 3)) * (rows + 4);

export function createReplay({ numbers: n, allocate }: NetMemory, { rows, inputs, stateWidth, masked }: ReplayShape) {
  const [states, nexts] = [allocate(rows * stateWidth), allocate(rows * stateWidth)];
  const [actions, rewards, discounts] = [allocate(rows), allocate(rows), allocate(rows)];
  const opens = masked ? allocate(rows) : null;
  const columns = [
    { at: states, width: stateWidth },
    { at: nexts, width: stateWidth },
    ...[actions, rewards, ...(opens === null ? [] : [opens]), discounts].map((at) => ({ at, width: 1 })),
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
    push({ state, action, reward, next, discount, open = ALL_OPEN }: Transition): number {
      const row = written % rows;
      put(states + row * stateWidth, state);
      put(nexts + row * stateWidth, next);
      n[actions + row] = action;
      n[rewards + row] = reward;
      n[discounts + row] = discount;
      if (opens !== null) n[opens + row] = open;
      written += 1;
      return row;
    },
    stateAt: (row: number): number => states + row * stateWidth,
    nextAt: (row: number): number => nexts + row * stateWidth,
    action: (row: number): number => n[actions + row] as number,
    reward: (row: number): number => n[rewards + row] as number,
    discount: (row: number): number => n[discounts + row] as number,
    open: (row: number): number => (opens === null ? ALL_OPEN : (n[opens + row] as number)),

    /** The rows in use, column by column: views of the memory, for storing and for writing back. */
    views: (count: number): Numbers[] => columns.map(({ at, width }) => n.subarray(at, at + count * width)),
    /** After the views of as many rows have been written. */
    restored: (count: number): void => {
      written = count;
    },
  };
}
