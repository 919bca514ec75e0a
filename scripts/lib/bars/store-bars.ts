/**
 * Puts checked bars into Postgres, all or nothing, and writes down what is known of the data set they belong to.
 * Doing it again changes nothing. A stored bar is never overwritten unless `replace` says so.
 */
import path from 'node:path';
import { type ReadBarFileOptions, readBarFile } from '../../../adapters/market-data/csv-file.ts';
import { lockDataSet } from '../../../db/bar-fetches.ts';
import { barRange, deleteBars, type InsertedBars, insertBars, readBars, readExactBars } from '../../../db/bars.ts';
import { type DataSet, readDataSet, saveDataSet } from '../../../db/data-sets.ts';
import { inTransaction } from '../../../db/retry.ts';
import type { Database } from '../../../db/tables.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { exactBar } from '../../../domain/market/bar-columns.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { type BarSeries, dataHash } from '../../../domain/market/bar-series.ts';
import type { ParsedBars } from '../../../domain/market/csv-bars.ts';
import { mixtureOf, originsWith } from '../../../domain/market/data-origins.ts';
import type { ExactTexts } from '../../../domain/market/exact-texts.ts';
import { findJumps } from '../../../domain/market/jumps.ts';
import { findReportableGaps } from '../../../domain/market/reportable-gaps.ts';
import type { Bar } from '../../../schemas/market.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';

export type BarImport = {
  /** Where the bars come from, for people: a file's name without its folder, or `synthetic seed 1`. */
  readonly sourceName: string;
  readonly bars: Pick<ParsedBars, 'series' | 'exactTexts'> & Partial<Pick<ParsedBars, 'lineNumbers' | 'placeOf'>>;
  /** Jumps of over 50 % are real: do not quarantine. */
  readonly acceptJumps: boolean;
  /** Overwrite stored bars that differ, and remove a data set that must not be mixed with this one. */
  readonly replace: boolean;
  readonly nowMs: number;
  /** Named in problems. @default sourceName */
  readonly file?: string;
};

export type ImportResult = InsertedBars & { readonly dataSet: DataSet };

const BARS_PER_BATCH = 20_000;
const DIFFERENCES_MAX = 20;

/** Thrown inside the transaction so that it is undone; the differences are looked up afterwards. */
class StoredBarsDiffer extends Error {
  override readonly name = 'StoredBarsDiffer';
}

/** @throws InvalidInput with every problem of the file, or DATA_TIME_DUPLICATE where stored bars differ */
export async function importBarFile(
  db: Database,
  file: string,
  options: ReadBarFileOptions & Pick<BarImport, 'acceptJumps' | 'replace'>,
): Promise<ImportResult & { readonly parsed: ParsedBars }> {
  const parsed = await readBarFile(file, options);
  if (parsed.problems.length > 0) throw new InvalidInput(parsed.problems);
  const { acceptJumps, replace, nowMs } = options;
  const sourceName = path.basename(file);
  const result = await importBars(db, { sourceName, bars: parsed, acceptJumps, replace, nowMs, file });
  return { ...result, parsed };
}

/** @throws InvalidInput DATA_TIME_DUPLICATE for each stored bar that differs, unless `replace` */
export async function importBars(db: Database, request: BarImport): Promise<ImportResult> {
  try {
    return await inTransaction(db, (trx) => storeAll(trx, request));
  } catch (error) {
    if (error instanceof StoredBarsDiffer) throw new InvalidInput(await differences(db, request));
    throw error;
  }
}

async function storeAll(trx: Database, request: BarImport): Promise<ImportResult> {
  const { series, exactTexts } = request.bars;
  const { symbol, intervalMs } = series;
  await lockDataSet(trx, series);
  const stored = await readDataSet(trx, symbol, intervalMs);
  const mixture = mixtureOf(stored, request.sourceName);
  if (mixture !== null && !request.replace) throw new InvalidInput([mixture]);
  const before = mixture === null ? stored : undefined;
  if (mixture !== null) await deleteBars(trx, symbol, intervalMs);
  const counts = { inserted: 0, changed: 0, same: 0 };
  for (const batch of batchesOf(series, exactTexts)) {
    const part = await insertBars(trx, symbol, intervalMs, batch);
    if (part.changed > 0 && !request.replace) throw new StoredBarsDiffer();
    counts.inserted += part.inserted;
    counts.changed += part.changed;
    counts.same += part.same;
  }
  const dataSet = await describe(trx, request, before);
  await saveDataSet(trx, dataSet);
  return { ...counts, dataSet };
}

function* batchesOf(series: BarSeries, exactTexts: ExactTexts): Generator<Bar[]> {
  const count = series.openTimeMs.length;
  for (let from = 0; from < count; from += BARS_PER_BATCH) {
    const size = Math.min(BARS_PER_BATCH, count - from);
    yield Array.from({ length: size }, (_, i) => exactBar(series, exactTexts, from + i));
  }
}

/** The data set as it is now: the new bars together with those that were stored before. */
async function describe(trx: Database, request: BarImport, before: DataSet | undefined): Promise<DataSet> {
  const { series: added } = request.bars;
  const { symbol, intervalMs } = added;
  const stored = await barRange(trx, symbol, intervalMs);
  const isWhole = stored?.count === added.openTimeMs.length;
  const series = isWhole ? added : await readBars(trx, symbol, intervalMs, null, null);
  return {
    symbol,
    intervalMs,
    sourceName: request.sourceName,
    origins: originsWith(before?.origins ?? [], request.sourceName),
    rowCount: series.openTimeMs.length,
    gaps: findReportableGaps(series),
    quarantined: quarantineOf(series, request, isWhole ? null : (before?.quarantined ?? null)),
    dataHash: dataHash(series),
    importedAtMs: request.nowMs,
  };
}

/** Judges the new bars and the seam after them; an older reason stays until the jumps are accepted. */
function quarantineOf(series: BarSeries, { bars, acceptJumps }: BarImport, before: string | null): string | null {
  if (acceptJumps) return null;
  const added = bars.series.openTimeMs;
  const lastMs = added[added.length - 1] ?? 0;
  const afterMs = series.openTimeMs.find((openTimeMs) => openTimeMs > lastMs) ?? lastMs;
  const jumps = findJumps(series, added[0] ?? 0, afterMs);
  const first = jumps[0];
  if (first === undefined) return before;
  return `DATA_JUMP: over 50 % in one bar, ${jumps.length} of them, the first at ${isoText(first)}`;
}

async function differences(db: Database, { bars, file, sourceName }: BarImport): Promise<Problem[]> {
  const { series, exactTexts } = bars;
  const { symbol, intervalMs, openTimeMs } = series;
  const last = openTimeMs[openTimeMs.length - 1] ?? 0;
  const stored = await readExactBars(db, symbol, intervalMs, openTimeMs[0] ?? 0, last + 1);
  const byTime = new Map(stored.map((bar) => [bar.openTimeMs, bar]));
  const problems: Problem[] = [];
  for (let i = 0; i < openTimeMs.length && problems.length < DIFFERENCES_MAX; i += 1) {
    const added = exactBar(series, exactTexts, i);
    const known = byTime.get(added.openTimeMs);
    if (known === undefined || sameNumbers(known, added)) continue;
    const line = bars.lineNumbers?.[i];
    const place = line === undefined ? undefined : bars.placeOf?.(line);
    problems.push(differenceProblem(place === undefined ? (file ?? sourceName) : `${place}:time`, added, known));
  }
  return problems;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

const sameNumbers = (a: Bar, b: Bar): boolean => FIELDS.every((field) => toDecimal(a[field]).eq(b[field]));

function differenceProblem(place: string, added: Bar, known: Bar): Problem {
  const values = (bar: Bar): string => FIELDS.map((field) => bar[field]).join(' ');
  const expected = `the stored bar of ${isoText(known.openTimeMs)}: ${values(known)}`;
  return problem('DATA_TIME_DUPLICATE', place, values(added), expected, '--replace overwrites stored bars');
}
