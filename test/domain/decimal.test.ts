import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareToDecimal,
  Decimal,
  decimalText,
  floorToStep,
  roundMoney,
  roundPrice,
  toDecimal,
} from '../../domain/decimal.ts';
import { DECIMAL_PATTERN } from '../../schemas/decimal.ts';

const plain = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, scale]) => new Decimal(digits.toString()).div(new Decimal(10).pow(scale)));

describe('exact decimals', () => {
  it('reads a tenth as a tenth, and keeps 20 digits and eight decimals', () => {
    expect(toDecimal(0.1).plus(toDecimal(0.2)).toString()).toBe('0.3');
    expect(decimalText(toDecimal('12345678901234567890.00000001'))).toBe('12345678901234567890.00000001');
  });

  it('prints without exponent, without trailing zeros, and zero without sign', () => {
    expect(decimalText(toDecimal('1e-8'))).toBe('0.00000001');
    expect(decimalText(toDecimal(1e21))).toBe('1000000000000000000000');
    expect(decimalText(toDecimal('1.500'))).toBe('1.5');
    expect(decimalText(toDecimal(-0))).toBe('0');
    expect(`${toDecimal('0.00000001')}`).toBe('0.00000001');
  });

  it('refuses what is not a finite number', () => {
    for (const bad of ['', 'abc', '1,5', 'NaN', 'Infinity']) expect(() => toDecimal(bad)).toThrow(RangeError);
    expect(() => toDecimal(Number.NaN)).toThrow(RangeError);
  });

  it('rounds money half to even at 8 decimals', () => {
    expect(decimalText(roundMoney(toDecimal('0.000000005')))).toBe('0');
    expect(decimalText(roundMoney(toDecimal('0.000000015')))).toBe('0.00000002');
    expect(decimalText(roundMoney(toDecimal('-0.000000025')))).toBe('-0.00000002');
  });

  it('keeps a basis point of a tiny price', () => {
    expect(decimalText(roundPrice(toDecimal('100.123456785')))).toBe('100.12345678');
    expect(decimalText(roundPrice(toDecimal('0.00000712').times('1.0003')))).toBe('0.000007122136');
  });

  it('rounds a quantity down to its step, towards zero', () => {
    expect(decimalText(floorToStep(toDecimal('1.99999999999'), toDecimal('0.00000001')))).toBe('1.99999999');
    expect(decimalText(floorToStep(toDecimal('-7'), toDecimal('2')))).toBe('-6');
    expect(decimalText(floorToStep(toDecimal('1'), toDecimal('0.3')))).toBe('0.9');
    expect(() => floorToStep(toDecimal(1), toDecimal(0))).toThrow(RangeError);
  });

  it('reads back what it prints, in the shape of the schemas', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const text = decimalText(value);
        return toDecimal(text).eq(value) && DECIMAL_PATTERN.test(text);
      }),
    );
  });

  it('compares a double with a decimal as if both were exact', () => {
    const near = fc.tuple(fc.double({ min: 0.001, max: 1e6, noNaN: true }), fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(near, ([value, nudge]) => {
        const decimal = toDecimal(value).plus(new Decimal(nudge).times('1e-18'));
        return Math.sign(compareToDecimal(value, decimalText(decimal))) === toDecimal(value).comparedTo(decimal);
      }),
    );
  });
});
