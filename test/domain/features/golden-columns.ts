/**
 * Reads CSV files of bars and published indicator columns, and compares our columns with them.
 * A golden folder that is absent is told on the console and gives null, so that the test can skip visibly.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { computeWideIndicator } from '../../../adapters/indicators/wide-indicators.ts';
import { computeIndicator } from '../../../domain/features/indicators.ts';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { indicatorNameSchema } from '../../../schemas/indicators.ts';

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

/** Which of our columns a golden column is compared with. */
export type GoldenColumn = {
  readonly indicator: string;
  readonly output: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly seed: IndicatorSeed;
  /** Ours times this is theirs: -0.01 for a Williams %R that the file has as a fraction from above. */
  readonly scale?: number;
  /** The published one looks at closes only, where ours takes the typical price. */
  readonly ofCloses?: boolean;
};

/** Our column, by the public catalogues of the hot and of the wider indicators. */
export function ourColumn(bars: BarSeries, wanted: GoldenColumn): Float64Array {
  const { indicator, output, parameters = {}, seed, scale = 1, ofCloses = false } = wanted;
  const { close } = bars;
  const series = ofCloses ? { ...bars, open: close, high: close, low: close } : bars;
  const column = indicatorNameSchema.safeParse(indicator).success
    ? computeIndicator(indicator, series, parameters, seed).columns[output]
    : computeWideIndicator(indicator, series, parameters)[output]?.values;
  if (column === undefined) throw new Error(`${indicator} has no output ${output}`);
  return scale === 1 ? column : column.map((value) => value * scale);
}

const BAR_COLUMNS = ['date', 'i', 'open', 'high', 'low', 'close', 'volume'];

/** Names of a file's columns that `wanted` does not say anything of, and the other way round. */
export function unmatchedColumns(golden: ReadonlyMap<string, unknown>, wanted: object): string[] {
  const published = [...golden.keys()].filter((name) => !BAR_COLUMNS.includes(name));
  const ours = Object.keys(wanted);
  return [
    ...published.filter((name) => !ours.includes(name)).map((name) => `${name}: not compared`),
    ...ours.filter((name) => !published.includes(name)).map((name) => `${name}: not in the file`),
  ];
}

export type Comparison = {
  readonly column: string;
  readonly indicator: string;
  readonly seed: IndicatorSeed;
  readonly compared: number;
  readonly firstAt: number;
  readonly errorMax: number;
  /** Places where only one side has a value. */
  readonly misplaced: number;
};

/** Every row of every column. Both maps must have the same names: see `unmatchedColumns`. */
export const compareColumns = (
  golden: ReadonlyMap<string, Float64Array>,
  wanted: Readonly<Record<string, GoldenColumn>>,
  bars = barsOf(golden),
): Comparison[] =>
  Object.entries(wanted).map(([column, one]) => ({
    column,
    indicator: nameOf(one),
    seed: one.seed,
    ...compareColumn(golden.get(column) ?? new Float64Array(), ourColumn(bars, one)),
  }));

function nameOf({ indicator, output, parameters = {}, scale = 1, ofCloses = false }: GoldenColumn): string {
  const values = Object.values(parameters).join(' ');
  const name = output === indicator ? indicator : `${indicator}.${output}`;
  const scaled = scale === 1 ? '' : ` × ${Number(scale.toPrecision(6))}`;
  return `${name}${values === '' ? '' : ` (${values})`}${ofCloses ? ' of closes' : ''}${scaled}`;
}

/** Largest relative error; where the golden value is exactly 0, the error over the column's largest value instead. */
export function compareColumn(golden: Float64Array, ours: Float64Array) {
  const known = golden.filter((value) => !Number.isNaN(value));
  const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let errorMax = 0;
  let misplaced = golden.length === ours.length ? 0 : 1;
  golden.forEach((value, i) => {
    const own = ours[i] ?? Number.NaN;
    if (Number.isNaN(value) !== Number.isNaN(own)) misplaced += 1;
    else if (!Number.isNaN(value) && own !== value) {
      errorMax = Math.max(errorMax, Math.abs(own - value) / (Math.abs(value) || largest));
    }
  });
  return { compared: known.length, firstAt: golden.findIndex((v) => !Number.isNaN(v)), errorMax, misplaced };
}

export function printComparisons(file: string, comparisons: readonly Comparison[]): void {
  const row = (cells: readonly (string | number)[]): string =>
    [24, 44, 13, 7, 10, 0].map((width, at) => String(cells[at]).padEnd(width)).join('');
  console.info(
    [
      file,
      row(['column', 'indicator', 'seed', 'first', 'compared', 'max relative error']),
      ...comparisons.map(({ column, indicator, seed, firstAt, compared, errorMax }) =>
        row([column, indicator, seed, firstAt, compared, errorMax.toExponential(2)]),
      ),
    ].join('\n'),
  );
}

/** Values at the same places, all equal to 1e-9 relative. */
export function expectEqual(comparisons: readonly Comparison[], tolerance = 1e-9): void {
  for (const { column, compared, errorMax, misplaced } of comparisons) {
    expect.soft({ column, misplaced }).toEqual({ column, misplaced: 0 });
    expect.soft(compared, `${column}: values compared`).toBeGreaterThan(100);
    expect.soft(errorMax, `${column}: largest relative error`).toBeLessThanOrEqual(tolerance);
  }
}
