/** `calc pairs` and `calc crossVenue`: the functions that sessions of two legs decide by. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calculationNamed } from '../../scripts/lib/calc/catalogue.ts';
import { independentWalks, tiedWalks } from '../domain/signals/pair-prices.ts';
import { codesOf } from '../problems-of.ts';

const fields = z.record(z.string(), z.unknown());
const run = (name: string, document: unknown) => fields.parse(calculationNamed(name).run(document));
const refusal = (name: string, document: unknown): string[] => codesOf(() => run(name, document));

const listed = ({ a, b }: { a: Float64Array; b: Float64Array }) => ({ a: [...a], b: [...b] });

describe('pairs', () => {
  it('finds the hedge ratio, the tie, and both legs beyond |z| 2', () => {
    const prices = listed(tiedWalks(3, 400, 1.7, 0.5));
    const found = run('pairs', prices);
    expect(Number(found.hedgeRatio)).toBeCloseTo(1.7, 1);
    expect(found).toMatchObject({ cointegrated: true, lookback: 250, noDecision: null });
    const dear = prices.b.with(-1, (prices.b.at(-1) as number) + 1.6 - Number(found.z) * 0.55);
    const far = run('pairs', { ...prices, b: dear });
    expect(Number(far.z)).toBeGreaterThan(2);
    expect(far.actions).toEqual({ a: 'buy', b: 'sell' });
    const cheap = run('pairs', {
      ...prices,
      b: prices.b.with(-1, (prices.b.at(-1) as number) - 1.6 - Number(found.z) * 0.55),
    });
    expect(cheap.actions).toEqual({ a: 'sell', b: 'buy' });
  });

  it('has no action for walks that are not tied, and takes decimal strings as well', () => {
    const { a, b } = listed(independentWalks(1, 250));
    const found = run('pairs', { a: a.map((price) => price.toFixed(6)), b });
    expect(found).toMatchObject({
      cointegrated: false,
      noDecision: 'NOT_COINTEGRATED',
      actions: { a: 'hold', b: 'hold' },
    });
  });

  it('refuses series that do not go together, and thresholds out of order', () => {
    const { a, b } = listed(tiedWalks(3, 100));
    expect(refusal('pairs', { a, b: b.slice(1) })).toEqual(['INPUT_ITEMS b']);
    expect(refusal('pairs', { a, b, lookback: 250 })).toEqual(['INPUT_ITEMS a']);
    expect(refusal('pairs', { a, b, exitZ: 3, stopZ: 1 })).toEqual(['INPUT_RANGE exitZ', 'INPUT_RANGE stopZ']);
    expect(run('pairs', { a, b })).toMatchObject({ lookback: 100 });
  });
});

describe('crossVenue', () => {
  const leg = { commissionBps: 7, halfSpreadBps: 1, slippageBps: 2 };
  const asked = (second: number) => run('crossVenue', { first: '100', second, firstCosts: leg, secondCosts: leg });

  it('30 bp apart with 10 bp a side leaves 10 and trades; 15 bp apart does not', () => {
    expect(asked(100.3)).toMatchObject({ costBps: 20, actions: { first: 'buy', second: 'sell' } });
    expect(Number(asked(100.3).edgeBps)).toBeCloseTo(10, 1);
    expect(asked(99.7).actions).toEqual({ first: 'sell', second: 'buy' });
    expect(asked(100.15).actions).toEqual({ first: 'hold', second: 'hold' });
    expect(Number(asked(100.15).edgeBps)).toBeCloseTo(-5, 1);
  });
});
