/** Seeded test bars (a linear congruential generator, no library): a random walk with ranges, volumes and trends. */
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';

export const HOUR_MS = 3_600_000;

/** Numbers in [0, 1) from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

export function randomRows(count: number, seed: number, step = 0.01): BarRow[] {
  const random = randomFrom(seed);
  let close = 100;
  return Array.from({ length: count }, (_, i) => {
    const open = close;
    const drift = Math.sin(i / 150) * step * 0.3;
    close = open * Math.exp((random() + random() - 1) * step * 1.5 + drift);
    const high = Math.max(open, close) * (1 + random() * step * 0.5);
    const low = Math.min(open, close) * (1 - random() * step * 0.5);
    return { openTimeMs: i * HOUR_MS, open, high, low, close, volume: 10 + Math.floor(random() * 90) };
  });
}

export const randomBars = (count: number, seed = 1): BarSeries =>
  seriesFromRows('TEST', HOUR_MS, randomRows(count, seed));

/** `count` equal bars. */
export const constantBars = (count: number, price = 0.1): BarSeries =>
  seriesFromRows(
    'FLAT',
    HOUR_MS,
    Array.from({ length: count }, (_, i) => ({
      openTimeMs: i * HOUR_MS,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 7,
    })),
  );

/** Bars that open and close at the given prices, with a range of 1 % of the price around them. */
export const barsFromCloses = (closes: readonly number[], intervalMs = HOUR_MS): BarSeries =>
  seriesFromRows(
    'TEST',
    intervalMs,
    closes.map((close, i) => ({
      openTimeMs: i * intervalMs,
      open: close,
      high: close * 1.005,
      low: close * 0.995,
      close,
      volume: 100,
    })),
  );

/** Every Float64Array, Int8Array and Int32Array inside a value, by its path. */
export function columnsWithin(value: object, path = ''): Map<string, Float64Array | Int8Array | Int32Array> {
  const found = new Map<string, Float64Array | Int8Array | Int32Array>();
  for (const [name, inner] of Object.entries(value)) {
    const at = `${path}${name}`;
    if (inner instanceof Float64Array || inner instanceof Int8Array || inner instanceof Int32Array) {
      found.set(at, inner);
    } else if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      for (const [key, column] of columnsWithin(inner, `${at}.`)) found.set(key, column);
    }
  }
  return found;
}

/** The bytes of a column's first `count` places, so that NaN equals NaN and 0 differs from -0. */
export const bytesBefore = (column: Float64Array | Int8Array | Int32Array, count: number): string =>
  Buffer.from(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT).toString('hex');
