/** What holds of risk whatever the numbers: it scales, it shifts, parts sum, the score only rises with its figures. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { componentLosses, type MeasuredHolding } from '../../../../domain/officers/risk/component-loss.ts';
import { LOSS_OPTIONS, type LossMeasures, measureLosses } from '../../../../domain/officers/risk/measure-losses.ts';
import { type RiskFigures, riskParts, riskScore } from '../../../../domain/officers/risk/risk-score.ts';
import { itHolds } from '../../../properties/property.ts';

const RUNS = 300;
/** Odd powers of even numbers: from no tails at all to heavy ones. */
const returnsOf = (length: { minLength: number; maxLength: number }) =>
  fc
    .tuple(fc.array(fc.integer({ min: -999, max: 1_000 }), length), fc.constantFrom(1, 3, 5))
    .map(([whole, power]) => whole.map((value) => 0.1 * (value / 1_000) ** power));

type Measure = (returns: readonly number[]) => LossMeasures;
const options = { ...LOSS_OPTIONS, levels: [0.95, 0.99], exceedancesMin: 10 };
const METHODS = ['historical', 'gaussian', 'cornishFisher', 'evt', 'ewma'] as const;
const isNear = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= 1e-8 * scale;

itHolds<Measure, { returns: number[]; factor: number; shift: number }, 'cornishFisher' | 'refused' | 'evt'>({
  name: 'losses scale with the returns, shift against them, and are worse on average than at the edge',
  cases: fc.record({
    returns: returnsOf({ minLength: 101, maxLength: 130 }),
    factor: fc.integer({ min: 1, max: 900 }).map((value) => value / 37),
    shift: fc.integer({ min: -100, max: 100 }).map((value) => value / 1_700),
  }),
  holds: (measure, { returns, factor, shift }, mark) => {
    const [plain, scaled, shifted] = [
      measure(returns),
      measure(returns.map((value) => value * factor)),
      measure(returns.map((value) => value + shift)),
    ];
    mark(plain.var.cornishFisher['0.95'] === null ? 'refused' : 'cornishFisher');
    if (typeof plain.var.evt['0.99'] === 'number') mark('evt');
    for (const method of METHODS) {
      for (const level of ['0.95', '0.99']) {
        const [loss, mean] = [plain.var[method][level] ?? null, plain.es[method][level] ?? null];
        const [largerLoss, movedLoss] = [scaled.var[method][level] ?? null, shifted.var[method][level] ?? null];
        expect([mean === null, largerLoss === null]).toEqual([loss === null, loss === null]);
        if (loss === null || mean === null || largerLoss === null) continue;
        expect(mean).toBeGreaterThanOrEqual(loss - 1e-15);
        expect(isNear(largerLoss, loss * factor, factor)).toBe(true);
        expect(isNear(scaled.es[method][level] ?? Number.NaN, mean * factor, factor)).toBe(true);
        // The weighted variance is about 0, not about the mean.
        if (method !== 'ewma') expect(isNear(movedLoss ?? Number.NaN, loss - shift, 1)).toBe(true);
      }
      const [near, far] = [plain.var[method]['0.95'] ?? null, plain.var[method]['0.99'] ?? null];
      if (near !== null && far !== null) expect(far).toBeGreaterThanOrEqual(near);
    }
  },
  kinds: ['cornishFisher', 'refused', 'evt'],
  subject: (returns) => measureLosses(returns, options),
  faults: {
    'a floor under small returns': (returns) =>
      measureLosses(
        returns.map((value) => (Math.abs(value) < 1e-4 ? 1e-4 : value)),
        options,
      ),
    'losses turned around': (returns) => {
      const measures = measureLosses(returns, options);
      return { ...measures, es: measures.var, var: measures.es };
    },
    'the level forgotten': (returns) => {
      const measures = measureLosses(returns, options);
      const { historical } = measures.var;
      return {
        ...measures,
        var: { ...measures.var, historical: { '0.95': historical['0.99'] ?? 0, '0.99': historical['0.95'] ?? 0 } },
      };
    },
  },
  runs: RUNS,
});

type Components = typeof componentLosses;

itHolds<Components, { fractions: number[]; returns: number[] }, 'hedge'>({
  name: 'the parts of the holdings sum to the whole, which is that of the portfolio',
  cases: fc.record({
    fractions: fc
      .array(fc.integer({ min: -100, max: 100 }), { minLength: 4, maxLength: 4 })
      .map((all) => all.map((one) => one / 100)),
    returns: returnsOf({ minLength: 80, maxLength: 80 }),
  }),
  holds: (components, { fractions, returns }, mark) => {
    const holdings: MeasuredHolding[] = fractions.map((fraction, k) => ({
      fraction,
      returns: returns.slice(20 * k, 20 * k + 20),
    }));
    const { total, components: parts } = components(holdings, 0.95);
    if (parts.some((one) => one.var < 0)) mark('hedge');
    const days = Array.from({ length: 20 }, (_none, day) =>
      holdings.reduce((sum, one) => sum + one.fraction * (one.returns[day] as number), 0),
    );
    const mean = days.reduce((sum, value) => sum + value, 0) / 20;
    const deviation = Math.sqrt(days.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19);
    const partsSum = parts.reduce((sum, one) => sum + one.var, 0);
    expect(isNear(partsSum, total.var, 1)).toBe(true);
    expect(isNear(partsSum, -mean + 1.6448536269514722 * deviation, 1)).toBe(true);
    expect(
      isNear(
        parts.reduce((sum, one) => sum + one.es, 0),
        -mean + 2.0627128075074257 * deviation,
        1,
      ),
    ).toBe(true);
  },
  kinds: ['hedge'],
  subject: componentLosses,
  faults: {
    'each holding alone': (holdings, level) => ({
      total: componentLosses(holdings, level).total,
      components: holdings.map((one) => componentLosses([one], level).total),
    }),
  },
  runs: RUNS,
});

const NAMES = [
  ...(['drawdownFraction', 'valueAtRisk', 'expectedShortfall', 'grossExposure'] as const),
  ...(['largestSymbolFraction', 'leverage', 'daysToLiquidate', 'dataAgeShare'] as const),
];
const figure = fc.option(fc.double({ min: 0, max: 10, noNaN: true }), { nil: null, freq: 6 });
const small = fc.oneof(figure, fc.double({ min: 0, max: 0.1, noNaN: true }));
const figures: fc.Arbitrary<RiskFigures> = fc.record({
  drawdownFraction: small,
  valueAtRisk: small,
  expectedShortfall: small,
  grossExposure: figure,
  largestSymbolFraction: small,
  leverage: figure,
  daysToLiquidate: figure,
  dataAgeShare: figure,
});

itHolds<
  (one: RiskFigures) => number,
  { before: RiskFigures; name: (typeof NAMES)[number]; more: number | null },
  'unknown' | 'higher'
>({
  name: 'the score stays in 0 to 100 and falls with none of its figures, nor when one is not known any more',
  cases: fc.record({
    before: figures,
    name: fc.constantFrom(...NAMES),
    more: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  holds: (score, { before, name, more }, mark) => {
    const known = before[name];
    const after = { ...before, [name]: known === null || more === null ? null : known + more };
    mark(after[name] === null ? 'unknown' : 'higher');
    const [low, high] = [score(before), score(after)];
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(100);
    expect(high).toBeGreaterThanOrEqual(low);
  },
  kinds: ['unknown', 'higher'],
  subject: (one) => riskScore(riskParts(one)),
  faults: {
    'what is not known counts as nothing': (one) =>
      riskScore(riskParts(Object.fromEntries(NAMES.map((name) => [name, one[name] ?? 0])) as RiskFigures)),
    'an exposure that helps': (one) => riskScore(riskParts({ ...one, grossExposure: 1 - (one.grossExposure ?? 0) })),
  },
  runs: 2_000,
});
