/** Changes of the regime among walked bars: each once, in a chain, whatever the walk is cut into. */
import { expect, it } from 'vitest';
import { regimeTransitions } from '../../../domain/backtest/regime-transitions.ts';
import { regimeAt } from '../../../domain/features/market-features.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { aContext, HOUR_MS } from './walk-fixture.ts';

const COUNT = 1_500;
const BARS = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: COUNT, seed: 4 });
const CONTEXT = aContext([BARS], { type: 'momentum' });
const features = CONTEXT.markets.get('BTC/USDT')?.features;

it('form a chain from the first label to the last, at the closes of the bars that changed it', () => {
  const all = regimeTransitions(CONTEXT, 0, COUNT);
  expect(all.length).toBeGreaterThan(10);
  expect(all[0]?.from).toBeNull();
  for (const [k, { from, to }] of all.entries()) {
    expect(to).not.toBe(from);
    if (k > 0) expect(from).toBe(all[k - 1]?.to);
  }
  if (features === undefined) throw new Error('no features');
  const labelled = Array.from({ length: COUNT }, (_, i) => regimeAt(features, i));
  for (const { atMs, to, confidence, volatilityTo } of all) {
    const i = BARS.openTimeMs.indexOf(atMs - HOUR_MS);
    expect(labelled[i]).toMatchObject({ label: to, confidence, volatility: volatilityTo });
  }
  const changes = labelled.filter(({ label }, i) => label !== null && label !== (labelled[i - 1]?.label ?? null));
  expect(all).toHaveLength(changes.length);
});

it('are the same when the walk is cut into batches', () => {
  const cuts = [0, 1, 250, 251, 900, COUNT];
  const parts = cuts.slice(1).flatMap((until, k) => regimeTransitions(CONTEXT, cuts[k] ?? 0, until));
  expect(parts).toEqual(regimeTransitions(CONTEXT, 0, COUNT));
});
