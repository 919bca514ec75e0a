/** One spelling for equal content: sorted keys, no white space, nothing lost on the way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';

describe('canonicalJson', () => {
  it('prints keys in the order of their code units, at every level, without white space', () => {
    expect(canonicalJson({ b: 1, a: { z: [], Z: null }, 10: true, 9: 'x' })).toBe(
      '{"10":true,"9":"x","a":{"Z":null,"z":[]},"b":1}',
    );
  });

  it('prints minus zero as 0 and leaves out a key whose value is undefined', () => {
    expect(canonicalJson({ a: -0, b: undefined })).toBe('{"a":0}');
  });

  it('takes objects without a prototype, as parsers make them', () => {
    const bare: unknown = Object.assign(Object.create(null), { b: 2, a: 1 });
    expect(canonicalJson(bare)).toBe('{"a":1,"b":2}');
  });

  it.each([
    ['NaN', { pnl: Number.NaN }, '$.pnl: NaN has no canonical JSON'],
    ['Infinity', [1, Number.POSITIVE_INFINITY], '$[1]: Infinity has no canonical JSON'],
    ['undefined in a list', { bars: [undefined] }, '$.bars[0]: undefined has no canonical JSON'],
    ['a hole in a list', new Array(1), '$[0]: undefined has no canonical JSON'],
    ['a date', { at: new Date(0) }, '$.at: Date has no canonical JSON'],
    ['a map, which JSON would print as {}', new Map([['a', 1]]), '$: Map has no canonical JSON'],
    ['a typed array', new Float64Array(1), '$: Float64Array has no canonical JSON'],
    ['a bigint', 1n, '$: bigint has no canonical JSON'],
    ['a function', { f: () => 1 }, '$.f: function has no canonical JSON'],
  ])('refuses %s and says where', (_name, value, message) => {
    expect(() => canonicalJson(value)).toThrow(new TypeError(message));
  });

  it('refuses a value that holds itself instead of running for ever', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => canonicalJson(loop)).toThrow(/nested deeper than 200 levels/);
  });

  it('reads back as the same data, whatever the order in which keys were written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

/** The same data with the keys of every object written in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe('sha256Hex', () => {
  it('equals the published digests of "" and "abc"', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('hashes the UTF-8 bytes of a text', () => {
    expect(sha256Hex('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
  });
});
