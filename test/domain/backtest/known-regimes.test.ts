/** Regimes of a run are those that were known: the same labels that a session sees, never one that comes later. */
import { expect, it } from 'vitest';
import { knownRegimes } from '../../../domain/backtest/known-regimes.ts';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { regimeAt } from '../../../domain/features/market-features.ts';
import { sliceSeries } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { HOUR_MS } from './walk-fixture.ts';

const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 900, seed: 4 });
const closesMs = Array.from(bars.openTimeMs, (at) => at + HOUR_MS);

it.each(['talib', 'stockcharts'] as const)('labels each close as a session does, with %s', (seed) => {
  const features = computeFeatureColumns(bars, seed);
  const labels = closesMs.map((_, i) => regimeAt(features, i).label);
  expect(knownRegimes([bars], seed).atCloses(closesMs)).toEqual(labels);
  expect(new Set(labels).size).toBe(4);
});

it('gives a trade the label of the last bar that had closed when it was opened', () => {
  const { atCloses, ofTrade } = knownRegimes([bars], 'talib');
  const labels = atCloses(closesMs);
  for (const i of [1, 199, 200, 500, 899]) {
    const entryAtMs = bars.openTimeMs[i] as number;
    expect(ofTrade({ symbol: 'BTC/USDT', entryAtMs })).toBe(labels[i - 1]);
    expect(ofTrade({ symbol: 'BTC/USDT', entryAtMs: entryAtMs + HOUR_MS - 1 })).toBe(labels[i - 1]);
  }
  expect(ofTrade({ symbol: 'BTC/USDT', entryAtMs: closesMs[0] as number })).toBeNull();
  expect(ofTrade({ symbol: 'ETH/USDT', entryAtMs: closesMs[500] as number })).toBeNull();
});

it('does not know the future', () => {
  const whole = knownRegimes([bars], 'talib').atCloses(closesMs);
  const cut = knownRegimes([sliceSeries(bars, 0, 600)], 'talib').atCloses(closesMs.slice(0, 600));
  expect(cut).toEqual(whole.slice(0, 600));
});

it('calls bars mixed where two symbols do not agree', () => {
  const other = { ...syntheticSeries({ symbol: 'ETH/USDT', intervalMs: HOUR_MS, count: 900, seed: 11 }) };
  const [own, others, both] = [[bars], [other], [bars, other]].map((series) =>
    knownRegimes(series, 'talib').atCloses(closesMs),
  );
  for (const [i, label] of (both ?? []).entries()) {
    expect(label).toBe(own?.[i] === others?.[i] ? own?.[i] : 'mixed');
  }
  expect(both).toContain('mixed');
});
