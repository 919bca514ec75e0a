/**
 * Bars and the indicator columns that genes look at, in one block of shared memory: made once a data set on a machine,
 * read by all of its threads.
 */

import { engineMarket } from '../../domain/engine/market.ts';
import { kernels } from '../../domain/features/kernels.ts';
import { GENE_RANGES } from '../../domain/learning/genome/gene-ranges.ts';
import { chromosomeRunner, placeBars, type SharedBars } from '../../domain/learning/trial/chromosome-runner.ts';
import type { TaskMarket } from '../../domain/learning/trial/compute-task.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { columnKey, type GeneColumns, geneColumns } from '../../domain/signals/evolved/gene-columns.ts';
import { GENE_INDICATORS } from '../../schemas/chromosome.ts';

const BAR_COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** What a thread is sent: the memory itself is not copied. */
export type SharedMarket = {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly count: number;
  /** Names of the indicator columns, which follow the bars in the memory. */
  readonly columns: readonly string[];
  readonly memory: SharedArrayBuffer;
  /** The same bars where the search kernel reads them; null for those of parameter searches. */
  readonly searched: SharedBars | null;
};

/** `searchers`: threads that an evolution may use; 0: no evolution runs over these bars, so they lie there alone. */
export function shareMarket(bars: BarSeries, searchers: number): SharedMarket {
  const count = bars.close.length;
  const made = searchers > 0 ? geneColumns(bars, kernels('talib')) : null;
  const wanted = made === null ? [] : GENE_INDICATORS.flatMap((name) => periodsOf(name).map((p) => ({ name, p })));
  const memory = new SharedArrayBuffer((BAR_COLUMNS.length + wanted.length) * count * BYTES);
  const view = (place: number) => new Float64Array(memory, place * count * BYTES, count);
  BAR_COLUMNS.forEach((name, place) => {
    view(place).set(bars[name]);
  });
  wanted.forEach(({ name, p }, place) => {
    if (made !== null) view(BAR_COLUMNS.length + place).set(made.indicator(name, p));
  });
  const columns = wanted.map(({ name, p }) => columnKey(name, p));
  const searched = searchers > 0 ? placeBars(engineMarket(bars), searchers) : null;
  return { symbol: bars.symbol, intervalMs: bars.intervalMs, count, columns, memory, searched };
}

const periodsOf = (name: (typeof GENE_INDICATORS)[number]) => GENE_RANGES[name].periods;

/** The same as views: bars ready to be walked, and gene columns, of which those that nobody shared are made here. */
export function openMarket({ symbol, intervalMs, count, columns, memory, searched }: SharedMarket): TaskMarket {
  const view = (place: number) => new Float64Array(memory, place * count * BYTES, count);
  const [openTimeMs, open, high, low, close, volume] = BAR_COLUMNS.map((_name, place) => view(place)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const bars: BarSeries = { symbol, intervalMs, openTimeMs, open, high, low, close, volume };
  const market = engineMarket(bars);
  const own = geneColumns(bars, kernels(market.seed));
  const shared = new Map(columns.map((key, place) => [key, view(BAR_COLUMNS.length + place)]));
  const genes: GeneColumns = {
    ...own,
    indicator: (name, periods) => shared.get(columnKey(name, periods)) ?? own.indicator(name, periods),
  };
  return { market, columns: genes, run: searched === null ? null : chromosomeRunner(searched, genes) };
}
