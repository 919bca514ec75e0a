/**
 * Virtual time. What waits is woken in the order of its instants, what waits for the same instant in an order drawn by
 * lot; before the next one is woken everything that can run has run. No real clock, no real timer.
 */
import type { Dice } from './dice.ts';

export type Scheduler = {
  readonly nowMs: () => number;
  readonly after: (ms: number, wake: () => void) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Wakes what is due until nothing waits or the instant is reached. */
  readonly runUntil: (untilMs: number) => Promise<void>;
};

type Waiting = { readonly atMs: number; readonly lot: number; readonly wake: () => void };

const LOTS = 1_000_000;

export function createScheduler(dice: Dice, startMs: number): Scheduler {
  const heap: Waiting[] = [];
  let now = startMs;
  const after = (ms: number, wake: () => void): void =>
    push(heap, { atMs: now + Math.max(0, ms), lot: dice.between(0, LOTS), wake });
  return {
    nowMs: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    async runUntil(untilMs) {
      for (let next = heap[0]; next !== undefined && next.atMs <= untilMs; next = heap[0]) {
        pop(heap);
        now = next.atMs;
        next.wake();
        await everythingRan();
      }
      now = Math.max(now, untilMs);
    },
  };
}

/** Ticks come after every promise that is settled has been followed up. */
const everythingRan = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const isBefore = (a: Waiting, b: Waiting): boolean => (a.atMs === b.atMs ? a.lot < b.lot : a.atMs < b.atMs);

function push(heap: Waiting[], one: Waiting): void {
  let at = heap.length;
  heap.push(one);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Waiting;
    if (!isBefore(one, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = one;
}

function pop(heap: Waiting[]): void {
  const last = heap.pop() as Waiting;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Waiting, heap[below] as Waiting)) below += 1;
    const child = heap[below] as Waiting;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}
