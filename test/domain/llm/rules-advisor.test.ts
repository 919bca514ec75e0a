/** The advisor without a model: mirrored markets, trends, and numbers that are features to the printed digit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { type MarketFeatures, marketFeatures } from '../../../domain/features/market-features.ts';
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import { figuresIn, numbersIn, numbersNotAmong, printFigure } from '../../../domain/llm/quoted-numbers.ts';
import { rulesAnswer } from '../../../domain/llm/rules-advisor.ts';
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { createRandom } from '../../../domain/market/random.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { CONTRACT_NAMES, CONTRACTS } from '../../../schemas/llm/contracts/index.ts';

const HOUR_MS = 3_600_000;
const MIRRORED = { buy: 'sell', sell: 'buy', hold: 'hold' } as const;

const mirrored = (bars: BarSeries, k: number): BarSeries => ({
  ...bars,
  open: bars.open.map((price) => k / price),
  high: bars.low.map((price) => k / price),
  low: bars.high.map((price) => k / price),
  close: bars.close.map((price) => k / price),
});

/** Bars that drift: log return = drift + noise, `drift` and `noise` a bar. */
function trend(seed: string, drift: number, noise: number, count: number): BarSeries {
  const random = createRandom(seed);
  let price = 100;
  const rows: BarRow[] = Array.from({ length: count }, (_, i) => {
    const open = price;
    price *= Math.exp(drift + noise * random.normal());
    const [high, low] = [Math.max(open, price) * 1.001, Math.min(open, price) * 0.999];
    return { openTimeMs: i * HOUR_MS, open, high, low, close: price, volume: 10 };
  });
  return seriesFromRows('BTC/USDT', HOUR_MS, rows);
}

const featuresAt = (bars: BarSeries, i = bars.close.length - 1): MarketFeatures =>
  marketFeatures(computeFeatureColumns(bars), i);
const adviceOf = (features: MarketFeatures) => rulesAnswer('advice', { symbol: 'BTC/USDT', features });

describe('mirrored prices', () => {
  it.each([1, 2, 3])('give the mirrored action with equal confidence at every bar, seed %i', (seed) => {
    const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 900, seed });
    const columns = [bars, mirrored(bars, 12_345.678)].map((one) => computeFeatureColumns(one));
    const seen = { buy: 0, sell: 0, hold: 0 };
    for (let i = 0; i < 900; i += 1) {
      const [there, back] = columns.map((one) => adviceOf(marketFeatures(one, i)));
      if (there === undefined || back === undefined) throw new Error('no advice');
      expect(back.action).toBe(MIRRORED[there.action]);
      expect(Math.abs(back.confidence - there.confidence)).toBeLessThan(1e-9);
      seen[there.action] += 1;
    }
    expect(Math.min(seen.buy, seen.sell, seen.hold)).toBeGreaterThan(20);
  });
});

describe('trends', () => {
  it.each([
    ['of 0.2 % a bar in noise of 1 %', 0.002, 0.01, 300],
    ['of 0.1 % a bar in noise of 0.4 %', 0.001, 0.004, 250],
    ['of 60 bars', 0.004, 0.008, 61],
    ['without any noise', 0.001, 0, 100],
  ])('at least 18 of 20 seeded ones get the right side: %s', (_what, drift, noise, count) => {
    let right = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const up = seed % 2 === 0;
      const { action } = adviceOf(featuresAt(trend(`trend ${seed}`, up ? drift : -drift, noise, count)));
      right += action === (up ? 'buy' : 'sell') ? 1 : 0;
    }
    expect(right).toBeGreaterThanOrEqual(18);
  });
});

/** The reader's own way: anything that looks like a number, and its decimals. */
function strangeNumbers(text: string, features: unknown): string[] {
  const figures = figuresIn(features);
  return [...text.matchAll(/-?\d+(?:\.(\d+))?/g)].flatMap(([found, decimals = '']) =>
    figures.some((figure) => Number(figure.toFixed(decimals.length)) === Number(found)) ? [] : [found],
  );
}

describe('the words', () => {
  it('carry numbers that are features to the printed digit, and no other', () => {
    let numbers = 0;
    for (const seed of [1, 2, 3, 4]) {
      const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 600, seed });
      const columns = computeFeatureColumns(bars);
      for (let i = 0; i < 600; i += 7) {
        const features = marketFeatures(columns, i);
        const variables = { symbol: 'BTC/USDT', features };
        const advice = rulesAnswer('advice', variables);
        const analysis = rulesAnswer('analysis', variables);
        const texts = [
          advice.rationale,
          ...advice.warnings,
          analysis.summary,
          ...analysis.risks,
          rulesAnswer('regime', variables).rationale,
        ];
        for (const text of texts) {
          numbers += numbersIn(text).length;
          expect(strangeNumbers(text, features)).toEqual([]);
          expect(numbersNotAmong(text, figuresIn(features))).toEqual([]);
        }
      }
    }
    expect(numbers).toBeGreaterThan(1_000);
  });

  it('print plain digits that read back as the figure, to six significant ones', () => {
    expect([0, -0, 65_432.123, -0.012_345_678, 1e9, 1.5, 1e-15].map(printFigure)).toEqual([
      '0',
      '0',
      '65432.1',
      '-0.0123457',
      '1000000000',
      '1.5',
      '0',
    ]);
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), (value) => {
        const text = printFigure(value);
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(Math.max(1e-12, Math.abs(value) * 5.1e-6));
        expect(numbersNotAmong(`it is ${text}; so`, [value])).toEqual([]);
      }),
      { numRuns: 5_000, seed: 7 },
    );
  });

  it('read numbers as people write them, and leave names, dates and versions alone', () => {
    expect(numbersIn('EMA20 of 1,234.5, -3.2 %, −7 and 5e-3 on 2024-01-02 at 10:30').map(({ value }) => value)).toEqual(
      [1_234.5, -0.032, -7, 0.005],
    );
    expect(numbersNotAmong('a drawdown of 12.3 % and 41 trades', [-0.1234, 42])).toEqual(['41']);
    expect(numbersIn('5-10 trades').map(({ value }) => value)).toEqual([5, 10]);
  });
});

describe('every contract', () => {
  const bars = trend('all', 0.002, 0.01, 300);
  const features = featuresAt(bars);
  const variables = {
    symbol: 'BTC/USDT',
    features,
    heldSide: -1,
    rows: [features],
    report: { returnFraction: 0.1234, sharpe: 1.2, tradeCount: 42, finalEquity: '11234' },
    ruleIds: ['stopRequired'],
    knowledge: { passages: [{ documentId: 'trend', passage: 'Trends last.' }] },
  };
  const context = {
    symbols: ['BTC/USDT'],
    lastPrices: { 'BTC/USDT': features.close },
    positionFractionMax: 0.1,
    heldSide: -1 as const,
    figures: figuresIn(variables.report),
    documentIds: ['trend'],
    ruleIds: ['stopRequired'],
  };

  it.each(CONTRACT_NAMES)('%s has an answer that passes it like any model’s, the same each time', (name) => {
    const answer = rulesAnswer(name, variables);
    expect(parseAnswer(name, { text: JSON.stringify(answer), stop: 'end' }, context)).toEqual({
      ok: true,
      value: answer,
      textsCut: [],
    });
    expect(rulesAnswer(name, variables)).toEqual(answer);
  });

  it.each(CONTRACT_NAMES)('%s has an honest answer where nothing is known', (name) => {
    const answer = rulesAnswer(name, { symbol: 'BTC/USDT' });
    expect(CONTRACTS[name].schema.safeParse(answer).success).toBe(true);
    if ('confidence' in answer) expect(answer.confidence).toBe(0);
  });

  it('closes a short position in a rise and leaves a long one', () => {
    expect(rulesAnswer('exitPlan', variables).action).toBe('close');
    expect(rulesAnswer('exitPlan', { ...variables, heldSide: 1 }).action).not.toBe('close');
  });
});
