/** Random answers: each is taken or told in our codes, soon, and never throws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTRACT_NAMES, CONTRACTS } from '../../../schemas/llm/contracts/index.ts';
import { ANSWERS } from './answers.ts';
import { advice, codes, GOOD, parse, recommended } from './parsed-answers.ts';

const RUNS = { numRuns: 2_000, seed: 7 };

describe('unseen variants', () => {
  it('any text gives an answer or our codes, soon, and never throws', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '```',
      '```json\n',
      GOOD,
      '"a":',
      'NaN',
      '1e9',
      ' ',
      '\n',
      'null',
      '\ud800',
    );
    const text = fc.oneof(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 40 }).map((all) => all.join('')),
      fc.json(),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...CONTRACT_NAMES), (one, name) => {
        const parsed = parse(one, { name });
        if (parsed.ok) expect(CONTRACTS[name].schema.safeParse(parsed.value).success).toBe(true);
        else for (const { code } of parsed.problems) expect(code).toMatch(/^(LLM|GATE)_[A-Z_]+$/);
      }),
      { numRuns: 10_000, seed: 7 },
    );
  });

  it('what is whole JSON here is so for JSON.parse, and the other way round', () => {
    const slips = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', '0', '-', '.', 'e', '\\', '\u0001', 'x'),
    );
    fc.assert(
      fc.property(slips, ([json, at, slip]) => {
        const body = `{"x":${json}}`;
        const text = body.slice(0, at % body.length) + slip + body.slice((at % body.length) + (at % 2));
        const found = codes(text).map((one) => one.split(' ')[0] ?? '');
        const isNot = ['LLM_NOT_JSON', 'LLM_TRUNCATED', 'LLM_NOT_A_NUMBER', 'LLM_AMBIGUOUS'].includes(found[0] ?? '');
        const isBoth = ['LLM_DUPLICATE_KEY', 'LLM_REFUSED'].includes(found[0] ?? '') || /\d{3}/.test(text);
        if (!isBoth) expect(isNot).toBe(!isJson(text));
      }),
      RUNS,
    );
  });

  it('a good answer cut anywhere is LLM_TRUNCATED or no JSON, never accepted', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CONTRACT_NAMES), fc.nat(), (name, at) => {
        const text = JSON.stringify(ANSWERS[name]);
        const cut = text.slice(0, 1 + (at % (text.length - 1)));
        expect(codes(cut, { name })).toEqual(['LLM_TRUNCATED']);
        expect(codes(cut, { name, stop: 'truncated' })).toEqual(['LLM_TRUNCATED']);
      }),
      RUNS,
    );
  });

  it('any number outside 0 to 1 and any text is LLM_RANGE for a confidence', () => {
    const wrong = fc.oneof(
      fc.double({ min: 1.000_000_01, noNaN: true, noDefaultInfinity: true }),
      fc.double({ max: -1e-9, noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(wrong, (confidence) => {
        expect(codes(advice({ confidence }))).toEqual(['LLM_RANGE confidence']);
      }),
      RUNS,
    );
  });

  it('any word that is no action is LLM_ENUM', () => {
    const near = fc.tuple(
      fc.constantFrom('buy', 'sell', 'hold'),
      fc.constantFrom(' ', '.', '\u200b', '!', 'S', 'NOT '),
      fc.boolean(),
    );
    const word = fc.oneof(
      fc.string(),
      near.map(([action, extra, before]) => (before ? extra + action : action + extra)),
    );
    fc.assert(
      fc.property(
        word.filter((one) => !['buy', 'sell', 'hold'].includes(one)),
        (action) => {
          expect(codes(advice({ action }))).toEqual(['LLM_ENUM action']);
        },
      ),
      RUNS,
    );
  });

  it('any extra field is LLM_UNKNOWN_FIELD, wherever it stands', () => {
    const known = new Set([
      ...Object.keys(ANSWERS.recommendation),
      ...Object.keys(ANSWERS.recommendation.action),
      'refusal',
    ]);
    const key = fc.string({ minLength: 1, maxLength: 12 }).filter((one) => !known.has(one) && !/^\d+$/.test(one));
    fc.assert(
      fc.property(key, fc.jsonValue({ maxDepth: 3 }), fc.boolean(), (name, value, deep) => {
        const text = JSON.stringify(ANSWERS.recommendation).replace(
          deep ? '"type"' : '"version"',
          (found) => `${JSON.stringify(name)}:${JSON.stringify(value)},${found}`,
        );
        const found = codes(text, { name: 'recommendation' });
        expect(found[0]).toMatch(/^LLM_UNKNOWN_FIELD/);
      }),
      RUNS,
    );
  });

  it('a price beyond the collar is refused, one inside it is not', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.double({ min: -0.9, max: 3, noNaN: true }),
        (last, off) => {
          const text = recommended({ entryPrice: last * (1 + off), stopLossPrice: null, takeProfitPrice: null });
          const found = codes(text, { name: 'recommendation', context: { lastPrices: { 'BTC/USDT': last } } });
          if (Math.abs(off) > 0.0501) expect(found).toEqual(['GATE_PRICE_COLLAR action.entryPrice']);
          if (Math.abs(off) < 0.0499) expect(found).toEqual([]);
        },
      ),
      RUNS,
    );
  });

  it('probabilities are those that sum to 1', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (bull, bear, sideways) => {
        const found = codes(JSON.stringify({ ...ANSWERS.regime, probabilities: { bull, bear, sideways } }), {
          name: 'regime',
        });
        expect(found).toEqual(Math.abs(bull + bear + sideways - 1) <= 0.001 ? [] : ['LLM_PROB_SUM probabilities']);
      }),
      RUNS,
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
