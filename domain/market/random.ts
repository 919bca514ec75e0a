/**
 * Seeded random numbers for synthetic markets: the same seed text gives the same numbers on every machine.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), state from sha256 of the seed text. Not for secrets.
 * Only + - * / and the functions Math.sqrt (exact by IEEE 754) and Math.log (V8 carries its own fdlibm) are used.
 */
import { sha256 } from '@noble/hashes/sha2.js';

export type Random = {
  /** Uniform in (0, 1): never 0 and never 1. */
  readonly uniform: () => number;
  /** Standard normal: mean 0, variance 1. */
  readonly normal: () => number;
  /** Student t with 5 degrees of freedom, scaled to variance 1. */
  readonly studentT5: () => number;
};

const WARM_UP_DRAWS = 12;
const TWO_TO_32 = 4_294_967_296;

/** A generator for one seed text, such as `1:BTC/USDT`. */
export const createRandom = (seedText: string): Random => randomFrom(stateOf(seedText));

/**
 * Generators of one seed text by number (0, 1, …): each has a stream of its own, whichever are made and in what order.
 * One digest serves all, for where many are made and each is asked little.
 */
export function randomFamily(seedText: string): (index: number) => Random {
  const [a, b, c, counter] = stateOf(seedText);
  return (index) => randomFrom([a ^ mixed(index), b, c, counter]);
}

/** The finish of MurmurHash3: every bit of the number moves about half of the bits of what comes out. */
function mixed(index: number): number {
  let h = Math.imul(index ^ (index >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

/**
 * The same generator with its state in four words of the caller, who may store and restore them: draws go on where they
 * were. Uniform in (0, 1).
 */
export const keptRandom = (words: Int32Array) => (): number => {
  const [a = 0, b = 0, c = 0, counter = 0] = words;
  const sum = (((a + b) | 0) + counter) | 0;
  words[0] = b ^ (b >>> 9);
  words[1] = (c + (c << 3)) | 0;
  words[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
  words[3] = (counter + 1) | 0;
  return ((sum >>> 0) + 0.5) / TWO_TO_32;
};

/** Four words to begin with, as `createRandom` begins: its first draws follow. */
export function randomWords(seedText: string): Int32Array {
  const words = Int32Array.from(stateOf(seedText));
  const draw = keptRandom(words);
  for (let i = 0; i < WARM_UP_DRAWS; i += 1) draw();
  return words;
}

type State = readonly [number, number, number, number];

function stateOf(seedText: string): State {
  const digest = sha256(new TextEncoder().encode(seedText));
  const words = new DataView(digest.buffer, digest.byteOffset, 16);
  return [words.getInt32(0), words.getInt32(4), words.getInt32(8), words.getInt32(12)];
}

function randomFrom(state: State): Random {
  const uniform = sfc32(state);
  const normal = polarNormal(uniform);
  return { uniform, normal, studentT5: () => scaledT5(uniform, normal) };
}

function sfc32([first, second, third, start]: State): () => number {
  let [a, b, c, counter] = [first, second, third, start];
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    // Half a step up keeps 0 out, so a logarithm of a draw is always finite.
    return ((sum >>> 0) + 0.5) / TWO_TO_32;
  };
  for (let i = 0; i < WARM_UP_DRAWS; i += 1) draw();
  return draw;
}

/** Marsaglia's polar method: x·√(−2 ln s / s) for a point (x, y) inside the unit circle, s = x² + y². */
function polarNormal(uniform: () => number): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * factor;
        return x * factor;
      }
    }
  };
}

/** t = z / √(χ²₅ / 5) with χ²₅ = −2 ln(u₁u₂) + z²; its variance is 5 / 3, hence the factor √(3 / 5). */
function scaledT5(uniform: () => number, normal: () => number): number {
  const top = normal();
  const rest = normal();
  const chiSquare = -2 * Math.log(uniform() * uniform()) + rest * rest;
  return (top / Math.sqrt(chiSquare / 5)) * Math.sqrt(3 / 5);
}
