/**
 * Bars of one symbol as columns, in time order. Prices and volume are doubles: this is the input of indicators
 * and of the walk, which turns them into exact decimals before money is touched. Times are epoch ms UTC, at the OPEN.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Bar } from '../../schemas/market.ts';

export type BarSeries = {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
};

/** One bar out of a series. */
export type BarRow = {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

/** Builds a series from rows in time order. */
export function seriesFromRows(symbol: string, intervalMs: number, rows: readonly BarRow[]): BarSeries {
  return {
    symbol,
    intervalMs,
    openTimeMs: Float64Array.from(rows, (row) => row.openTimeMs),
    open: Float64Array.from(rows, (row) => row.open),
    high: Float64Array.from(rows, (row) => row.high),
    low: Float64Array.from(rows, (row) => row.low),
    close: Float64Array.from(rows, (row) => row.close),
    volume: Float64Array.from(rows, (row) => row.volume),
  };
}

/** A bar that came as exact texts, as the nearest doubles. */
export const rowOfBar = ({ openTimeMs, open, high, low, close, volume }: Bar): BarRow => ({
  openTimeMs,
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  volume: Number(volume),
});

/** Index of the last bar that opens at or before `atMs`; −1 before the first. */
export function lastBarAt({ openTimeMs }: Pick<BarSeries, 'openTimeMs'>, atMs: number): number {
  let [low, high] = [0, openTimeMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((openTimeMs[middle] as number) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The bar at `index`. @throws RangeError outside the series */
export function barAt(series: BarSeries, index: number): BarRow {
  const openTimeMs = series.openTimeMs[index];
  if (openTimeMs === undefined) throw new RangeError(`bar ${index} of ${series.symbol} does not exist`);
  return {
    openTimeMs,
    open: series.open[index] as number,
    high: series.high[index] as number,
    low: series.low[index] as number,
    close: series.close[index] as number,
    volume: series.volume[index] as number,
  };
}

/** Bars `from` (inclusive) to `to` (exclusive), sharing memory with the series. */
export function sliceSeries(series: BarSeries, from: number, to: number): BarSeries {
  return {
    symbol: series.symbol,
    intervalMs: series.intervalMs,
    openTimeMs: series.openTimeMs.subarray(from, to),
    open: series.open.subarray(from, to),
    high: series.high.subarray(from, to),
    low: series.low.subarray(from, to),
    close: series.close.subarray(from, to),
    volume: series.volume.subarray(from, to),
  };
}

/** sha256 over canonical bar lines: open time, o, h, l, c, v as shortest decimals, one line a bar. */
export function dataHash(series: BarSeries): string {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  for (let i = 0; i < series.openTimeMs.length; i += 1) {
    const bar = barAt(series, i);
    const cells = [bar.openTimeMs, bar.open, bar.high, bar.low, bar.close, bar.volume];
    hash.update(encoder.encode(`${cells.join(',')}\n`));
  }
  return bytesToHex(hash.digest());
}
