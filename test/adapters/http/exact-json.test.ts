/** Reading JSON without losing a digit, against JSON.parse as the judge of what JSON is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExactValue, InexactJson, parseExactJson } from '../../../adapters/http/exact-json.ts';

/** What JSON.parse gives for the same text, with our texts of numbers made numbers. */
function likeLanguage(value: ExactValue, original: unknown): unknown {
  if (typeof original === 'number') return Number(value);
  if (Array.isArray(value) && Array.isArray(original)) return value.map((one, i) => likeLanguage(one, original[i]));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const known = new Map(Object.entries(original ?? {}));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, likeLanguage(one, known.get(key))]));
}

describe('exact JSON', () => {
  it('keeps every number as the text that stood there', () => {
    const text = '{"id":8389766145050669870,"qty":0.10,"big":1e400,"list":[-0,12345678901234567890.5]}';
    expect({ ...(parseExactJson(text) as object) }).toEqual({
      id: '8389766145050669870',
      qty: '0.10',
      big: '1e400',
      list: ['-0', '12345678901234567890.5'],
    });
  });

  it('gives what the language gives, for any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const parsed: unknown = JSON.parse(text);
        expect(likeLanguage(parseExactJson(text), parsed)).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses what the language refuses, for any cut and any changed sign', () => {
    const texts = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(texts, fc.nat(), fc.string({ maxLength: 2 }), (text, at, sign) => {
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + sign + text.slice(place + 1);
        const judge = (read: (text: string) => unknown): boolean => {
          try {
            read(changed);
            return true;
          } catch {
            return false;
          }
        };
        const ours = judge(parseExactJson);
        // Stricter only about a key that stands twice.
        if (ours) expect(judge(JSON.parse)).toBe(true);
        else if (judge(JSON.parse)) expect(() => parseExactJson(changed)).toThrow(/twice/);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
    'Infinity',
    "'a'",
    '{"a":1,}',
    '[1,]',
    '"\n"',
    '"\\x"',
    '{"a":1',
    '1 2',
    '\u00a01',
  ])('refuses %j', (text) => {
    expect(() => parseExactJson(text)).toThrow(InexactJson);
  });

  it('refuses a key that stands twice', () => {
    expect(() => parseExactJson('{"qty":1,"qty":1000000}')).toThrow('a key stands twice at position 9');
  });

  it('takes __proto__ for a key and changes no prototype', () => {
    const value = parseExactJson('{"__proto__":{"isLive":true},"constructor":1}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect((value as { isLive?: unknown }).isLive).toBeUndefined();
  });

  it('stops at 32 levels, whatever comes', () => {
    expect(parseExactJson('['.repeat(32) + ']'.repeat(32))).toBeInstanceOf(Array);
    expect(() => parseExactJson('['.repeat(33) + ']'.repeat(33))).toThrow('deeper than 32 levels');
    expect(() => parseExactJson('['.repeat(200_000))).toThrow('deeper than 32 levels');
  });

  it('reads a megabyte in a moment', () => {
    const text = JSON.stringify({ long: 'x'.repeat(900_000), list: Array.from({ length: 20_000 }, (_, i) => i) });
    const startedAtMs = performance.now();
    parseExactJson(text);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });
});
