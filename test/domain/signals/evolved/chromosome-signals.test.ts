/** What genes mean, bar by bar, on prices one can follow; and that no gene ever looks ahead. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatureColumns } from '../../../../domain/features/feature-columns.ts';
import { kernels } from '../../../../domain/features/kernels.ts';
import { marketFeatures } from '../../../../domain/features/market-features.ts';
import { type BarSeries, sliceSeries } from '../../../../domain/market/bar-series.ts';
import { chromosomeSignals, closeAfterBars } from '../../../../domain/signals/evolved/chromosome-signals.ts';
import { chromosomeText, geneText } from '../../../../domain/signals/evolved/chromosome-text.ts';
import { columnKey, geneColumns } from '../../../../domain/signals/evolved/gene-columns.ts';
import { geneMask } from '../../../../domain/signals/evolved/gene-mask.ts';
import type { Chromosome, CompareGene, GeneIndicator, MarketGene } from '../../../../schemas/chromosome.ts';
import { barsFromCloses, randomBars } from '../../features/random-bars.ts';
import { PLAIN, randomChromosome } from '../../learning/genome/random-chromosome.ts';

const columnsOf = (bars: BarSeries) => geneColumns(bars, kernels('talib'));
const bits = (mask: Uint8Array): string => [...mask].join('');

/** The change of one bar against a threshold: easy to see in a list of closes. */
const change = (comparator: CompareGene['comparator'], threshold: number, lookback = 1): CompareGene => ({
  kind: 'compare',
  indicator: 'change',
  periods: [1],
  comparator,
  threshold,
  lookback,
});

describe('a comparison', () => {
  //                            +10 %  0   -10 %  +20 %  +10 %
  const bars = barsFromCloses([100, 110, 110, 99, 118.8, 130.68]);
  const mask = (gene: MarketGene): string => bits(geneMask(gene, columnsOf(bars)));

  it('above and below are strict, and unknown before the first change', () => {
    expect(mask(change('above', 0))).toBe('010011');
    expect(mask(change('below', 0))).toBe('000100');
    expect(mask(change('above', 0.15))).toBe('000010');
  });

  it('a cross is on the bar on which the side changes, and needs both sides to be known', () => {
    expect(mask(change('crossesAbove', 0))).toBe('000010');
    expect(mask(change('crossesBelow', 0.05))).toBe('001000');
    expect(mask(change('crossesBelow', 0))).toBe('000100');
    expect(mask(change('crossesAbove', -0.05))).toBe('000010');
  });

  it('with a lookback holds on for the bars after', () => {
    expect(mask(change('crossesBelow', 0.05, 2))).toBe('001100');
    expect(mask(change('below', 0, 3))).toBe('000111');
    expect(mask(change('above', 0, 20))).toBe('011111');
  });
});

describe('every indicator', () => {
  const bars = randomBars(400, 4);
  const [columns, features] = [columnsOf(bars), computeFeatureColumns(bars)];

  it.each([
    ['rsi', [14], features.rsi14],
    ['adx', [14], features.adx14],
    ['bollingerPosition', [20], features.bollingerPosition],
    ['volumeRatio', [20], features.volumeRatio20],
    ['atrRatio', [14], features.atrRatio],
    ['volatilityRatio', [20, 100], features.volatilityRatio],
    ['change', [20], features.momentum20],
  ] satisfies [GeneIndicator, number[], Float64Array][])(
    '%s of %o is the column of the features',
    (name, periods, wanted) => {
      expect(columns.indicator(name, periods)).toEqual(wanted);
      expect(columns.indicator(name, periods)).toBe(columns.indicator(name, periods));
    },
  );

  it('distances of averages and the histogram are fractions of price', () => {
    const i = 300;
    const { trend, momentum, close } = marketFeatures(features, i);
    expect(columns.indicator('closeToEma', [50])[i]).toBe(trend.ema50Distance);
    const [fast, slow] = [features.ema20[i] ?? 0, features.ema200[i] ?? 1];
    expect(columns.indicator('emaSpread', [20, 200])[i]).toBeCloseTo(fast / slow - 1, 14);
    expect(columns.indicator('macdHistogram', [12, 26, 9])[i]).toBeCloseTo((momentum.macdHistogram ?? 0) / close, 14);
  });

  it('regime and trend are those of the features at every bar, and never true before they are known', () => {
    const masks = (['bull', 'bear', 'sideways'] as const).map((is) => geneMask({ kind: 'regime', is }, columns));
    const trends = (['up', 'down', 'flat'] as const).map((is) => geneMask({ kind: 'trend', is }, columns));
    for (let i = 0; i < 400; i += 1) {
      const { regime, trend } = marketFeatures(features, i);
      expect(masks.map((mask) => mask[i])).toEqual(
        ['bull', 'bear', 'sideways'].map((is) => (regime.label === is ? 1 : 0)),
      );
      expect(trends.map((mask) => mask[i])).toEqual(
        ['up', 'down', 'flat'].map((is) => (trend.direction === is ? 1 : 0)),
      );
    }
  });

  it('is kept under a name that tells its periods', () => {
    expect(columnKey('emaSpread', [12, 26])).toBe('emaSpread(12,26)');
  });
});

describe('a chromosome', () => {
  const bars = barsFromCloses([100, 110, 110, 99, 118.8, 130.68]);
  const signals = (parts: Partial<Chromosome>) => {
    const found = chromosomeSignals({ ...PLAIN, entryLong: [], ...parts }, columnsOf(bars));
    return [bits(found.entryLong), bits(found.entryShort), bits(found.exit)];
  };
  const up = change('above', 0);
  const strong = change('above', 0.15);
  const down = change('below', 0);

  it('enters where all genes and filters hold, never with an empty list', () => {
    expect(signals({ entryLong: [up] })).toEqual(['010011', '000000', '000000']);
    expect(signals({ entryLong: [up, strong] })[0]).toBe('000010');
    expect(signals({ entryLong: [up], filter: [change('below', 0.15)] })[0]).toBe('010001');
    expect(signals({ filter: [up] })).toEqual(['000000', '000000', '000000']);
  });

  it('enters neither side where both fire, and none while an exit gene holds', () => {
    expect(signals({ entryLong: [up], entryShort: [strong] })).toEqual(['010001', '000000', '000000']);
    expect(signals({ entryLong: [up], exit: [strong, down] })).toEqual(['010001', '000000', '000110']);
    expect(signals({ entryShort: [down], exit: [{ kind: 'barsHeld', above: 1 }] })).toEqual([
      '000000',
      '000100',
      '000000',
    ]);
  });

  it('closes after the least of its limits: more than 6 bars is from the 7th on', () => {
    const exit = [
      { kind: 'barsHeld' as const, above: 6 },
      { kind: 'barsHeld' as const, above: 9 },
    ];
    expect(closeAfterBars(PLAIN)).toBeNull();
    expect(closeAfterBars({ ...PLAIN, exit })).toBe(7);
    expect(closeAfterBars({ ...PLAIN, exit, risk: { ...PLAIN.risk, maxHoldBars: 5 } })).toBe(5);
  });

  it('says the same of a bar whatever comes after it', () => {
    const all = randomBars(320, 9);
    const cases = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 210, max: 319 }));
    fc.assert(
      fc.property(cases, ([seed, cut]) => {
        const chromosome = randomChromosome(seed);
        const [whole, part] = [all, sliceSeries(all, 0, cut)].map((bars) =>
          chromosomeSignals(chromosome, columnsOf(bars)),
        );
        for (const name of ['entryLong', 'entryShort', 'exit'] as const) {
          expect(
            bits(part?.[name] ?? new Uint8Array()) === bits(whole?.[name].subarray(0, cut) ?? new Uint8Array()),
          ).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never wants both sides, nor a side while it wants out', () => {
    const columns = columnsOf(randomBars(300, 2));
    let entries = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const { entryLong, entryShort, exit } = chromosomeSignals(randomChromosome(seed), columns);
      for (let i = 0; i < 300; i += 1) {
        expect((entryLong[i] ?? 0) + (entryShort[i] ?? 0) + (exit[i] ?? 0)).toBeLessThanOrEqual(1);
        entries += (entryLong[i] ?? 0) + (entryShort[i] ?? 0);
      }
    }
    expect(entries).toBeGreaterThan(500);
  });
});

describe('in words', () => {
  it.each([
    [change('above', 0.05), 'change over 1 bar is above 5 %'],
    [{ ...change('crossesBelow', -0.02, 3), periods: [20] }, 'change over 20 bars crosses below -2 % within 3 bars'],
    [
      { ...change('crossesAbove', 0), indicator: 'emaSpread', periods: [12, 26] },
      'EMA(12) against EMA(26) crosses above 0 %',
    ],
    [
      { ...change('above', 1.5), indicator: 'volumeRatio', periods: [20] },
      'volume against its 20-bar mean is above 1.5 ×',
    ],
    [{ kind: 'regime', is: 'bear' }, 'regime is bear'],
    [{ kind: 'barsHeld', above: 1 }, 'held for more than 1 bar'],
  ] satisfies [Chromosome['exit'][number], string][])('%o', (gene, words) => {
    expect(geneText(gene)).toBe(words);
  });

  it('is one line a rule, and another text for another strategy', () => {
    expect(chromosomeText(PLAIN)).toBe(
      'long when RSI(14) is below 30\nrisk 10 % of equity, stop 2 ATR, no target, no limit of time',
    );
    const texts = Array.from({ length: 300 }, (_, seed) => chromosomeText(randomChromosome(seed)));
    expect(new Set(texts).size).toBe(300);
    expect(Math.max(...texts.map((text) => text.split('\n').length))).toBeLessThanOrEqual(5);
  });
});
