/**
 * A market turned upside down: p′ = k / p with high and low exchanged mirrors every action at equal confidence, for
 * strategies that see prices as logarithms, at zero cost and with stops out of reach.
 */
import { expect, it } from 'vitest';
import { type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import type { DecisionAction } from '../../../schemas/decision.ts';
import { HOUR_MS, NO_COSTS, rowsOf, type StrategyText, walk } from './walk-fixture.ts';

const K = 10_000;
const MIRRORED: Readonly<Record<DecisionAction, DecisionAction>> = { buy: 'sell', sell: 'buy', hold: 'hold' };

function mirrored(bars: BarSeries): BarSeries {
  const rows = rowsOf(bars).map((row) => ({
    openTimeMs: row.openTimeMs,
    open: K / row.open,
    high: K / row.low,
    low: K / row.high,
    close: K / row.close,
    volume: row.volume,
  }));
  return seriesFromRows(bars.symbol, bars.intervalMs, rows);
}

const CASES: readonly (readonly [name: string, strategy: StrategyText])[] = [
  ['momentum', { type: 'momentum' }],
  ['quick momentum', { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } }],
  ['mean reversion', { type: 'meanReversion' }],
  ['quick mean reversion', { type: 'meanReversion', parameters: { lookback: 8, entryZ: 1.5, exitZ: 0.2 } }],
];

it.each(CASES)('mirrors every action of %s', (_name, strategy) => {
  for (const seed of [1, 2, 3]) {
    const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 1_500, seed });
    const far = { ...strategy, stopAtr: 100 };
    const change = { direction: 'longShort', costs: NO_COSTS } as const;
    const walked = [bars, mirrored(bars)].map((all) => walk([all], far, change));
    const [upright = [], reversed = []] = walked.map((one) => one.decisions.map(({ decision }) => decision));
    expect(walked.flatMap((one) => one.trades).filter(({ trade }) => trade.exitReason !== 'signal')).toEqual([]);
    expect(reversed.map((one) => one.action)).toEqual(upright.map((one) => MIRRORED[one.action]));
    expect(reversed.map((one) => one.noDecision)).toEqual(upright.map((one) => one.noDecision));
    for (const [index, one] of upright.entries()) {
      expect(reversed[index]?.confidence).toBeCloseTo(one.confidence, 9);
      expect(reversed[index]?.agreement).toBeCloseTo(one.agreement, 9);
    }
    expect(upright.filter((one) => one.action !== 'hold').length).toBeGreaterThan(20);
  }
});

it('would notice: with costs and near stops the two markets part', () => {
  const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 1_500, seed: 1 });
  const actions = (all: BarSeries) =>
    walk([all], { type: 'momentum', stopAtr: 0.5 }, { direction: 'longShort' }).decisions.map(
      (one) => one.decision.action,
    );
  expect(actions(mirrored(bars))).not.toEqual(actions(bars).map((one) => MIRRORED[one]));
});
