import { expect, it } from 'vitest';
import { createExactTexts } from '../../../domain/market/exact-texts.ts';

it('gives back each of many texts by its key, and nothing for other keys', () => {
  const texts = createExactTexts();
  const textOf = (i: number) => `0.${String(i).padStart(3 + (i % 50), '7')}`;
  for (let i = 0; i < 20_000; i += 1) texts.push(3 * i + 2, textOf(i));
  expect(texts.count()).toBe(20_000);
  for (const i of [0, 1, 8_191, 8_192, 8_193, 16_384, 19_999]) expect(texts.get(3 * i + 2)).toBe(textOf(i));
  for (const key of [-1, 0, 1, 3, 24_577, 59_998, 60_000, Number.NaN]) expect(texts.get(key)).toBeUndefined();
  expect(createExactTexts().get(1)).toBeUndefined();
});

it('takes keys in rising order only', () => {
  const texts = createExactTexts();
  texts.push(5, '1');
  expect(() => texts.push(5, '2')).toThrow(RangeError);
});
