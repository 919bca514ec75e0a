/**
 * What main thread and computing threads say to each other. One message opens a data set, one a batch; inside a batch
 * nothing is sent: threads claim candidates by counting up a shared number and write figures into shared memory.
 */
import type { ComputeTask } from '../../domain/learning/trial/compute-task.ts';
import type { ComputeAnswer } from './compute-pool.ts';
import type { SharedMarket } from './shared-market.ts';

/** Places of the shared numbers of a batch. */
export const NEXT = 0;
export const DONE = 1;
export const CANCELLED = 2;
export const CONTROL_LENGTH = 3;

/** States of a candidate. */
export const EVALUATED = 1;
export const FAILED = 2;

export type SharedBatch = {
  readonly count: number;
  readonly width: number;
  readonly control: Int32Array;
  /** Where the text of each candidate begins, and where the last one ends. */
  readonly offsets: Int32Array;
  /** UTF-8 of all candidates, one after the other. */
  readonly texts: Uint8Array;
  readonly states: Uint8Array;
  readonly figures: Float64Array;
};

export type ToThread =
  | { readonly type: 'open'; readonly key: string; readonly market: SharedMarket }
  | { readonly type: 'forget'; readonly key: string }
  | {
      readonly type: 'work';
      readonly number: number;
      readonly key: string;
      readonly task: ComputeTask;
      readonly batch: SharedBatch;
    };

/** A thread has nothing left to claim in the batch of this number; with what went wrong, by candidate. */
export type FromThread = { readonly number: number; readonly errors: readonly (readonly [number, string])[] };

export function shareBatch(candidates: readonly string[], width: number): SharedBatch {
  const texts = candidates.map((text) => new TextEncoder().encode(text));
  const count = texts.length;
  const offsets = new Int32Array(new SharedArrayBuffer((count + 1) * Int32Array.BYTES_PER_ELEMENT));
  texts.forEach((text, index) => {
    offsets[index + 1] = (offsets[index] as number) + text.length;
  });
  const joined = new Uint8Array(new SharedArrayBuffer(Math.max(1, offsets[count] as number)));
  texts.forEach((text, index) => {
    joined.set(text, offsets[index]);
  });
  return {
    count,
    width,
    control: new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * Int32Array.BYTES_PER_ELEMENT)),
    offsets,
    texts: joined,
    states: new Uint8Array(new SharedArrayBuffer(Math.max(1, count))),
    figures: new Float64Array(new SharedArrayBuffer(Math.max(1, count * width) * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** @throws Error when nobody has evaluated one of them: that says nothing about the candidate */
export const answersOf = ({ count, width, states, figures }: SharedBatch, errors: ReadonlyMap<number, string>) =>
  Array.from({ length: count }, (_, index): ComputeAnswer => {
    if (states[index] === EVALUATED) return { row: figures.slice(index * width, (index + 1) * width), error: null };
    const error = errors.get(index);
    if (error === undefined) throw new Error(`candidate ${index} of ${count} was not evaluated`);
    return { row: null, error };
  });
