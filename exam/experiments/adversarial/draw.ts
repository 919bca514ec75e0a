/** Seeded choices for inputs nobody has written down: one sequence a name, so that one more row changes no other. */
import { createRandom } from '../../../domain/market/random.ts';

export type Draw = {
  /** From `least` to `most`, both included. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** `length` letters out of `alphabet`. */
  readonly text: (alphabet: string, length: number) => string;
};

export function drawFrom(seed: number, name: string): Draw {
  const { uniform } = createRandom(`adversarial:${seed}:${name}`);
  const whole = (least: number, most: number): number => least + Math.floor(uniform() * (most - least + 1));
  const pick = <T>(items: readonly T[]): T => items[whole(0, items.length - 1)] as T;
  const text = (alphabet: string, length: number): string => Array.from({ length }, () => pick([...alphabet])).join('');
  return { whole, pick, text };
}

/** `count` values of one generator. */
export const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A name with one mistake of a hurried hand: a letter lost, doubled or swapped with the next. */
export function mistyped(draw: Draw, name: string): string {
  const at = draw.whole(1, name.length - 3);
  const lost = name.slice(0, at) + name.slice(at + 1);
  const doubled = name.slice(0, at) + name.charAt(at) + name.slice(at);
  const changed = `${name.slice(0, at)}${draw.text('xyz', 1)}${name.slice(at + 1)}`;
  return draw.pick([lost, doubled, changed].filter((one) => one !== name));
}
