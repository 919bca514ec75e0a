/** Regime labels by their rule, on three time frames, and how volatility is ranked. */
import { describe, expect, it } from 'vitest';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { barsSinceRegimeChange, regimeAt } from '../../../domain/features/market-features.ts';
import { TREND_UNKNOWN, trendCodes, VOLATILITY_UNKNOWN, volatilityCodes } from '../../../domain/features/regime.ts';
import { barsFromCloses, randomBars } from './random-bars.ts';

const trendOf = (close: number, ema50: number, ema200: number, adx14: number): number | undefined =>
  trendCodes({
    close: Float64Array.of(close),
    ema50: Float64Array.of(ema50),
    ema200: Float64Array.of(ema200),
    adx14: Float64Array.of(adx14),
  })[0];

describe('the trend label', () => {
  it.each([
    [110, 105, 100, 20, 1, 'bull: price and EMA50 above EMA200, ADX at 20'],
    [110, 105, 100, 19.99, 0, 'sideways: the trend is too weak'],
    [110, 99, 100, 40, 0, 'sideways: EMA50 is below'],
    [100, 105, 100, 40, 0, 'sideways: the price is only at EMA200'],
    [90, 95, 100, 20, -1, 'bear: both below'],
    [90, 101, 100, 40, 0, 'sideways: EMA50 is still above'],
    [90, 95, Number.NaN, 40, TREND_UNKNOWN, 'unknown before EMA200'],
  ])('close %d, EMA50 %d, EMA200 %d, ADX %d gives %d (%s)', (close, ema50, ema200, adx, code) => {
    expect(trendOf(close, ema50, ema200, adx)).toBe(code);
  });

  it('a long rise is bull and its mirror image is bear, from bar 199 on', () => {
    const rise = Array.from({ length: 260 }, (_, i) => 100 * 1.004 ** i);
    const bull = computeFeatureColumns(barsFromCloses(rise));
    const bear = computeFeatureColumns(barsFromCloses(rise.map((close) => 10_000 / close)));
    expect(regimeAt(bull, 198).label).toBeNull();
    expect([regimeAt(bull, 199).label, regimeAt(bear, 199).label]).toEqual(['bull', 'bear']);
  });
});

describe('time frames and confidence', () => {
  const rise = Array.from({ length: 5_000 }, (_, i) => 100 * 1.002 ** i);
  const columns = computeFeatureColumns(barsFromCloses(rise));

  it('the 4x label needs 200 complete 4x bars, the 24x label 200 complete 24x bars', () => {
    expect(regimeAt(columns, 798).byTimeframe).toEqual({ x1: 'bull', x4: null, x24: null });
    expect(regimeAt(columns, 799).byTimeframe).toEqual({ x1: 'bull', x4: 'bull', x24: null });
    expect(regimeAt(columns, 4_798).byTimeframe.x24).toBeNull();
    expect(regimeAt(columns, 4_799).byTimeframe).toEqual({ x1: 'bull', x4: 'bull', x24: 'bull' });
  });

  it('confidence is full in a strong trend on all frames and falls when a frame disagrees', () => {
    expect(regimeAt(columns, 4_900).confidence).toBe(1);
    const turned = [...rise, ...Array.from({ length: 150 }, (_, i) => (rise[4_999] ?? 0) * 0.99 ** i)];
    const after = regimeAt(computeFeatureColumns(barsFromCloses(turned)), turned.length - 1);
    expect(after.byTimeframe).toEqual({ x1: 'bear', x4: 'bear', x24: 'bull' });
    expect(after.confidence).toBeCloseTo(2 / 3, 12);
  });

  it('confidence stays within 0 and 1 on a random market, and is 0 before warm-up', () => {
    const random = computeFeatureColumns(randomBars(3_000, 8));
    for (let i = 0; i < 3_000; i += 1) {
      const { confidence, label } = regimeAt(random, i);
      expect(confidence >= 0 && confidence <= 1).toBe(true);
      expect(confidence === 0).toBe(label === null);
    }
  });

  it('counts the bars since the label changed, and knows none before a change was seen', () => {
    const random = computeFeatureColumns(randomBars(2_000, 8));
    let since: number | null = null;
    for (let i = 0; i < 2_000; i += 1) {
      const now = regimeAt(random, i).label;
      const before = i === 0 ? null : regimeAt(random, i - 1).label;
      since = before !== null && now !== before ? 0 : since === null ? null : since + 1;
      expect(barsSinceRegimeChange(random, i)).toBe(since);
    }
    expect(since).not.toBeNull();
  });
});

describe('volatility by the 250-bar percentile of the ATR ratio', () => {
  const ramp = Float64Array.from({ length: 300 }, (_, i) => i);

  it('is unknown until 250 ratios are there', () => {
    const codes = volatilityCodes(ramp);
    expect([codes[248], codes[249]]).toEqual([VOLATILITY_UNKNOWN, 2]);
  });

  it('the largest of 250 is high, the smallest low, the middle normal, equal ones normal', () => {
    expect(volatilityCodes(ramp).at(-1)).toBe(2);
    expect(volatilityCodes(ramp.toReversed()).at(-1)).toBe(0);
    expect(volatilityCodes(ramp.map(() => 0.01)).at(-1)).toBe(1);
  });

  it('the borders are a quarter and three quarters', () => {
    const withLast = (below: number) =>
      Float64Array.from({ length: 250 }, (_, i) => (i === 249 ? 5 : i < below ? 1 : 9));
    const codes = [61, 62, 63, 186, 187, 188].map((below) => volatilityCodes(withLast(below)).at(-1));
    expect(codes).toEqual([0, 1, 1, 1, 1, 2]);
  });
});
