/**
 * Exact decimals by number, packed: 12 bytes and its signs for each, where a map of strings would take ten times that.
 * Keys are given in rising order. Texts are ASCII.
 */

export type ExactTexts = { readonly get: (key: number) => string | undefined };
export type ExactTextStore = ExactTexts & {
  /** @throws RangeError unless `key` is greater than all before */
  readonly push: (key: number, text: string) => void;
  readonly count: () => number;
};

type Block = { readonly keys: Float64Array; readonly ends: Uint32Array; bytes: Uint8Array; count: number };

const BLOCK_TEXTS = 8_192;
const START_BYTES = BLOCK_TEXTS * 20;

export function createExactTexts(): ExactTextStore {
  const blocks: Block[] = [];
  let count = 0;
  let lastKey = Number.NEGATIVE_INFINITY;
  return {
    count: () => count,
    push(key, text) {
      if (!(key > lastKey)) throw new RangeError(`key ${key} does not come after ${lastKey}`);
      const full = blocks.at(-1)?.count ?? BLOCK_TEXTS;
      if (full === BLOCK_TEXTS) blocks.push(emptyBlock());
      const block = blocks.at(-1);
      if (block !== undefined) append(block, key, text);
      lastKey = key;
      count += 1;
    },
    get(key) {
      const block = blocks[lastAtMost(blocks.length, (i) => blocks[i]?.keys[0] ?? Number.NaN, key)];
      return block === undefined ? undefined : find(block, key);
    },
  };
}

const emptyBlock = (): Block => ({
  keys: new Float64Array(BLOCK_TEXTS),
  ends: new Uint32Array(BLOCK_TEXTS),
  bytes: new Uint8Array(START_BYTES),
  count: 0,
});

function append(block: Block, key: number, text: string): void {
  const start = block.count === 0 ? 0 : (block.ends[block.count - 1] as number);
  if (start + text.length > block.bytes.length) {
    const larger = new Uint8Array(2 * block.bytes.length + text.length);
    larger.set(block.bytes);
    block.bytes = larger;
  }
  for (let i = 0; i < text.length; i += 1) block.bytes[start + i] = text.charCodeAt(i);
  block.keys[block.count] = key;
  block.ends[block.count] = start + text.length;
  block.count += 1;
}

function find({ keys, ends, bytes, count }: Block, key: number): string | undefined {
  const at = lastAtMost(count, (i) => keys[i] as number, key);
  if (keys[at] !== key || at < 0) return undefined;
  return String.fromCharCode(...bytes.subarray(at === 0 ? 0 : (ends[at - 1] as number), ends[at]));
}

/** The last index whose value is not above `wanted`, -1 when there is none; values rise. */
function lastAtMost(count: number, valueAt: (index: number) => number, wanted: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
