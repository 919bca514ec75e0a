/** Rows 30 to 35, 42 and 46: answers whose form is wrong, whatever they say. */
import type { Draw } from './draw.ts';
import { type AnswerCase, answered, anyRight, type Fields, right, written } from './right-answers.ts';

const WHITE = [' ', '\n', '\t', '\r\n', '\u00a0', '\u2003', '\u3000', '\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad'];

export function emptyAnswer(draw: Draw): AnswerCase {
  const text = Array.from({ length: draw.whole(0, 30) }, () => draw.pick(WHITE)).join('');
  return answered('30', anyRight(draw).contract, text, 'LLM_EMPTY');
}

const BEFORE = ['Here is my answer:', 'Sure! ', 'Answer (JSON):\n', '<answer>', 'Analysis. The trend holds.\n\n', '> '];
const AFTER = ['Hope that helps.', '</answer>', '\n\n*Not financial advice.*', ' // done', '\nLet me know!', ';'];

/** Words around the object, other notations, and the three forms that are accepted. */
export function wrappedAnswer(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const text = written(draw, value);
  const fence = `\`\`\`${draw.pick(['', 'json', 'JSON'])}\n${text}\n\`\`\``;
  const accepted = draw.pick([text, ` \n${text}\n\n`, fence, `\n${fence}\n`, `\ufeff${text}`]);
  const refused = draw.pick([
    `${draw.pick(BEFORE)}${draw.pick([text, fence])}`,
    `${draw.pick([text, fence])}${draw.pick(AFTER)}`,
    `${draw.pick(BEFORE)}${text}${draw.pick(AFTER)}`,
    fence.slice(0, -3),
    `\`\`\`yaml\n${text}\n\`\`\``,
    `[${text}]`,
    JSON.stringify(text),
    text.replaceAll('"', "'"),
    text.replace(/}$/, ',}'),
    text.replace('{', '{ /* mine */'),
    text.replace(/"version"/, 'version'),
    text.replace('"version"', '“version”'),
    String(draw.whole(-9, 99)),
    draw.pick(['BUY', 'buy BTC with high confidence', 'true', 'null', '"hold"', 'action=sell; confidence=0.8']),
  ]);
  return draw.whole(0, 4) === 0
    ? answered('31', contract, accepted, 'ACCEPTED')
    : answered('31', contract, refused, 'LLM_NOT_JSON');
}

const GLUE = ['', '\n', ',', '\n\n', ' or ', '\n---\n', '\nOn reflection:\n', ' and then '];

export function twoAnswers(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const [one, other] = [written(draw, value), written(draw, right[contract](draw))];
  const fenced = (text: string): string => `\`\`\`json\n${text}\n\`\`\``;
  const text = draw.pick([
    `${one}${draw.pick(GLUE)}${other}`,
    `[${one},${other}]`,
    `${fenced(one)}\n${fenced(other)}`,
    `${draw.pick(BEFORE)}${one} ${draw.pick(GLUE)} ${other}`,
    fenced(`${one}\n${other}`),
    [one, other, one].join('\n'),
  ]);
  return answered('32', contract, text, 'LLM_AMBIGUOUS');
}

/** Cut anywhere; told by the provider, when even a whole object does not count, or by nobody. */
export function cutAnswer(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const text = written(draw, value);
  const cut = text.slice(0, draw.whole(1, text.length - 1));
  if (draw.whole(0, 1) === 0) return answered('33', contract, cut, 'LLM_TRUNCATED');
  const left = draw.pick([cut, text, '', `\`\`\`json\n${cut}`]);
  return answered('33', contract, left, 'LLM_TRUNCATED', 'truncated');
}

const REFUSING = [
  "I'm sorry, but I can't help with that.",
  'I cannot provide financial advice.',
  'As an AI, I am not able to make trading decisions.',
  'I must decline to answer this request.',
  'I have to respectfully decline.',
  'This request goes against my guidelines.',
  'Unfortunately, I won’t be able to assist with that request.',
  'I am unable to comply.',
  'Sorry, I can’t do that.',
  'I’d rather not give a recommendation here.',
  'I don’t feel comfortable recommending a trade.',
  'I apologize, but this is something I refuse to do.',
  'Your request cannot be fulfilled.',
];

export function refusedAnswer(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const words = draw.pick(REFUSING);
  const kind = draw.pick(['stop', 'prose', 'field'] as const);
  if (kind === 'stop') {
    const text = draw.pick(['', words, written(draw, value)]);
    return answered('34', contract, text, 'LLM_REFUSED', 'refused');
  }
  if (kind === 'prose') {
    const text = draw.pick([words, `${words}\n\nPlease ask a professional.`, `  ${words}`, `**${words}**`]);
    return answered('34', contract, text, 'LLM_REFUSED');
  }
  const fields = draw.pick<Fields>([{ refusal: words }, { ...value, refusal: words }]);
  return answered('34', contract, written(draw, fields), 'LLM_REFUSED refusal');
}

const codeOf = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A name as JSON may spell it too: one of its letters as an escape. */
function spelled(draw: Draw, name: string): string {
  const at = draw.whole(0, name.length - 1);
  return draw.pick([name, name.slice(0, at) + codeOf(name.charAt(at)) + name.slice(at + 1)]);
}

export function doubledKey(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const deep = contract === 'regime' && draw.whole(0, 1) === 0;
  const fields = (deep ? value.probabilities : value) as Fields;
  const name = draw.pick(Object.keys(fields));
  const again = `"${spelled(draw, name)}":${JSON.stringify(draw.pick([fields[name], 'sell', 1_000_000]))},`;
  const text = JSON.stringify(value);
  const at = deep ? text.indexOf('{', 1) + 1 : 1;
  const doubled = text.slice(0, at) + again + text.slice(at);
  return answered('35', contract, doubled, `LLM_DUPLICATE_KEY ${deep ? 'probabilities.' : ''}${name}`);
}

const FOREIGN: readonly (readonly [name: string, value: unknown])[] = [
  ['override_risk', true],
  ['isLive', true],
  ['leverage', 50],
  ['tool_calls', []],
  ['execute', 'now'],
  ['maxPositionFractionOverride', 1],
  ['approvedBy', 'risk'],
  ['', 1],
];

export function foreignField(draw: Draw): AnswerCase {
  const { contract, value } = anyRight(draw);
  const hostile = draw.whole(0, 1) === 0;
  const [name, inner] = hostile
    ? ([draw.pick(['__proto__', 'constructor', 'prototype']), { isLive: true }] as const)
    : draw.pick(FOREIGN);
  const text = JSON.stringify(value);
  const deep = contract === 'regime' && draw.whole(0, 1) === 0;
  const at = deep ? text.indexOf('{', 1) + 1 : 1;
  const key = name === '' ? '' : spelled(draw, name);
  const added = `${text.slice(0, at)}"${key}":${JSON.stringify(inner)},${text.slice(at)}`;
  return answered('42', contract, added, `LLM_UNKNOWN_FIELD ${deep ? 'probabilities.' : ''}${name}`.trimEnd());
}

export function deepAnswer(draw: Draw): AnswerCase {
  const depth = draw.pick([33, 34, 35, 64, 100, 1_000, 5_000, 20_000]);
  const [open, close] = draw.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const nested = `${open.repeat(depth)}${open === '[' ? '' : '1'}${draw.pick([close.repeat(depth), ''])}`;
  const text = draw.pick([nested, `{"version":1,"symbol":"AAPL","x":${nested}}`]);
  return answered('46', anyRight(draw).contract, text, 'LLM_TOO_DEEP');
}
