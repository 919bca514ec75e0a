/** The Risk Officer's judgement: points a reader can count, levels, ceilings, alerts, and what is not known. */
import { describe, expect, it } from 'vitest';
import { alignedReturns } from '../../../../domain/officers/risk/aligned-returns.ts';
import { assessRisk } from '../../../../domain/officers/risk/assess-risk.ts';
import { riskCeilings } from '../../../../domain/officers/risk/ceilings.ts';
import { riskAlert } from '../../../../domain/officers/risk/risk-alerts.ts';
import { riskLevel } from '../../../../domain/officers/risk/risk-score.ts';
import { CEO_DEFAULTS } from '../../../../schemas/officers/policy-store.ts';
import { riskStateSchema } from '../../../../schemas/officers/risk-state.ts';

const profile = { positionFractionMax: 0.08, positionsMax: 8, leverageMax: 3, confidenceMin: 0.6, newEntries: true };

/** 101 closes: +2 % and -2 % by turns, so a day's loss is 2 % and its deviation 2 %. */
const dailyCloses = Array.from({ length: 101 }, (_none, day): [number, number] => [
  19_000 + day,
  100 * (1.02 * 0.98) ** Math.floor(day / 2) * (day % 2 === 0 ? 1 : 1.02),
]);
/** 80 at 100 = 8 % of 100,000; 2.5 % of 128,000 a bar is 3,200: 80 are sold in 1/40 of an hour. */
const position = (symbol: string, change: object = {}) => ({
  symbol,
  quantity: '80',
  price: '100',
  leverage: 1,
  barVolume: 128_000,
  barIntervalMs: 3_600_000,
  dailyCloses,
  ...change,
});
const portfolio = (change: object = {}) => ({
  equity: '100000',
  dayStartEquity: '100000',
  peakEquity: '100000',
  dataAgeMs: 0,
  dataAgeMaxMs: 7_200_000,
  positions: [position('BTC/USDT')],
  ...change,
});
const eight = (change: object = {}) => Array.from({ length: 8 }, (_none, k) => position(`S${k}`, change));
const assess = (change: object = {}) => assessRisk({ portfolio: portfolio(change), profile, asOfMs: 5 });
const points = ({ parts }: ReturnType<typeof assess>) =>
  Object.values(parts).map(({ points: one }) => Number(one.toFixed(3)));

describe('a portfolio that is known', () => {
  it('scores what is held: 8 % in one symbol that moves 2 % a day', () => {
    const state = assess();
    // VaR 95: the gaussian 1.645 · 2 % · 8 % of 4 %, ES 2.063 · 2 % · 8 % of 8 %; exposure 8 % of 100 %, 8 % of 20 %.
    const loss = (z: number) => expect.closeTo(z * 0.02 * 0.08, 5);
    expect(state.parts.valueAtRisk).toEqual({ points: expect.closeTo(1.316, 2), pointsMax: 20, value: loss(1.6449) });
    expect(state.parts.expectedShortfall).toMatchObject({ points: expect.closeTo(0.413, 2), value: loss(2.0627) });
    expect(state.parts.exposure.points).toBeCloseTo(1.2, 9);
    expect(state.parts.concentration.points).toBeCloseTo(4, 9);
    expect([state.parts.drawdown.points, state.parts.leverage.points]).toEqual([0, 0]);
    expect(state.daysToLiquidateMax).toBeCloseTo(1 / 40 / 24, 12);
    expect(state).toMatchObject({
      portfolioKnown: true,
      asOfMs: 5,
      riskLevel: 'low',
      grossExposure: 0.08,
      herfindahl: 1,
    });
    expect(state.var.historical['0.95']).toBeCloseTo(0.0016, 9);
    expect(state.riskScore).toBeCloseTo(
      Object.values(state.parts).reduce((sum, one) => sum + one.points, 0),
      5,
    );
    expect(riskStateSchema.parse(state)).toEqual(state);
  });

  it('is at no risk when nothing is held, however old the data', () => {
    const state = assess({ positions: [], dataAgeMs: null });
    expect(state).toMatchObject({ riskScore: 0, riskLevel: 'low', components: [], notes: [] });
    expect(assess({ positions: [position('BTC/USDT', { quantity: '0' })] }).riskScore).toBe(0);
  });

  it('eight positions of 8 % that lose 8 %: a day of -5.12 %, which is an alert although the score is not high', () => {
    const before = assess({ positions: eight() });
    const after = assess({ equity: '94880', positions: eight({ price: '92' }) });
    expect(riskAlert(before, CEO_DEFAULTS)).toEqual({ level: null, alerts: [] });
    expect(after.drawdownDailyFraction).toBeCloseTo(0.0512, 12);
    expect(after.parts.drawdown.points).toBeCloseTo(19.2, 9);
    expect(riskAlert(after, CEO_DEFAULTS)).toEqual({ level: 'warning', alerts: ['daily drawdown 5.12 % from 4.00 %'] });
    const worse = assess({ equity: '92000', positions: [] });
    expect(riskAlert(worse, CEO_DEFAULTS)).toEqual({
      level: 'critical',
      alerts: ['daily drawdown 8.00 % from 8.00 %'],
    });
  });

  it('takes the larger drawdown of the day and from the peak', () => {
    const state = assess({ equity: '99000', peakEquity: '110000', positions: [] });
    expect(state).toMatchObject({ drawdownDailyFraction: expect.closeTo(0.01, 9), riskScore: 30 });
    expect(state.drawdownPeakFraction).toBeCloseTo(0.1, 12);
    expect(assess({ equity: '101000', peakEquity: '90000', positions: [] }).riskScore).toBe(0);
  });

  it('the parts of eight equal holdings are an eighth each, and a short one that mirrors it takes its part back', () => {
    const { components, componentVarTotal, averageCorrelation } = assess({ positions: eight() });
    expect(components.map(({ componentVar }) => componentVar / (componentVarTotal ?? 0))).toEqual(
      Array.from({ length: 8 }, () => expect.closeTo(1 / 8, 9)),
    );
    expect(averageCorrelation).toBeCloseTo(1, 9);
    const hedged = assess({ positions: [position('A'), position('B', { quantity: '-40' })] });
    expect(hedged).toMatchObject({ netExposure: 0.04, grossExposure: expect.closeTo(0.12, 12) });
    expect(hedged.components[1]?.componentVar).toBeLessThan(0);
    const sum = hedged.components.reduce((total, one) => total + one.componentVar, 0);
    expect(sum).toBeCloseTo(hedged.componentVarTotal ?? 0, 12);
  });

  it('two strategies in one symbol are one holding: net in loss, gross in size, sold into the same bars', () => {
    const state = assess({ positions: [position('A'), position('A', { quantity: '-80' })] });
    expect(state).toMatchObject({ netExposure: 0, grossExposure: 0.16, largestSymbolFraction: 0.16 });
    expect(state.daysToLiquidateMax).toBeCloseTo(2 / 40 / 24, 12);
    expect(state.parts.valueAtRisk.value).toBeCloseTo(0, 12);
  });

  it('leverage counts from 1 to 5, by the position or by the whole', () => {
    expect(assess({ positions: [position('A', { leverage: 3 })] }).parts.leverage).toMatchObject({
      points: 5,
      value: 3,
    });
    expect(assess({ positions: [position('A', { quantity: '5000' })] }).parts.leverage).toMatchObject({
      points: 10,
      value: 5,
    });
  });
});

describe('what is not known counts as the worst', () => {
  it('a holding without 20 days is counted as lost whole, and the note says so', () => {
    const young = assess({
      positions: [position('A'), position('B', { quantity: '20', dailyCloses: dailyCloses.slice(0, 20) })],
    });
    expect(young.unmeasuredFraction).toBeCloseTo(0.02, 12);
    expect(young.var.historical['0.95']).toBeCloseTo(0.0016 + 0.02, 9);
    expect(young.components[1]).toEqual({ symbol: 'B', fraction: 0.02, componentVar: 0.02 });
    expect(young.notes).toContain('fewer than 20 days, counted as lost: B');
    expect(points(assess({ positions: [position('A', { dailyCloses: [] })] })).slice(1, 3)).toEqual([20, 10]);
    expect(assess({ positions: [position('A', { dailyCloses: dailyCloses.slice(0, 21) })] }).unmeasuredFraction).toBe(
      0,
    );
  });

  it('holdings that share fewer than 20 days are all counted as lost', () => {
    const later = dailyCloses.map(([day, close]): [number, number] => [day + 90, close]);
    expect(
      assess({ positions: [position('A'), position('B', { dailyCloses: later })] }).unmeasuredFraction,
    ).toBeCloseTo(0.16, 12);
  });

  it('a volume or an age that nobody knows costs all points of liquidity, and so does stale data', () => {
    const unknown = assess({ positions: [position('A', { barVolume: null })] });
    expect(unknown.parts.liquidity).toEqual({ points: 5, pointsMax: 5, value: null });
    expect(unknown.notes).toContain('volume not known, counted as not sellable: A');
    expect(assess({ positions: [position('A', { barVolume: 0 })] }).parts.liquidity.points).toBe(5);
    expect(assess({ dataAgeMs: null }).parts.liquidity.points).toBe(5);
    expect(assess({ dataAgeMs: 7_200_000 })).toMatchObject({ parts: { liquidity: { points: 5 } } });
    expect(assess({ dataAgeMs: 3_600_000 }).parts.liquidity.points).toBeCloseTo(2.5, 12);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'unreadable'],
    ['no equity', portfolio({ equity: undefined })],
    ['an equity of NaN', portfolio({ equity: Number.NaN })],
    ['an equity that says NaN', portfolio({ equity: 'NaN' })],
    ['an equity of 0', portfolio({ equity: '0' })],
    ['a negative equity', portfolio({ equity: '-1' })],
    ['no peak', portfolio({ peakEquity: null })],
    ['a position without price', portfolio({ positions: [position('A', { price: undefined })] })],
    ['a position of NaN', portfolio({ positions: [position('A', { quantity: 'NaN' })] })],
    ['a close of 0', portfolio({ positions: [position('A', { dailyCloses: [[1, 0]] })] })],
    ['a field that nobody knows', portfolio({ postions: [] })],
  ])('%s is an unknown portfolio: 100, critical, nothing allowed', (_name, unreadable) => {
    const state = assessRisk({ portfolio: unreadable, profile, asOfMs: 5 });
    expect(state).toMatchObject({
      portfolioKnown: false,
      riskScore: 100,
      riskLevel: 'critical',
      drawdownDailyFraction: null,
    });
    expect(state.ceilings).toEqual({ positionFractionMax: 0, positionsMax: 0, leverageMax: 1 });
    expect(points(state)).toEqual([30, 20, 10, 15, 10, 10, 5]);
    expect(state.notes).toEqual([expect.stringMatching(/^the portfolio is not known: /)]);
    expect(riskAlert(state, CEO_DEFAULTS)).toEqual({ level: 'critical', alerts: state.notes });
    expect(riskStateSchema.parse(state)).toEqual(state);
  });
});

describe('levels and ceilings', () => {
  it('low below 40, medium below 70, high below 85, then critical', () => {
    const at = (score: number) => riskLevel(score);
    expect([0, 39.99, 40, 69.99, 70, 84.99, 85, 100].map(at)).toEqual([
      ...['low', 'low', 'medium', 'medium', 'high', 'high', 'critical', 'critical'],
    ]);
  });

  it.each([
    [0, 0.1, 10, 5],
    [50, 0.1, 10, 5],
    [75, 0.05, 5, 2],
    [85, 0.03, 3, 1],
    [100, 0, 0, 1],
  ])('a score of %d leaves positions of %d, %d of them, leverage %d', (score, fraction, positionsMax, leverageMax) => {
    const expansion = { ...profile, positionFractionMax: 0.1, positionsMax: 10, leverageMax: 5 };
    expect(riskCeilings(expansion, score)).toEqual({
      positionFractionMax: expect.closeTo(fraction, 12),
      positionsMax,
      leverageMax,
    });
  });
});

describe('days of several symbols', () => {
  it('only those that all have count: over a weekend the coin makes one step', () => {
    const coin: [number, number][] = [
      [5, 100],
      [6, 110],
      [7, 121],
      [8, 242],
    ];
    const share: [number, number][] = [
      [8, 30],
      [5, 10],
    ];
    expect(alignedReturns([coin, share])).toEqual([[expect.closeTo(1.42, 12)], [2]]);
    expect(alignedReturns([])).toEqual([]);
  });
});
