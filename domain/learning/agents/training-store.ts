/**
 * A training as bytes and back: the counts as JSON, then network, moments and replay as they lie in memory.
 * Little-endian, as every machine that runs this is.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { exactJson, parseExactJson } from '../../exact-json.ts';
import type { DqnCounters } from './dqn.ts';
import type { Training, TrainingProgress } from './training.ts';

type Head<State> = {
  readonly progress: TrainingProgress<State>;
  readonly random: readonly number[];
  readonly counters: DqnCounters;
  readonly written: number;
  readonly largestPriority: number;
};

const LENGTH_BYTES = 4;

/** Everything that the next step depends on. */
export function packTraining<State>({ dqn, progress, randomWords }: Training<State>): Uint8Array {
  const held = dqn.replayed();
  const head: Head<State> = {
    progress,
    random: [...randomWords],
    counters: dqn.counters(),
    written: dqn.written(),
    largestPriority: dqn.priorities?.largest() ?? 0,
  };
  const text = new TextEncoder().encode(exactJson(head));
  const length = new Uint8Array(Uint32Array.of(text.length).buffer);
  const views = dqn.priorities === null ? dqn.kept(held) : [...dqn.kept(held), dqn.priorities.leaves(held)];
  return joined([length, text, ...views.map(bytesOf)]);
}

/**
 * @param training a new one of the same settings, which it overwrites
 * @throws RangeError for the bytes of another training, or for fewer or more than there were
 */
export function unpackTraining<State>(training: Training<State>, bytes: Uint8Array): void {
  const { dqn, progress, randomWords } = training;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const head = parseExactJson(text) as Head<State>;
  Object.assign(progress, head.progress);
  randomWords.set(head.random);
  dqn.restored(head.counters, head.written);
  const held = dqn.replayed();
  const leaves = new Float64Array(dqn.priorities === null ? 0 : held);
  fill([...dqn.kept(held), leaves], bytes.subarray(LENGTH_BYTES + length));
  dqn.priorities?.restore(leaves, head.largestPriority);
}

function fill(views: readonly (Float32Array | Float64Array)[], bytes: Uint8Array): void {
  const expected = views.reduce((sum, view) => sum + view.byteLength, 0);
  if (bytes.length !== expected) throw new RangeError(`training: got ${bytes.length} bytes, expected ${expected}`);
  let at = 0;
  for (const view of views) {
    bytesOf(view).set(bytes.subarray(at, at + view.byteLength));
    at += view.byteLength;
  }
}

/** The name of a network's weights: sha256 of their bytes. */
export const weightsHash = (weights: Float32Array | Float64Array): string =>
  Array.from(sha256(Uint8Array.from(bytesOf(weights))), (byte) => byte.toString(16).padStart(2, '0')).join('');

const bytesOf = (view: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
