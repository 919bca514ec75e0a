import { describe, expect, it } from 'vitest';
import { decimalText, roundMoney, toDecimal } from '../../../domain/decimal.ts';
import { moneyText } from '../../../domain/engine/money-text.ts';
import { createRandom } from '../../../domain/market/random.ts';

const asTheBooks = (amount: number): string => decimalText(roundMoney(toDecimal(amount)));

describe('the text of an amount of money', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [10_000, '10000'],
    [100.5, '100.5'],
    [0.1 + 0.2, '0.3'],
    [-0.000_000_001, '0'],
    [-0.000_000_004_999, '0'],
    [1.123_456_785, '1.12345678'],
    [1.123_456_775, '1.12345678'],
    [0.000_000_005, '0'],
    [0.000_000_015, '0.00000002'],
    [12_345.999_999_999, '12346'],
    [123_456_789_012.123_46, '123456789012.12346'],
    [1e21, '1000000000000000000000'],
  ])('of %d is %s: eight decimals, half to even, no exponent, no zeros behind', (amount, text) => {
    expect(moneyText(amount)).toBe(text);
  });

  it('is what the books write, for any amount', () => {
    const random = createRandom('money-text');
    for (let k = 0; k < 20_000; k += 1) {
      const size = 10 ** Math.floor(random.uniform() * 16 - 5);
      const wild = (random.uniform() - 0.5) * size;
      const tie = Math.round(wild * 1e8) / 1e8 + 5e-9;
      for (const amount of [wild, tie, Math.round(wild * 100) / 100])
        expect(moneyText(amount)).toBe(asTheBooks(amount));
    }
  });
});
