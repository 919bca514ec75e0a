/** What holds an entry back while the llm takes part: which code, and the figures in its sentence. */
import { describe, expect, it } from 'vitest';
import { entryVeto } from '../../../domain/decision/entry-veto.ts';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { type MarketFeatures, marketFeatures } from '../../../domain/features/market-features.ts';
import { barsOf, flat } from '../backtest/walk-fixture.ts';

const CALM = marketFeatures(computeFeatureColumns(barsOf(flat(400))), 399);

const moved = (momentum: Partial<MarketFeatures['momentum']>, more: Partial<MarketFeatures> = {}): MarketFeatures => ({
  ...CALM,
  momentum: { ...CALM.momentum, ...momentum },
  ...more,
});
const vetoOf = (features: MarketFeatures, side: 1 | -1 = 1, sigmaBefore: number | null = 0.01) =>
  entryVeto(side, { features, sigmaBefore });

it('says nothing against an entry in a calm market', () => {
  expect(vetoOf(CALM)).toBeNull();
  expect(vetoOf(CALM, -1)).toBeNull();
});

describe('the change of 24 hours', () => {
  it.each([
    [-0.02, 1, 'VETO_CHANGE_AGAINST'],
    [-0.019_999, 1, undefined],
    [0.05, 1, undefined],
    [0.02, -1, 'VETO_CHANGE_AGAINST'],
    [0.019_999, -1, undefined],
    [-0.05, -1, undefined],
    [null, 1, undefined],
  ] as const)('of %s against side %d gives %s', (change24h, side, code) => {
    expect(vetoOf(moved({ change24h }), side)?.code).toBe(code);
  });

  it('is told with its figure', () => {
    expect(vetoOf(moved({ change24h: -0.0312 }))?.reasons).toEqual(['veto: 24-hour change -0.0312 against the trade']);
    expect(vetoOf(moved({ change24h: 0.0312 }), -1)?.reasons).toEqual([
      'veto: 24-hour change +0.0312 against the trade',
    ]);
  });
});

it('high volatility holds back both sides', () => {
  const features = { ...CALM, regime: { ...CALM.regime, volatility: 'high' as const } };
  expect([1 as const, -1 as const].map((side) => vetoOf(features, side)?.code)).toEqual([
    'VETO_VOLATILITY_HIGH',
    'VETO_VOLATILITY_HIGH',
  ]);
});

it('a regime is new on its bar and the two after it; one that never changed is not', () => {
  const codes = [0, 1, 2, 3, null].map((barsSinceRegimeChange) => vetoOf({ ...CALM, barsSinceRegimeChange })?.code);
  expect(codes).toEqual(['VETO_REGIME_CHANGED', 'VETO_REGIME_CHANGED', 'VETO_REGIME_CHANGED', undefined, undefined]);
});

describe('an unusual bar', () => {
  it('has more than four times the usual volume', () => {
    const busy = (volumeRatio: number) => ({ ...CALM, volume: { ...CALM.volume, volumeRatio } });
    expect([4, 4.01].map((ratio) => vetoOf(busy(ratio))?.code)).toEqual([undefined, 'VETO_UNUSUAL']);
  });

  it('moves more than four sigma of the bars before it, up or down', () => {
    const codes = [0.04, 0.0401, -0.0401].map((barReturn) => vetoOf(moved({ barReturn }))?.code);
    expect(codes).toEqual([undefined, 'VETO_UNUSUAL', 'VETO_UNUSUAL']);
    expect(vetoOf(moved({ barReturn: 0.5 }), 1, null)).toBeNull();
  });
});

it('lists every reason, and carries the code of the first', () => {
  const veto = vetoOf(moved({ change24h: -0.1 }, { barsSinceRegimeChange: 1 }));
  expect(veto?.code).toBe('VETO_CHANGE_AGAINST');
  expect(veto?.reasons).toHaveLength(2);
});
