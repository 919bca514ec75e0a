/**
 * Rows 30 to 46 of the catalogue of bad model output, and variants that are drawn: each gives exactly its code. An
 * answer is what its contract says or it is refused; nothing is mended on the way.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerContext } from '../../../domain/llm/check-answer.ts';
import { parseAnswer } from '../../../domain/llm/parse-answer.ts';
import { isRepairable, repairRequest } from '../../../domain/llm/repair-request.ts';
import { ANSWER_TEXT_MAX } from '../../../domain/llm/tidy-texts.ts';
import { CONTRACT_NAMES, CONTRACTS, type ContractName } from '../../../schemas/llm/contracts/index.ts';
import type { ModelReply } from '../../../schemas/llm/model-call.ts';
import { ANSWERS, CONTEXT } from './answers.ts';

type Ask = { name?: ContractName; stop?: ModelReply['stop']; context?: Partial<AnswerContext> };

const parseAs = <Name extends ContractName>(name: Name, text: string, { stop = 'end', context = {} }: Ask = {}) =>
  parseAnswer(name, { text, stop }, { ...CONTEXT, ...context });

const parse = (text: string, ask: Ask = {}) => parseAs(ask.name ?? 'advice', text, ask);

/** `CODE path` of each problem; empty for an accepted answer. */
function codes(text: string, ask: Ask = {}): string[] {
  const parsed = parse(text, ask);
  return parsed.ok ? [] : parsed.problems.map(({ code, path }) => `${code} ${path}`.trim());
}

const advice = (change: object = {}): string => JSON.stringify({ ...ANSWERS.advice, ...change });
const recommended = (change: object): string =>
  JSON.stringify({ ...ANSWERS.recommendation, action: { ...ANSWERS.recommendation.action, ...change } });
const GOOD = advice();

describe('a good answer', () => {
  it.each(CONTRACT_NAMES)('%s is accepted alone, in one fenced block, and with white space around it', (name) => {
    const text = JSON.stringify(ANSWERS[name], null, 2);
    for (const one of [
      text,
      `\n ${text}\n\n`,
      `\`\`\`json\n${text}\n\`\`\``,
      `\`\`\`\n${text}\n\`\`\`\n`,
      `\ufeff${text}`,
    ]) {
      expect(parse(one, { name })).toEqual({ ok: true, value: ANSWERS[name], textsCut: [] });
    }
  });

  it.each(CONTRACT_NAMES)('%s needs every field: the absence of any is told, null only where it is allowed', (name) => {
    const whole: Readonly<Record<string, unknown>> = ANSWERS[name];
    for (const field of Object.keys(whole)) {
      const { [field]: _left, ...rest } = whole;
      expect(codes(JSON.stringify(rest), { name })).toContain(`LLM_MISSING_FIELD ${field}`);
    }
  });

  it.each(CONTRACT_NAMES)('%s says on the wire that every field is required and that there are no others', (name) => {
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      if ('properties' in schema && 'required' in schema) {
        expect(schema.required).toEqual(Object.keys(schema.properties as object));
        expect(schema).toMatchObject({ additionalProperties: false });
      }
      for (const inner of Object.values(schema)) visit(inner);
    };
    expect(CONTRACTS[name].jsonSchema).toMatchObject({ type: 'object', properties: { version: { const: 1 } } });
    visit(CONTRACTS[name].jsonSchema);
  });
});

/** The catalogue, row by row: number, what is wrong, text, exactly what is answered. */
type Row = readonly [row: number, what: string, text: string, expected: readonly string[], ask?: Ask];
const ROWS: readonly Row[] = [
  [30, 'nothing', '', ['LLM_EMPTY']],
  [30, 'white space only', ' \n\t ', ['LLM_EMPTY']],
  [30, 'characters that are not seen', '\u200b\ufeff \u2060', ['LLM_EMPTY']],
  [31, 'words before and after', `Here is my answer: ${GOOD} Good luck!`, ['LLM_NOT_JSON']],
  [31, 'words before a fenced block', `Sure:\n\`\`\`json\n${GOOD}\n\`\`\``, ['LLM_NOT_JSON']],
  [31, 'words after the object', `${GOOD}\nHope that helps.`, ['LLM_NOT_JSON']],
  [31, 'a fence that never closes', `\`\`\`json\n${GOOD}`, ['LLM_NOT_JSON']],
  [31, 'no JSON at all', 'BUY BTC with high confidence', ['LLM_NOT_JSON']],
  [31, 'a list around the object', `[${GOOD}]`, ['LLM_NOT_JSON']],
  [31, 'a number', '42', ['LLM_NOT_JSON']],
  [31, 'single quotes', GOOD.replaceAll('"', "'"), ['LLM_NOT_JSON']],
  [31, 'a comma too many', GOOD.replace(/}$/, ',}'), ['LLM_NOT_JSON']],
  [31, 'a comment', GOOD.replace('{', '{ // mine\n'), ['LLM_NOT_JSON']],
  [31, 'a word of Python', GOOD.replace('0.7', 'None'), ['LLM_NOT_JSON']],
  [31, 'a line break inside a text', GOOD.replace('trend is', 'trend\nis'), ['LLM_NOT_JSON']],
  [32, 'two objects', `${GOOD}\n${advice({ action: 'sell' })}`, ['LLM_AMBIGUOUS']],
  [32, 'two objects in words', `Either ${GOOD} or ${advice({ action: 'sell' })}.`, ['LLM_AMBIGUOUS']],
  [32, 'a list of two', `[${GOOD},${advice({ action: 'sell' })}]`, ['LLM_AMBIGUOUS']],
  [32, 'two fenced blocks', `\`\`\`json\n${GOOD}\n\`\`\`\n\`\`\`json\n${GOOD}\n\`\`\``, ['LLM_AMBIGUOUS']],
  [33, 'cut in the middle', GOOD.slice(0, 60), ['LLM_TRUNCATED'], { stop: 'truncated' }],
  [33, 'cut, though it parses', GOOD, ['LLM_TRUNCATED'], { stop: 'truncated' }],
  [33, 'cut, and nobody said so', GOOD.slice(0, -1), ['LLM_TRUNCATED']],
  [33, 'cut inside a text', GOOD.slice(0, GOOD.indexOf('trend') + 2), ['LLM_TRUNCATED']],
  [34, 'the refusal field', '', ['LLM_REFUSED'], { stop: 'refused' }],
  [34, 'a refusal with an object in it', GOOD, ['LLM_REFUSED'], { stop: 'refused' }],
  [34, 'refusing prose', "I'm sorry, but I can't help with that.", ['LLM_REFUSED']],
  [34, 'other refusing prose', 'As an AI language model, I cannot provide financial advice.', ['LLM_REFUSED']],
  [34, 'a refusal as JSON', '{"refusal":"I will not"}', ['LLM_REFUSED refusal']],
  [35, 'a key twice', GOOD.replace('{', '{"confidence":0.1,'), ['LLM_DUPLICATE_KEY confidence']],
  [35, 'a key twice, once escaped', GOOD.replace('{', '{"\\u0061ction":"sell",'), ['LLM_DUPLICATE_KEY action']],
  [
    35,
    'a key twice, deep',
    recommended({}).replace('"type"', '"type":"sell","type"'),
    ['LLM_DUPLICATE_KEY action.type'],
    { name: 'recommendation' },
  ],
  [36, 'percent', advice({ confidence: 75 }), ['LLM_RANGE confidence']],
  [36, 'percent as a text', advice({ confidence: '75%' }), ['LLM_RANGE confidence']],
  [36, 'below 0', advice({ confidence: -0.1 }), ['LLM_RANGE confidence']],
  [36, 'a little above 1', advice({ confidence: 1.000_000_1 }), ['LLM_RANGE confidence']],
  [36, 'null', advice({ confidence: null }), ['LLM_RANGE confidence']],
  [36, 'a number as a text', advice({ confidence: '0.7' }), ['LLM_RANGE confidence']],
  [37, 'DO NOT BUY', advice({ action: 'DO NOT BUY' }), ['LLM_ENUM action']],
  [37, 'a space behind', advice({ action: 'buy ' }), ['LLM_ENUM action']],
  [37, 'Cyrillic letters', advice({ action: 'ВUY' }), ['LLM_ENUM action']],
  [37, 'capitals', advice({ action: 'BUY' }), ['LLM_ENUM action']],
  [37, 'null', advice({ action: null }), ['LLM_ENUM action']],
  [37, 'another version', advice({ version: 2 }), ['LLM_ENUM version']],
  [38, 'an invented symbol', advice({ symbol: 'AAPLX' }), ['LLM_SYMBOL_NOT_ALLOWED symbol']],
  [38, 'small letters', advice({ symbol: 'btc/usdt' }), ['LLM_SYMBOL_NOT_ALLOWED symbol']],
  [38, 'a symbol of another session', GOOD, ['LLM_SYMBOL_NOT_ALLOWED symbol'], { context: { symbols: ['ETH/USDT'] } }],
  [38, 'any symbol where none was shown', GOOD, ['LLM_SYMBOL_NOT_ALLOWED symbol'], { context: { symbols: [] } }],
  [
    39,
    'a stop above a purchase',
    recommended({ stopLossPrice: 101, riskRewardRatio: null }),
    ['LLM_LEVELS_INCONSISTENT action.stopLossPrice'],
    { name: 'recommendation' },
  ],
  [
    39,
    'a target below a purchase',
    recommended({ takeProfitPrice: 99, riskRewardRatio: null }),
    ['LLM_LEVELS_INCONSISTENT action.takeProfitPrice'],
    { name: 'recommendation' },
  ],
  [
    39,
    'a stop below a sale',
    recommended({ type: 'enter_short', takeProfitPrice: 96, riskRewardRatio: 2 }),
    ['LLM_LEVELS_INCONSISTENT action.stopLossPrice'],
    { name: 'recommendation' },
  ],
  [
    39,
    'a stop above the market, no entry told',
    recommended({ entryPrice: null, stopLossPrice: 103, takeProfitPrice: null }),
    ['LLM_LEVELS_INCONSISTENT action.stopLossPrice'],
    { name: 'recommendation' },
  ],
  [
    39,
    "the source's own example: a ratio of 2.5 for levels that give 1.571",
    recommended({ entryPrice: 150.5, stopLossPrice: 147, takeProfitPrice: 156, riskRewardRatio: 2.5 }),
    ['LLM_LEVELS_INCONSISTENT action.riskRewardRatio'],
    { name: 'recommendation', context: { lastPrices: {} } },
  ],
  [
    39,
    'a ratio where the stop is the entry itself',
    recommended({ type: 'hold', stopLossPrice: 100, riskRewardRatio: 2 }),
    ['LLM_LEVELS_INCONSISTENT action.riskRewardRatio'],
    { name: 'recommendation' },
  ],
  [
    40,
    'an entry 40 % off',
    recommended({ entryPrice: 140, stopLossPrice: null, takeProfitPrice: null }),
    ['GATE_PRICE_COLLAR action.entryPrice'],
    { name: 'recommendation' },
  ],
  [41, '500 %', recommended({ sizeFraction: 5 }), ['GATE_SIZE action.sizeFraction'], { name: 'recommendation' }],
  [41, '1e308', recommended({ sizeFraction: 1e308 }), ['GATE_SIZE action.sizeFraction'], { name: 'recommendation' }],
  [
    41,
    'more than the limit',
    recommended({ sizeFraction: 0.11 }),
    ['GATE_SIZE action.sizeFraction'],
    { name: 'recommendation' },
  ],
  [
    41,
    'NaN',
    recommended({}).replace('0.05', 'NaN'),
    ['LLM_NOT_A_NUMBER action.sizeFraction'],
    { name: 'recommendation' },
  ],
  [
    41,
    'minus Infinity',
    recommended({}).replace('0.05', '-Infinity'),
    ['LLM_NOT_A_NUMBER action.sizeFraction'],
    { name: 'recommendation' },
  ],
  [
    41,
    'beyond every double',
    recommended({}).replace('0.05', '1e999'),
    ['LLM_NOT_A_NUMBER action.sizeFraction'],
    { name: 'recommendation' },
  ],
  [
    41,
    'hexadecimal',
    recommended({}).replace('0.05', '0x10'),
    ['LLM_NOT_A_NUMBER action.sizeFraction'],
    { name: 'recommendation' },
  ],
  [
    41,
    'a number as a text',
    recommended({ entryPrice: '100' }),
    ['LLM_NOT_A_NUMBER action.entryPrice'],
    { name: 'recommendation' },
  ],
  [42, 'override_risk', advice({ override_risk: true }), ['LLM_UNKNOWN_FIELD override_risk']],
  [42, '__proto__', GOOD.replace('{', '{"__proto__":{"isLive":true},'), ['LLM_UNKNOWN_FIELD __proto__']],
  [
    42,
    '__proto__, escaped and deep',
    recommended({}).replace('"type"', '"\\u005f_proto__":{"isLive":true},"type"'),
    ['LLM_UNKNOWN_FIELD action.__proto__'],
    { name: 'recommendation' },
  ],
  [42, 'constructor', GOOD.replace('{', '{"constructor":{"prototype":{}},'), ['LLM_UNKNOWN_FIELD constructor']],
  [42, 'decision instead of action', GOOD.replace('"action"', '"decision"'), ['LLM_UNKNOWN_FIELD decision']],
  [
    43,
    'probabilities of 1.5',
    JSON.stringify({ ...ANSWERS.regime, probabilities: { bull: 0.5, bear: 0.5, sideways: 0.5 } }),
    ['LLM_PROB_SUM probabilities'],
    { name: 'regime' },
  ],
  [
    43,
    'a probability of 2',
    JSON.stringify({ ...ANSWERS.regime, probabilities: { bull: 2, bear: -1, sideways: 0 } }),
    ['LLM_RANGE probabilities.bull', 'LLM_RANGE probabilities.bear'],
    { name: 'regime' },
  ],
  [46, '200,000 lists in each other', '['.repeat(200_000) + ']'.repeat(200_000), ['LLM_TOO_DEEP']],
  [46, '200,000 lists that never close', '['.repeat(200_000), ['LLM_TOO_DEEP']],
  [46, 'objects in a field', `{"version":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, ['LLM_TOO_DEEP']],
  [44, 'one text of a megabyte', advice({ rationale: 'x'.repeat(1_000_000) }), ['LLM_TOO_LARGE']],
];

describe('the catalogue of bad answers', () => {
  it.each(ROWS.map(([row, what, text, expected, ask = {}]) => ({ row, what, text, expected, ask })))(
    'row $row, $what',
    ({ text, expected, ask }) => {
      expect(codes(text, ask)).toEqual(expected);
    },
  );

  it('tells all problems at once, the one that says most first', () => {
    const text = advice({
      confidence: 75,
      action: 'BUY',
      symbol: 'btc',
      extra: 1,
      warnings: ['1', '2', '3', '4', '5', '6'],
    });
    expect(codes(text)).toEqual([
      'LLM_UNKNOWN_FIELD extra',
      'LLM_SYMBOL_NOT_ALLOWED symbol',
      'LLM_ENUM action',
      'LLM_RANGE confidence',
      'LLM_RANGE warnings',
    ]);
    const parsed = parse(text);
    expect(parsed).toMatchObject({ ok: false, code: 'LLM_UNKNOWN_FIELD' });
  });

  it('says what a field is called here', () => {
    const parsed = parse(GOOD.replace('"action"', '"decision"'));
    expect(parsed).toMatchObject({ problems: [{ hint: 'the field is called action' }] });
  });

  it('row 42: an answer with __proto__ changes no object', () => {
    parse(GOOD.replace('{', '{"__proto__":{"isLive":true},'));
    expect(Reflect.get({}, 'isLive')).toBeUndefined();
  });

  it('rows 44 and 45: script, images, terminal codes and SQL are texts and stay as they came, cut when long', () => {
    const rationale = `<script>alert(1)</script> ![x](http://evil.example/x.png) \u001b[31m'); DROP TABLE orders;--`;
    expect(parse(advice({ rationale }))).toMatchObject({ ok: true, value: { rationale }, textsCut: [] });
    const long = parseAs('advice', advice({ rationale: 'ä'.repeat(50_000), warnings: ['b'.repeat(9_000)] }));
    expect(long).toMatchObject({ ok: true, textsCut: ['rationale', 'warnings[0]'] });
    expect(long.ok && long.value.rationale.length).toBe(ANSWER_TEXT_MAX);
    const odd = parse(advice({ rationale: 'a\u0000b\ud800c' }));
    expect(odd).toMatchObject({ ok: true, value: { rationale: 'ab\ufffdc' } });
  });
});

describe('what was shown', () => {
  it('a report is quoted to its digits, or not at all', () => {
    const explained = (summary: string) =>
      codes(JSON.stringify({ ...ANSWERS.backtestExplanation, summary }), { name: 'backtestExplanation' });
    expect(explained('A return of 0.12, 42 trades and a Sharpe of 1.5; twelve per cent')).toEqual([]);
    expect(explained('A return of 13 %')).toEqual(['LLM_MISQUOTED summary']);
    expect(explained('A Sharpe of 1.51 over 41 trades')).toEqual(['LLM_MISQUOTED summary', 'LLM_MISQUOTED summary']);
  });

  it('documents and rules that were not shown do not exist', () => {
    const citations = [{ documentId: 'invented', passage: 'x' }];
    expect(codes(JSON.stringify({ ...ANSWERS.knowledgeAnswer, citations }), { name: 'knowledgeAnswer' })).toEqual([
      'LLM_CITATION_UNKNOWN citations[0].documentId',
    ]);
    const items = [{ text: 'x', ruleId: 'noRule' }];
    expect(codes(JSON.stringify({ ...ANSWERS.riskChecklist, items }), { name: 'riskChecklist' })).toEqual([
      'LLM_RULE_UNKNOWN items[0].ruleId',
    ]);
  });

  it('a designed strategy has the parameters of its type, in their ranges', () => {
    const { parameters } = ANSWERS.strategy;
    const designed = (change: object) =>
      codes(JSON.stringify({ ...ANSWERS.strategy, ...change }), { name: 'strategy' });
    expect(designed({ parameters: { ...parameters, threshold: 7, entryZ: 2 } })).toEqual([
      'LLM_RANGE parameters.threshold',
      'LLM_UNKNOWN_FIELD parameters.entryZ',
    ]);
    expect(designed({ sizeFraction: 0.2 })).toEqual(['GATE_SIZE sizeFraction']);
  });

  it('a stop of an exit plan lies on the losing side of what is held', () => {
    const plan = JSON.stringify({ ...ANSWERS.exitPlan, stopLossPrice: 102 });
    expect(codes(plan, { name: 'exitPlan', context: { heldSide: 1 } })).toEqual([
      'LLM_LEVELS_INCONSISTENT stopLossPrice',
    ]);
    expect(codes(plan, { name: 'exitPlan', context: { heldSide: -1 } })).toEqual([]);
  });
});

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

describe('the repair', () => {
  it('says what was wrong, and does not say what to decide', () => {
    const parsed = parse(advice({ confidence: 75, action: 'BUY' }));
    const problems = parsed.ok ? [] : parsed.problems;
    expect(isRepairable(problems)).toBe(true);
    const text = repairRequest('advice', problems);
    expect(text).toContain('LLM_ENUM at action: got "BUY", expected one of buy, sell, hold');
    expect(text).toContain('LLM_RANGE at confidence: got 75, expected a number from 0 to 1');
  });

  it('is not asked for where it cannot help', () => {
    for (const [text, stop] of [
      ['', 'refused'],
      ['['.repeat(100), 'end'],
      [advice({ rationale: 'x'.repeat(300_000) }), 'end'],
    ] as const) {
      const parsed = parse(text, { stop });
      expect(isRepairable(parsed.ok ? [] : parsed.problems)).toBe(false);
    }
  });
});
