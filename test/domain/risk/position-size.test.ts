/** Sizes worked out by hand. Equity 100,000 USD unless told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, toDecimal } from '../../../domain/decimal.ts';
import { type SizeInput, sizeOf } from '../../../domain/risk/position-size.ts';

const input = (over: Partial<SizeInput> = {}): SizeInput => ({
  sizeFraction: 0.1,
  positionFractionMax: 0.08,
  stopDistanceFraction: 0.02,
  agreement: 1,
  allocationWeight: 1,
  equity: toDecimal('100000'),
  price: toDecimal('40000'),
  quantityStep: toDecimal('0.00000001'),
  ...over,
});
const sizeText = (over: Partial<SizeInput>) => {
  const { sizeFraction, quantity } = sizeOf(input(over));
  return [sizeFraction, quantity.toFixed()];
};

describe('the size of a position', () => {
  it('is the mode’s fraction where that is the smallest: 8,000 USD at 40,000', () => {
    expect(sizeText({})).toEqual([0.08, '0.2']);
  });

  it('is the strategy’s own size where that is the smallest', () => {
    expect(sizeText({ sizeFraction: 0.05 })).toEqual([0.05, '0.125']);
  });

  it('risks half a percent of equity at a wide stop: 0.005 / 0.1 = 0.05', () => {
    expect(sizeText({ stopDistanceFraction: 0.1 })).toEqual([0.05, '0.125']);
  });

  it('shrinks with disagreement and with a small allocation', () => {
    expect(sizeText({ agreement: 0.75, allocationWeight: 0.5 })).toEqual([0.03, '0.075']);
  });

  it('is rounded down to the step', () => {
    expect(sizeText({ price: toDecimal('30000') })).toEqual([0.08, '0.26666666']);
    expect(sizeText({ price: toDecimal('30000'), quantityStep: toDecimal('1') })).toEqual([0.08, '0']);
  });

  it('is nothing when an input is out of its range or no number', () => {
    const broken: Partial<SizeInput>[] = [
      { stopDistanceFraction: 0 },
      { stopDistanceFraction: Number.NaN },
      { agreement: Number.NaN },
      { agreement: 1.01 },
      { allocationWeight: -0.1 },
      { sizeFraction: 0 },
      { positionFractionMax: 0 },
      { equity: new Decimal(Number.NaN) },
      { equity: toDecimal('-5') },
      { price: toDecimal('0') },
      { price: new Decimal(Number.NaN) },
    ];
    for (const over of broken) expect(sizeText(over)).toEqual([0, '0']);
  });

  it('never costs more than its fraction of equity, and never a step less than it could', () => {
    const cents = fc.integer({ min: 1, max: 10_000_000_000 });
    const fraction = fc.double({ min: 0.000_1, max: 1, noNaN: true });
    fc.assert(
      fc.property(cents, cents, fraction, fraction, (equityCents, priceCents, strategy, agreement) => {
        const equity = new Decimal(equityCents).div(100);
        const price = new Decimal(priceCents).div(100);
        const size = sizeOf(input({ equity, price, sizeFraction: strategy, agreement }));
        const budget = equity.times(size.sizeFraction);
        expect(size.sizeFraction).toBeLessThanOrEqual(Math.min(0.08, strategy));
        expect(size.quantity.times(price).lte(budget)).toBe(true);
        expect(size.quantity.plus('0.00000001').times(price).gt(budget)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
