/**
 * Reads CSV files of bars and published indicator columns, and compares our columns with them.
 * A golden folder that is absent is told on the console and gives null, so that the test can skip visibly.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';

const DAY_MS = 86_400_000;

/** Text of a golden file, or null with a notice. `name` is relative to the golden folder. */
export function readGolden(name: string): string | null {
  const file = path.resolve(process.cwd(), '../shared/golden', name);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  console.warn(`SKIPPED: golden file ${name} is not here, its columns are not compared`);
  return null;
}

/** Columns by header name; empty cells and NA are NaN. */
export function parseColumns(text: string): Map<string, Float64Array> {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(','));
  return new Map(
    header.split(',').map((name, at) => [name, Float64Array.from(cells, (row) => numberOf(row[at] ?? ''))]),
  );
}

const numberOf = (cell: string): number => (cell === '' || cell === 'NA' ? Number.NaN : Number(cell));

/** The bars of a parsed file, one a day from 1970: the indicators do not look at the dates. */
export function barsOf(columns: ReadonlyMap<string, Float64Array>): BarSeries {
  const at = (name: string, i: number): number => columns.get(name)?.[i] ?? Number.NaN;
  const rows = Array.from({ length: columns.get('close')?.length ?? 0 }, (_, i) => ({
    openTimeMs: i * DAY_MS,
    open: at('open', i),
    high: at('high', i),
    low: at('low', i),
    close: at('close', i),
    volume: at('volume', i),
  }));
  return seriesFromRows('GOLDEN', DAY_MS, rows);
}

export type Comparison = {
  readonly column: string;
  readonly compared: number;
  readonly firstAt: number;
  readonly errorMax: number;
  /** Places where only one side has a value. */
  readonly misplaced: number;
};

/** Largest relative error of `ours` against `golden`; a golden 0 must be met exactly. */
export function compareColumn(column: string, golden: Float64Array, ours: Float64Array): Comparison {
  const known = golden.filter((value) => !Number.isNaN(value));
  let errorMax = 0;
  let misplaced = golden.length === ours.length ? 0 : 1;
  golden.forEach((value, i) => {
    const own = ours[i] ?? Number.NaN;
    if (Number.isNaN(value) !== Number.isNaN(own)) misplaced += 1;
    else if (!Number.isNaN(value) && own !== value) errorMax = Math.max(errorMax, Math.abs(own / value - 1));
  });
  return { column, compared: known.length, firstAt: golden.findIndex((v) => !Number.isNaN(v)), errorMax, misplaced };
}

export function printComparisons(title: string, comparisons: readonly Comparison[]): void {
  const rows = comparisons.map(
    ({ column, compared, firstAt, errorMax }) =>
      `${column.padEnd(16)}${String(firstAt).padStart(6)}${String(compared).padStart(10)}   ${errorMax.toExponential(2)}`,
  );
  console.info([`${title}`, 'column           first  compared   max relative error', ...rows].join('\n'));
}
