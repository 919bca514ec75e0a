/** The bars of a run and their split: loaded through the market data port, checked against those it was opened on. */
import type { MarketData } from '../../adapters/market-data/market-data.ts';
import type { ResearchRun } from '../../db/research-runs.ts';
import { periodsPerYear } from '../../domain/backtest/metrics.ts';
import { BARS_MIN } from '../../domain/learning/trial/data-split.ts';
import { type BarSeries, dataHash, sliceSeries } from '../../domain/market/bar-series.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { DataSplit, ResearchData } from '../../schemas/research.ts';

type Asked = Pick<ResearchData, 'symbol' | 'intervalMs' | 'from' | 'to'>;

const sourceOf = ({ from, to }: Asked) => ({
  source: 'replay' as const,
  speed: 1,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

const loadBars = (market: MarketData, asked: Asked): Promise<BarSeries> =>
  market.load({ source: sourceOf(asked), symbol: asked.symbol, intervalMs: asked.intervalMs, seed: 1 });

/** @throws InvalidInput DATA_EMPTY, DATA_TOO_FEW */
export async function openRunBars(market: MarketData, asked: Asked): Promise<ResearchData> {
  const bars = await loadBars(market, asked);
  const count = bars.close.length;
  if (count < BARS_MIN) {
    const hint = 'import more bars or ask for a longer range';
    throw new InvalidInput([problem('DATA_TOO_FEW', 'from', `${count} bars`, `at least ${BARS_MIN} bars`, hint)]);
  }
  return { ...asked, bars: count, dataHash: dataHash(bars) };
}

/**
 * The very bars a run was opened on; bars imported since, after its last one, are left out.
 * @throws InvalidInput DATA_CHANGED when those bars are gone or different
 */
export async function runBars(market: MarketData, data: ResearchData): Promise<BarSeries> {
  const bars = sliceSeries(await loadBars(market, data), 0, data.bars);
  const hash = dataHash(bars);
  if (hash === data.dataHash) return bars;
  const hint = 'a run goes on with the bars it was opened on; start a new one';
  throw new InvalidInput([problem('DATA_CHANGED', 'market', hash, `bars with the hash ${data.dataHash}`, hint)]);
}

export const yearOf = ({ symbol, intervalMs }: ResearchData): number => periodsPerYear(intervalMs, [symbol]);

/** Which of its bars a run trains on, selects by and keeps sealed. */
export function splitOf({ runId, split }: ResearchRun): DataSplit {
  if (split === null) throw new Error(`run ${runId} was opened without a split of its bars`);
  return split;
}
