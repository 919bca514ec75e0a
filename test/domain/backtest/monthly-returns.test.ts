import { describe, expect, it } from 'vitest';
import { monthlyReturns } from '../../../domain/backtest/monthly-returns.ts';

const at = (text: string, wealth: number): [number, number] => [Date.parse(text), wealth];
const empty = (): (number | null)[] => Array.from({ length: 12 }, () => null);

describe('returns by month', () => {
  it('compare the last close of a month with the last before it, and those of a year alike', () => {
    const years = monthlyReturns(
      [
        at('2023-11-15T00:00Z', 110),
        at('2023-11-30T00:00Z', 120),
        at('2023-12-31T00:00Z', 90),
        at('2024-02-10T00:00Z', 99),
      ],
      100,
    );
    const [before, after] = [empty(), empty()];
    before[10] = 120 / 100 - 1;
    before[11] = 90 / 120 - 1;
    after[1] = 99 / 90 - 1;
    expect(years).toEqual([
      { year: 2023, months: before, returnFraction: 90 / 100 - 1 },
      { year: 2024, months: after, returnFraction: 99 / 90 - 1 },
    ]);
  });

  it('count a close at midnight to the month that ends with it', () => {
    const [year] = monthlyReturns([at('2024-02-01T00:00Z', 110)], 100);
    expect(year?.months.slice(0, 2)).toEqual([110 / 100 - 1, null]);
  });

  it('multiply up to the whole', () => {
    const equity = Array.from({ length: 700 }, (_, k) =>
      at(new Date(Date.UTC(2020, 0, 2 + k)).toISOString(), 100 + (k % 37)),
    );
    const years = monthlyReturns(equity, 100);
    const months = years.flatMap((one) => one.months).reduce<number>((wealth, one) => wealth * (1 + (one ?? 0)), 100);
    expect(months).toBeCloseTo(equity.at(-1)?.[1] ?? 0, 9);
    const whole = years.reduce((wealth, one) => wealth * (1 + (one.returnFraction ?? 0)), 100);
    expect(whole).toBeCloseTo(equity.at(-1)?.[1] ?? 0, 9);
  });

  it('say nothing where wealth was gone, and nothing at all without closes', () => {
    const [year] = monthlyReturns([at('2024-01-10T00:00Z', 0), at('2024-02-10T00:00Z', 5)], 100);
    expect(year?.months.slice(0, 2)).toEqual([-1, null]);
    expect(monthlyReturns([], 100)).toEqual([]);
  });
});
