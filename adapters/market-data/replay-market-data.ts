/**
 * Market data that was imported (Postgres, through injected functions) or lies in a CSV file next to the worker.
 * `from` is inclusive and `to` exclusive, both by the OPEN of a bar. Nothing is fetched and no gap is filled.
 */
import { stat } from 'node:fs/promises';
import { type BarSeries, sliceSeries } from '../../domain/market/bar-series.ts';
import { intervalText } from '../../schemas/interval.ts';
import type { MarketSource } from '../../schemas/market.ts';
import { nearestName } from '../../schemas/nearest-name.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { readBarFile } from './csv-file.ts';
import type { MarketData, MarketDataRequest } from './market-data.ts';

/** Stored bars with `fromMs` <= open time < `toMs`, in time order; null = no bound. */
export type ReadBars = (
  symbol: string,
  intervalMs: number,
  fromMs: number | null,
  toMs: number | null,
) => Promise<BarSeries>;

/** One imported data set. */
export type StoredDataSet = { readonly symbol: string; readonly intervalMs: number };

export type ReplayParts = {
  readonly readBars: ReadBars;
  readonly listDataSets: () => Promise<readonly StoredDataSet[]>;
  /** Changes with the stored bars; undefined when nothing is stored. */
  readonly storedDataHash: (symbol: string, intervalMs: number) => Promise<string | undefined>;
  readonly nowMs: () => number;
};

type ReplaySource = Extract<MarketSource, { source: 'replay' }>;
type Range = { readonly fromMs: number | null; readonly toMs: number | null };

export function replayMarketData(parts: ReplayParts): MarketData {
  return {
    async load(request) {
      const source = replaySource(request);
      const range = { fromMs: boundMs(source.from), toMs: boundMs(source.to) };
      checkRange(source, range);
      const series =
        source.file === undefined
          ? await parts.readBars(request.symbol, request.intervalMs, range.fromMs, range.toMs)
          : withinRange(await loadFile(source.file, request, parts.nowMs()), range);
      if (series.openTimeMs.length === 0) throw await nothingFound(request, source, parts);
      return series;
    },
    async revision(request) {
      const { file } = replaySource(request);
      if (file !== undefined) return fileRevision(file);
      return (await parts.storedDataHash(request.symbol, request.intervalMs)) ?? 'nothing stored';
    },
  };
}

function replaySource({ source }: MarketDataRequest): ReplaySource {
  if (source.source === 'replay') return source;
  throw new InvalidInput([problem('INPUT_ENUM', 'market.source', source.source, 'replay')]);
}

const boundMs = (instant: string | undefined): number | null => (instant === undefined ? null : Date.parse(instant));

function checkRange({ from, to }: ReplaySource, { fromMs, toMs }: Range): void {
  if (fromMs === null || toMs === null || fromMs < toMs) return;
  throw new InvalidInput([problem('INPUT_RANGE', 'market.to', to, `an instant after market.from ${from}`)]);
}

async function loadFile(file: string, { symbol, intervalMs }: MarketDataRequest, nowMs: number): Promise<BarSeries> {
  const parsed = await readBarFile(file, { symbol, intervalMs, nowMs });
  if (parsed.problems.length > 0) throw new InvalidInput(parsed.problems);
  return parsed.series;
}

function withinRange(series: BarSeries, { fromMs, toMs }: Range): BarSeries {
  const first = fromMs === null ? 0 : firstAtOrAfter(series.openTimeMs, fromMs);
  const end = toMs === null ? series.openTimeMs.length : firstAtOrAfter(series.openTimeMs, toMs);
  return sliceSeries(series, first, end);
}

function firstAtOrAfter(times: Float64Array, ms: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** DATA_EMPTY, naming what is stored instead: another interval of the symbol, or the symbol nearest to it. */
async function nothingFound(
  { symbol, intervalMs }: MarketDataRequest,
  source: ReplaySource,
  parts: ReplayParts,
): Promise<InvalidInput> {
  const range = `from ${source.from ?? 'the first bar'} to ${source.to ?? 'the last bar'}`;
  const got = `no ${intervalText(intervalMs)} bars of ${symbol} ${range}`;
  const path = source.file ?? 'market';
  const hint = source.file === undefined ? storedHint(symbol, intervalMs, await parts.listDataSets()) : '';
  return new InvalidInput([problem('DATA_EMPTY', path, got, 'at least one bar', hint, `${path}: ${got}`)]);
}

function storedHint(symbol: string, intervalMs: number, sets: readonly StoredDataSet[]): string {
  const intervals = sets.filter((one) => one.symbol === symbol).map((one) => one.intervalMs);
  if (intervals.includes(intervalMs)) return 'the stored bars lie outside this range: npm run bars -- list';
  if (intervals.length > 0) return `stored for ${symbol}: ${intervals.map(intervalText).join(', ')}`;
  const near = nearestName(symbol, [...new Set(sets.map((one) => one.symbol))]);
  if (near !== null) return `did you mean ${near}?`;
  return 'import bars first: npm run bars -- import FILE --symbol S --interval I';
}

/** A missing file gets its refusal from `load`. */
async function fileRevision(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size}:${mtimeMs}`;
  } catch {
    return 'missing';
  }
}
