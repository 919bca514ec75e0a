/**
 * Bars gathered one by one into columns that grow by doubling: 56 bytes a bar, whatever the source.
 * The exact text of a number is kept only where a double cannot give it back, so nothing is lost on the way to Postgres.
 */
import type { Bar } from '../../schemas/market.ts';
import type { BarRow, BarSeries } from './bar-series.ts';
import { canonicalDecimal, plainDecimal } from './decimal-text.ts';

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
type Field = (typeof FIELDS)[number];
/** The five numbers of a bar as they were written. */
export type BarTexts = Readonly<Record<Field, string>>;

/** Keyed by bar index × 5 + field: canonical decimals that differ from the shortest decimal of their double. */
export type ExactTexts = ReadonlyMap<number, string>;

export type BarColumns = {
  /** `lineNumber`: where the bar stood in its file. */
  readonly push: (row: BarRow, texts: BarTexts, lineNumber: number) => void;
  readonly count: () => number;
  readonly lineNumbers: () => Float64Array;
  readonly series: (symbol: string, intervalMs: number) => BarSeries;
  readonly exactTexts: ExactTexts;
};

const START_CAPACITY = 1_024;
const CELLS = 7;
/** Any decimal of up to 15 significant digits survives the way through a double. */
const SAFE_TEXT_LENGTH = 15;

export function createBarColumns(): BarColumns {
  let cells = new Float64Array(START_CAPACITY * CELLS);
  let count = 0;
  const exactTexts = new Map<number, string>();
  return {
    exactTexts,
    count: () => count,
    push(row, texts, lineNumber) {
      if ((count + 1) * CELLS > cells.length) cells = doubled(cells);
      cells.set([row.openTimeMs, row.open, row.high, row.low, row.close, row.volume, lineNumber], count * CELLS);
      FIELDS.forEach((field, f) => {
        keepWhereInexact(exactTexts, count * FIELDS.length + f, texts[field], row[field]);
      });
      count += 1;
    },
    lineNumbers: () => columnOf(cells, count, 6),
    series: (symbol, intervalMs) => ({
      symbol,
      intervalMs,
      openTimeMs: columnOf(cells, count, 0),
      open: columnOf(cells, count, 1),
      high: columnOf(cells, count, 2),
      low: columnOf(cells, count, 3),
      close: columnOf(cells, count, 4),
      volume: columnOf(cells, count, 5),
    }),
  };
}

function doubled(cells: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(cells.length * 2);
  larger.set(cells);
  return larger;
}

function keepWhereInexact(kept: Map<number, string>, key: number, text: string, value: number): void {
  if (text.length <= SAFE_TEXT_LENGTH) return;
  const exact = canonicalDecimal(text);
  if (exact !== plainDecimal(value)) kept.set(key, exact);
}

function columnOf(cells: Float64Array, count: number, offset: number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 1) values[i] = cells[i * CELLS + offset] as number;
  return values;
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
