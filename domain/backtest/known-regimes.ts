/**
 * The filtered regime of a run's bars and trades: the label that was known, never one that later bars would give.
 */

import type { ClosedTrade } from '../../schemas/execution.ts';
import type { IndicatorSeed, TrendRegime } from '../../schemas/features.ts';
import { kernels } from '../features/kernels.ts';
import { trendLabel } from '../features/regime.ts';
import { type BarSeries, lastBarAt } from '../market/bar-series.ts';
import { geneColumns } from '../signals/evolved/gene-columns.ts';

/** Null where it is not known yet; `mixed` where the symbols of a run do not agree. */
export type RunRegime = TrendRegime | 'mixed' | null;

export type KnownRegimes = {
  /** At each of these closes, epoch ms, rising. */
  readonly atCloses: (closesMs: readonly number[]) => RunRegime[];
  /** Of its symbol when a trade was opened. */
  readonly ofTrade: (trade: Pick<ClosedTrade, 'symbol' | 'entryAtMs'>) => TrendRegime | null;
};

export function knownRegimes(series: readonly BarSeries[], seed: IndicatorSeed): KnownRegimes {
  const lanes = series.map((bars) => ({ bars, codes: geneColumns(bars, kernels(seed)).regime() }));
  const bySymbol = new Map(lanes.map((lane) => [lane.bars.symbol, lane]));
  return {
    atCloses: (closesMs) => {
      const columns = lanes.map((lane) => columnOf(lane, closesMs));
      if (columns.length === 1) return columns[0] ?? [];
      return closesMs.map((_closeMs, k) => agreed(columns.map((column) => column[k] ?? null)));
    },
    ofTrade: ({ symbol, entryAtMs }) => {
      const lane = bySymbol.get(symbol);
      return lane === undefined ? null : labelAt(lane, lastBarAt(lane.bars, entryAtMs - lane.bars.intervalMs));
    },
  };
}

type Lane = { readonly bars: BarSeries; readonly codes: Int8Array };

const labelAt = ({ codes }: Lane, bar: number): TrendRegime | null => {
  const code = codes[bar];
  return code === undefined ? null : trendLabel(code);
};

/** The label of the last bar that has closed by each instant. */
function columnOf(lane: Lane, closesMs: readonly number[]): (TrendRegime | null)[] {
  const { openTimeMs, intervalMs } = lane.bars;
  let place = -1;
  return closesMs.map((closeMs) => {
    while ((openTimeMs[place + 1] ?? Number.POSITIVE_INFINITY) + intervalMs <= closeMs) place += 1;
    return labelAt(lane, place);
  });
}

function agreed(labels: readonly (TrendRegime | null)[]): RunRegime {
  const known = new Set(labels.filter((label) => label !== null));
  const [first = null] = known;
  return known.size > 1 ? 'mixed' : first;
}
