/** Rows 30 to 46 of the catalogue of bad model output: each gives exactly its code; nothing is mended on the way. */
import { describe, expect, it } from 'vitest';
import { ANSWER_TEXT_MAX } from '../../../domain/llm/tidy-texts.ts';
import { ANSWERS } from './answers.ts';
import { type Ask, advice, codes, GOOD, parse, parseAs, recommended } from './parsed-answers.ts';

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
