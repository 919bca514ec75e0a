/** Probabilistic and deflated Sharpe against the worked examples of Bailey and López de Prado. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSharpe, sampleMoments } from '../../../../domain/learning/honesty/sample-moments.ts';
import {
  deflatedSharpe,
  effectiveTrials,
  expectedMaximum,
  minimumBacktestYears,
  minimumBacktestYearsBound,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeStandardError,
} from '../../../../domain/learning/honesty/sharpe-significance.ts';
import { createRandom } from '../../../../domain/market/random.ts';
import { fixtureJson } from '../golden-json.ts';

type Row = Readonly<Record<string, number>>;
const golden = fixtureJson<Readonly<Record<string, Row[]>>>('sharpe_psr_dsr.json');
const rows = (name: string): Row[] => golden[name] ?? [];
const at = (row: Row, name: string): number => row[name] ?? Number.NaN;
const measured = (row: Row, sharpe = at(row, 'sr')) => ({
  sharpe,
  count: at(row, 'n'),
  skewness: at(row, 'skew'),
  kurtosis: at(row, 'kurt'),
});

describe('the worked examples', () => {
  it.each(rows('psr'))('PSR of $sr over $n is $value', (row) => {
    expect(probabilisticSharpe(measured(row), at(row, 'sr_benchmark'))).toBeCloseTo(at(row, 'value'), 12);
  });

  it.each(rows('sr_std'))('the standard error of $sr is $value', (row) => {
    expect(sharpeStandardError(measured(row))).toBeCloseTo(at(row, 'value'), 12);
  });

  it.each(rows('min_trl'))('$sr against $sr_benchmark takes $value_obs observations', (row) => {
    const needed = minimumTrackRecord(measured(row), at(row, 'sr_benchmark'), at(row, 'prob'));
    expect(needed).toBeCloseTo(at(row, 'value_obs'), 8);
  });

  it.each(rows('expected_max'))('the best of $N trials without skill has $value deviations', (row) => {
    expect(expectedMaximum(at(row, 'N'))).toBeCloseTo(at(row, 'value'), 10);
  });

  it.each(rows('dsr'))('DSR of $sr_annual a year, the best of $trials: $value', (row) => {
    const periods = at(row, 'periods');
    const sharpe = at(row, 'sr_annual') / Math.sqrt(periods);
    const found = deflatedSharpe(measured(row, sharpe), at(row, 'trials'), at(row, 'var_sr_annual') / periods);
    expect(found.probability).toBeCloseTo(at(row, 'value'), 10);
    if (row.sr0_daily !== undefined) expect(found.luckySharpe).toBeCloseTo(row.sr0_daily, 12);
  });

  it.each(rows('min_btl'))('$trials trials reach a yearly $target_annual_sr within $value years', (row) => {
    expect(minimumBacktestYears(at(row, 'trials'), 1)).toBeCloseTo(at(row, 'value'), 10);
    expect(minimumBacktestYearsBound(at(row, 'trials'), 1)).toBeCloseTo(at(row, 'bound'), 10);
  });
});

describe('significance', () => {
  const normal = { sharpe: 0.1, count: 100, skewness: 0, kurtosis: 3 };

  it('grows with the record and falls with the number of trials', () => {
    const deflated = (trials: number) => deflatedSharpe(normal, trials, 0.01).probability ?? Number.NaN;
    expect(probabilisticSharpe({ ...normal, count: 400 })).toBeGreaterThan(probabilisticSharpe(normal) ?? 1);
    // Trials that hang together count as little more than one.
    const all = [1, 1.0001, 1.1, 1.5, 2, 10, 1_000, 1_000_000].map(deflated);
    expect(all.toSorted((a, b) => b - a)).toEqual(all);
    expect(deflated(1)).toBe(probabilisticSharpe(normal));
  });

  it('is null for one observation, an impossible shape, or a Sharpe that no record can prove', () => {
    expect(probabilisticSharpe({ ...normal, count: 1 })).toBeNull();
    expect(sharpeStandardError({ sharpe: 2, count: 10, skewness: 3, kurtosis: 1 })).toBeNull();
    expect(minimumTrackRecord(normal, 0.1)).toBeNull();
    expect(minimumTrackRecord({ ...normal, sharpe: -1 })).toBeNull();
  });

  it('refuses less than one trial and a negative variance', () => {
    expect(() => expectedMaximum(0)).toThrow(RangeError);
    expect(() => deflatedSharpe(normal, 10, -1)).toThrow(RangeError);
    expect(() => minimumBacktestYears(10, 0)).toThrow(RangeError);
  });

  it('counts trials that are alike as one, and independent ones in full', () => {
    expect([effectiveTrials(100, 1), effectiveTrials(100, 0), effectiveTrials(101, 0.5)]).toEqual([1, 100, 51]);
  });

  it('needs exactly its minimum record to reach the probability', () => {
    const sharpes = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(sharpes, fc.double({ min: -1, max: 1, noNaN: true }), (sharpe, skewness) => {
        const shape = { sharpe, skewness, kurtosis: 4 };
        const count = minimumTrackRecord(shape, 0, 0.9) ?? Number.NaN;
        fc.pre(count >= 2);
        expect(probabilisticSharpe({ ...shape, count })).toBeCloseTo(0.9, 9);
      }),
    );
  });

  it('lets about one of twenty skill-less records pass at 95 %', () => {
    let passed = 0;
    for (let record = 0; record < 400; record += 1) {
      const random = createRandom(`psr:${record}`);
      const moments = sampleMoments(Float64Array.from({ length: 250 }, () => random.studentT5()));
      if (moments === null) throw new Error('no moments');
      const sharpe = moments.mean / moments.deviation;
      if ((probabilisticSharpe({ ...moments, sharpe }) ?? 0) > 0.95) passed += 1;
    }
    expect(passed).toBeGreaterThan(8);
    expect(passed).toBeLessThan(34);
  });
});

describe('sampleMoments', () => {
  it('is that of 1, 2, 3, 10 by hand: mean 4, deviation √(50/3), skewness 180/4 / 12.5^1.5', () => {
    const moments = sampleMoments([1, 2, 3, 10]);
    expect(moments).toMatchObject({ count: 4, mean: 4, deviation: expect.closeTo(Math.sqrt(50 / 3), 12) });
    expect(moments?.skewness).toBeCloseTo(45 / 12.5 ** 1.5, 12);
    expect(moments?.kurtosis).toBeCloseTo((81 + 16 + 1 + 1296) / 4 / 12.5 ** 2, 12);
  });

  it('states what it gives without values and without spread', () => {
    expect([sampleMoments([]), sampleMoments([1])]).toEqual([null, null]);
    expect(sampleMoments([0.1, 0.1, 0.1])).toMatchObject({ deviation: 0, skewness: 0, kurtosis: 3 });
    expect([plainSharpe([]), plainSharpe([0, 0, 0])]).toEqual([0, 0]);
    expect(plainSharpe([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  });
});
