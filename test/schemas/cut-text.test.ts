/** Text that is cut, and text that tells what was wrong: whole characters only, whatever came. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../schemas/cut-text.ts';
import { unknownField } from '../../schemas/issue-problem.ts';
import { pathText } from '../../schemas/path-text.ts';
import { problem, showGot } from '../../schemas/problem.ts';
import { storableText } from '../../schemas/storable-text.ts';

const HALF = /\p{Surrogate}/u;

describe('a cut', () => {
  it('never halves a character', () => {
    expect(cutText('ab🚀', 3)).toBe('ab');
    expect(cutText('ab🚀', 4)).toBe('ab🚀');
    expect(cutText('ab🚀c', 4)).toBe('ab🚀');
    expect(cutText('ab🚀cd', 5, '…')).toBe('ab🚀…');
    expect(cutText('ab🚀cd', 4, '…')).toBe('ab…');
  });

  it('takes as much as there is room for, the mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const cut = cutText(text, max, '…');
        expect(HALF.test(cut)).toBe(false);
        if (text.length <= max) expect(cut).toBe(text);
        else expect([max - 1, max]).toContain(cut.length);
      }),
    );
  });
});

describe('what a problem tells', () => {
  it('is whole where the value is cut inside a character', () => {
    for (let before = 0; before < 90; before += 1) {
      const got = showGot(`${'x'.repeat(before)}${'🚀'.repeat(50)}`);
      expect(HALF.test(got)).toBe(false);
      expect(got.length).toBeLessThanOrEqual(80);
    }
  });

  it('shows what is no character as JSON does in the value, and as U+FFFD in the path', () => {
    expect(showGot('a\0\ud83d')).toBe('"a\\u0000\\ud83d"');
    expect(pathText(['a\0b', 2, '\ud83d', '🚀'])).toBe('a\ufffdb[2].\ufffd.🚀');
    const { path, message, got } = unknownField('\udc00', []);
    expect([path, message, got]).toEqual(['\ufffd', '\ufffd: unknown field', '"\\udc00"']);
    expect(unknownField('🚀'.repeat(60), []).path).toBe(`${'🚀'.repeat(50)}…`);
    expect(problem('X', '', '🚀'.repeat(60), 'less').message).not.toMatch(HALF);
  });
});

it('text that can be stored is the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => storableText(text) === text.replaceAll('\0', '\ufffd')),
  );
  expect(storableText('\ud83d\ude80\ude80\ud83d\0')).toBe('🚀\ufffd\ufffd\ufffd');
});
