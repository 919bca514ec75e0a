/**
 * Bars gathered one by one into columns, in blocks that never move: 56 bytes a bar, whatever the source.
 * The exact text of a number is kept only where a double cannot give it back: nothing is lost on the way to Postgres.
 */
import type { Bar } from '../../schemas/market.ts';
import type { BarRow, BarSeries } from './bar-series.ts';
import { canonicalDecimal, plainDecimal } from './decimal-text.ts';
import { createExactTexts, type ExactTextStore, type ExactTexts } from './exact-texts.ts';

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
type Field = (typeof FIELDS)[number];
/** The five numbers of a bar as they were written. */
export type BarTexts = Readonly<Record<Field, string>>;

export type BarColumns = {
  /** `lineNumber`: where the bar stood in its file. */
  readonly push: (row: BarRow, texts: BarTexts, lineNumber: number) => void;
  readonly count: () => number;
  /** Keyed by bar index × 5 + field: canonical decimals that differ from the shortest decimal of their double. */
  readonly exactTexts: ExactTextStore;
  /** The bars as whole columns, once: the blocks are given up on the way, so there are never two of all. */
  readonly finish: (symbol: string, intervalMs: number) => { series: BarSeries; lineNumbers: Float64Array };
  /** Forgets all bars: for a file that is too large. */
  readonly drop: () => void;
};

/** Small files take one small block; large blocks go back to the system as soon as they are given up. */
const FIRST_BLOCK_ROWS = 1_024;
const BLOCK_ROWS = 32_768;
/** Any decimal of up to 15 significant digits survives the way through a double. */
const SAFE_TEXT_LENGTH = 15;

export function createBarColumns(): BarColumns {
  const blocks: Float64Array[][] = Array.from({ length: FIELDS.length + 2 }, () => []);
  const exactTexts = createExactTexts();
  let count = 0;
  /** In the last block. */
  let place = 0;
  const column = (index: number): Float64Array => joined(blocks[index]?.splice(0) ?? [], count);
  return {
    exactTexts,
    count: () => count,
    push(row, texts, lineNumber) {
      const cells = [row.openTimeMs, row.open, row.high, row.low, row.close, row.volume, lineNumber];
      if (place === (blocks[0]?.at(-1)?.length ?? 0)) {
        for (const list of blocks) list.push(new Float64Array(count === 0 ? FIRST_BLOCK_ROWS : BLOCK_ROWS));
        place = 0;
      }
      cells.forEach((cell, c) => {
        const block = blocks[c]?.at(-1);
        if (block !== undefined) block[place] = cell;
      });
      place += 1;
      FIELDS.forEach((field, f) => {
        keepWhereInexact(exactTexts, count * FIELDS.length + f, texts[field], row[field]);
      });
      count += 1;
    },
    finish: (symbol, intervalMs) => ({
      series: {
        symbol,
        intervalMs,
        openTimeMs: column(0),
        open: column(1),
        high: column(2),
        low: column(3),
        close: column(4),
        volume: column(5),
      },
      lineNumbers: column(6),
    }),
    drop() {
      for (const list of blocks) list.splice(0);
      count = 0;
      place = 0;
    },
  };
}

function joined(blocks: readonly Float64Array[], count: number): Float64Array {
  const values = new Float64Array(count);
  let from = 0;
  for (const block of blocks) {
    values.set(block.subarray(0, count - from), from);
    from += block.length;
  }
  return values;
}

function keepWhereInexact(kept: ExactTextStore, key: number, text: string, value: number): void {
  if (text.length <= SAFE_TEXT_LENGTH) return;
  const exact = canonicalDecimal(text);
  if (exact !== plainDecimal(value)) kept.push(key, exact);
}

/** Bar `index` with exact decimals, ready for numeric columns. @throws RangeError outside the series */
export function exactBar(series: BarSeries, exactTexts: ExactTexts, index: number): Bar {
  const openTimeMs = series.openTimeMs[index];
  if (openTimeMs === undefined) throw new RangeError(`bar ${index} of ${series.symbol} does not exist`);
  const text = (field: Field, f: number): string =>
    exactTexts.get(index * FIELDS.length + f) ?? plainDecimal(series[field][index] as number);
  return {
    openTimeMs,
    open: text('open', 0),
    high: text('high', 1),
    low: text('low', 2),
    close: text('close', 3),
    volume: text('volume', 4),
  };
}
