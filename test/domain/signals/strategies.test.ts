/** The built-in strategies at values a reader can check by hand: thresholds inclusive, exits, confidence, warm-up. */
import { describe, expect, it } from 'vitest';
import { kernels } from '../../../domain/features/kernels.ts';
import { parseStrategyParameters, strategyRules } from '../../../domain/signals/catalogue.ts';
import type { StrategySignal } from '../../../domain/signals/strategy.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { SINGLE_STRATEGY_TYPES, type SingleStrategyType, type StrategyType } from '../../../schemas/signals.ts';
import { barsFromCloses, constantBars, randomBars } from '../features/random-bars.ts';

/** The signal at the last bar. */
function lastSignal(type: SingleStrategyType, closes: readonly number[], raw: unknown = {}): StrategySignal {
  const rules = strategyRules(type);
  const bars = barsFromCloses(closes);
  const p = parseStrategyParameters(type, raw);
  return rules.signal({ i: closes.length - 1, bars, columns: rules.prepare(bars, p, kernels()), p });
}

/** The signal at a bar whose columns are given by hand. */
function signalOf(
  type: SingleStrategyType,
  columns: Record<string, number>,
  raw: unknown = {},
  close = 100,
): StrategySignal {
  const bars = barsFromCloses(Array.from({ length: 300 }, () => close));
  const made = Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name, new Float64Array(300).fill(value)]),
  );
  return strategyRules(type).signal({ i: 299, bars, columns: made, p: parseStrategyParameters(type, raw) });
}

const flat = (count: number, last: number): number[] => [...Array.from({ length: count - 1 }, () => 100), last];

describe('momentum', () => {
  it('wants long at exactly the threshold, with confidence 0.6', () => {
    expect(lastSignal('momentum', flat(21, 102))).toMatchObject({
      side: 1,
      exitLong: false,
      exitShort: true,
      confidence: 0.6,
    });
  });

  it('wants nothing just below the threshold', () => {
    expect(lastSignal('momentum', flat(21, 101.99))).toMatchObject({ side: 0, exitLong: false, confidence: 0 });
  });

  it('wants short at the mirrored threshold', () => {
    expect(lastSignal('momentum', flat(21, 100 / 1.0201))).toMatchObject({
      side: -1,
      exitLong: true,
      exitShort: false,
    });
  });

  it('leaves both sides when the price is where it was', () => {
    expect(lastSignal('momentum', flat(21, 100))).toMatchObject({ side: 0, exitLong: true, exitShort: true });
  });

  it('is certain at twice the threshold in logarithms: 100 to 104.04', () => {
    expect(lastSignal('momentum', flat(21, 103)).confidence).toBeCloseTo(
      0.6 + 0.4 * (Math.log(1.03) / Math.log(1.02) - 1),
      12,
    );
    expect(lastSignal('momentum', flat(21, 104.05)).confidence).toBe(1);
  });

  it('needs lookback + 1 bars and at least 15', () => {
    expect(lastSignal('momentum', flat(20, 150))).toMatchObject({ side: 0, confidence: 0 });
    expect(lastSignal('momentum', flat(14, 150), { lookback: 3 }).side).toBe(0);
    expect(lastSignal('momentum', flat(15, 150), { lookback: 3 }).side).toBe(1);
  });
});

describe('mean reversion', () => {
  // One price out of 20 equal ones: z = sqrt(19) = 4.3589 whatever its distance.
  it('buys a fall and sells a rise: one price out of line among twenty has z = sqrt(19)', () => {
    const z = Math.sqrt(19);
    const bought = lastSignal('meanReversion', flat(21, 99));
    expect(bought).toMatchObject({ side: 1, exitLong: false, exitShort: true });
    expect(bought.confidence).toBeCloseTo(0.6 + 0.2 * (z / 2 - 1), 9);
    expect(lastSignal('meanReversion', flat(21, 101))).toMatchObject({ side: -1, exitLong: true, exitShort: false });
  });

  it.each([
    [-2, 1, false, true],
    [-1.99, 0, false, true],
    [-0.5, 0, true, true],
    [-0.51, 0, false, true],
    [0.5, 0, true, true],
    [0.51, 0, true, false],
    [2, -1, true, false],
  ])('z %d gives side %d, out of a long: %s, out of a short: %s', (z, side, exitLong, exitShort) => {
    expect(signalOf('meanReversion', { z })).toMatchObject({ side, exitLong, exitShort });
  });

  it('is certain at three times the entry', () => {
    expect(signalOf('meanReversion', { z: -2 }).confidence).toBeCloseTo(0.6, 12);
    expect(signalOf('meanReversion', { z: -6 }).confidence).toBe(1);
  });

  it('holds, and closes nothing, when all prices of the window are equal, also after a move', () => {
    const held = { side: 0, exitLong: false, exitShort: false, confidence: 0 };
    expect(lastSignal('meanReversion', flat(40, 100))).toMatchObject(held);
    expect(lastSignal('meanReversion', [90.1, 130.7, ...Array.from({ length: 20 }, () => 0.1)])).toMatchObject(held);
  });
});

describe('crosses', () => {
  it.each(['smaCross', 'emaCross'] as const)('%s is long while fast is above slow and out when it is below', (type) => {
    const up = signalOf(type, { fast: 102, slow: 100 });
    expect(up).toMatchObject({ side: 1, exitLong: false, exitShort: true });
    expect(up.confidence).toBeCloseTo(0.6 + (0.4 * Math.log(1.02)) / 0.05, 12);
    const down = signalOf(type, { fast: 100, slow: 102 });
    expect(down).toMatchObject({ side: -1, exitLong: true, exitShort: false });
    expect(down.confidence).toBeCloseTo(up.confidence, 12);
    expect(signalOf(type, { fast: 100, slow: 100 })).toMatchObject({ side: 0, exitLong: false, exitShort: false });
    expect(signalOf(type, { fast: 200, slow: 100 }).confidence).toBe(1);
  });

  it('macdCross is long while the line is above its signal, also when both are negative', () => {
    const up = signalOf('macdCross', { line: -1, signal: -1.5 });
    expect(up).toMatchObject({ side: 1, exitShort: true });
    expect(up.confidence).toBeCloseTo(0.6 + (0.4 * 0.005) / 0.01, 12);
    expect(signalOf('macdCross', { line: -2, signal: -1.5 })).toMatchObject({ side: -1, exitLong: true });
  });

  it('a rising market is long, a falling one short, a flat one nothing', () => {
    const rising = Array.from({ length: 60 }, (_, i) => 100 * 1.01 ** i);
    for (const type of ['smaCross', 'emaCross'] as const) {
      expect(lastSignal(type, rising).side).toBe(1);
      expect(lastSignal(type, rising.toReversed()).side).toBe(-1);
      expect(
        lastSignal(
          type,
          Array.from({ length: 60 }, () => 0.1),
        ).side,
      ).toBe(0);
    }
    expect(
      lastSignal(
        'macdCross',
        Array.from({ length: 60 }, () => 0.1),
      ).side,
    ).toBe(0);
  });
});

describe('RSI reversal', () => {
  it.each([
    [30, 1, false, true, 0.6],
    [0, 1, false, true, 1],
    [30.01, 0, false, true, 0],
    [50, 0, true, true, 0],
    [69.99, 0, true, false, 0],
    [70, -1, true, false, 0.6],
    [85, -1, true, false, 0.8],
  ])(
    'RSI %d gives side %d, out of a long: %s, out of a short: %s, confidence %d',
    (rsi, side, exitLong, exitShort, c) => {
      const signal = signalOf('rsiReversal', { rsi });
      expect(signal).toMatchObject({ side, exitLong, exitShort });
      expect(signal.confidence).toBeCloseTo(c, 12);
    },
  );
});

describe('buy and hold', () => {
  it('is long with full confidence from the bar that has an ATR, and never out', () => {
    expect(lastSignal('buyAndHold', flat(14, 100)).side).toBe(0);
    expect(lastSignal('buyAndHold', flat(15, 1))).toMatchObject({
      side: 1,
      exitLong: false,
      exitShort: false,
      confidence: 1,
    });
  });
});

describe('the generic technical rule of hybrid', () => {
  const votes = (ema: number, histogram: number, rsi: number, adx: number) =>
    signalOf('hybrid', { ema20: 100 + ema, ema50: 100, histogram, rsi: 50 + rsi, adx });

  it.each([
    [1, 1, 1, 20, 1, 0.8],
    [1, 1, 1, 40, 1, 1],
    [1, 1, 0, 25, 1, 0.65],
    [1, 1, -1, 25, 0, 0],
    [1, 1, 1, 19.99, 0, 0],
    [-1, -1, -1, 20, -1, 0.8],
    [0, -1, -1, 25, -1, 0.65],
  ])('votes %d, %d, %d with ADX %d give side %d and confidence %d', (ema, histogram, rsi, adx, side, confidence) => {
    const signal = votes(ema, histogram, rsi, adx);
    expect(signal).toMatchObject({ side, exitLong: side === -1, exitShort: side === 1 });
    expect(signal.confidence).toBeCloseTo(confidence, 12);
  });

  it('needs 50 bars', () => {
    const rising = Array.from({ length: 50 }, (_, i) => 100 * 1.001 ** ((i * i) / 10));
    expect(lastSignal('hybrid', rising.slice(0, 49)).side).toBe(0);
    expect(lastSignal('hybrid', rising).side).toBe(1);
  });
});

describe('every strategy', () => {
  it.each(SINGLE_STRATEGY_TYPES)(
    '%s keeps confidence in 0 … 1, at least 0.6 for a wanted entry, and gives reasons',
    (type) => {
      const rules = strategyRules(type);
      const bars = randomBars(1_500, 21);
      const p = parseStrategyParameters(type, {});
      const columns = rules.prepare(bars, p, kernels());
      const sides = new Set<number>();
      for (let i = 0; i < 1_500; i += 1) {
        const { side, confidence, reasons } = rules.signal({ i, bars, columns, p });
        sides.add(side);
        expect(side === 0 ? confidence === 0 : confidence >= 0.6 - 1e-12 && confidence <= 1).toBe(true);
        expect(reasons.length).toBeGreaterThan(0);
        if (i + 1 < rules.warmupBars(p)) expect(side).toBe(0);
      }
      expect([...sides].toSorted()).toEqual(type === 'buyAndHold' ? [0, 1] : [-1, 0, 1]);
    },
  );

  it.each(SINGLE_STRATEGY_TYPES)('%s survives a market that never moves and one without bars', (type) => {
    const rules = strategyRules(type);
    const p = parseStrategyParameters(type, {});
    expect(() => rules.prepare(randomBars(0), p, kernels())).not.toThrow();
    const bars = constantBars(300);
    const signal = rules.signal({ i: 299, bars, columns: rules.prepare(bars, p, kernels()), p });
    expect(signal.side).toBe(type === 'buyAndHold' ? 1 : 0);
  });

  it('warm-ups are those of the trading rules', () => {
    const warmup = (type: SingleStrategyType, raw: unknown = {}) =>
      strategyRules(type).warmupBars(parseStrategyParameters(type, raw));
    expect(SINGLE_STRATEGY_TYPES.map((type) => [type, warmup(type)])).toEqual([
      ['momentum', 21],
      ['meanReversion', 21],
      ['smaCross', 30],
      ['emaCross', 26],
      ['macdCross', 34],
      ['rsiReversal', 15],
      ['buyAndHold', 15],
      ['hybrid', 50],
    ]);
    expect([warmup('momentum', { lookback: 5 }), warmup('meanReversion', { lookback: 100 })]).toEqual([15, 101]);
  });
});

describe('parameters', () => {
  it('have the defaults of the public face', () => {
    expect(parseStrategyParameters('momentum', {})).toEqual({ lookback: 20, threshold: 0.02 });
    expect(parseStrategyParameters('meanReversion', undefined)).toEqual({ lookback: 20, entryZ: 2, exitZ: 0.5 });
    expect(parseStrategyParameters('rsiReversal', { low: 20 })).toEqual({ period: 14, low: 20, high: 70 });
  });

  it('are refused with every mistake named', () => {
    const codes = (type: StrategyType, raw: unknown): string[] => {
      try {
        parseStrategyParameters(type, raw);
        return [];
      } catch (error) {
        return error instanceof InvalidInput
          ? error.problems.map(({ code, path }) => `${code} ${path}`).toSorted()
          : [];
      }
    };
    expect(codes('momentum', { lookback: 0, treshold: 0.1, threshold: 2 })).toEqual([
      'INPUT_RANGE lookback',
      'INPUT_RANGE threshold',
      'INPUT_UNKNOWN_FIELD treshold',
    ]);
    expect(codes('smaCross', { fast: 30, slow: 10 })).toEqual(['INPUT_RANGE fast']);
    expect(codes('buyAndHold', { any: 1 })).toEqual(['INPUT_UNKNOWN_FIELD any']);
  });
});
