/** Rows 58 and 60 to 64: weights, money, modes, ranges of time and ids that must not pass. */
import { type Draw, many } from './draw.ts';
import { aSession, order, session, type WorkflowInput, without } from './workflow-input.ts';

const JAN = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const replay = (row: string, range: Readonly<Record<string, unknown>>, expected: string): WorkflowInput =>
  session(row, { market: { source: 'replay', ...range } }, expected);

/** Such an id is refused wherever it stands. */
const BAD_IDS = [
  'a/b',
  'two words',
  'UPPER',
  '🚀',
  'x'.repeat(65),
  'tab\there',
  '../up',
  'ünï',
  'a_b',
  'dot.ted',
  'a%2fb',
];

export const VALUE_ROWS: readonly WorkflowInput[] = [
  session('58', { weights: { technical: 0.3, agent: 0.3, evolved: 0.3 } }, 'INPUT_WEIGHTS_SUM weights 0.9'),
  session('58', { weights: { technical: 1.5, llm: -0.5 } }, 'INPUT_WEIGHTS_SUM weights 1'),
  session('58', { weights: { technical: 0, llm: 0 } }, 'INPUT_WEIGHTS_SUM weights 0'),
  session('60', { startingCash: '1e4' }, 'INPUT_MONEY startingCash'),
  session('60', { startingCash: '10000.001' }, 'INPUT_MONEY startingCash'),
  session('60', { currency: 'XXX' }, 'INPUT_MONEY currency'),
  { ...session('61', { tradingMode: 'live' }, 'MODE_NOT_ARMED tradingMode'), needsDesk: true },
  session('61', { tradingMode: 'Live' }, 'INPUT_ENUM tradingMode'),
  { ...session('61', {}, 'INPUT_REQUIRED tradingMode'), input: without(aSession(), 'tradingMode') },
  replay('63', { from: JAN(2), to: JAN(2) }, 'INPUT_RANGE market.to'),
  replay('63', { from: JAN(2), to: JAN(1) }, 'INPUT_RANGE market.to'),
  replay('63', { from: '2199-01-01T00:00:00Z' }, 'INPUT_RANGE market.from'),
  { ...replay('63', { from: JAN(1) }, 'DATA_EMPTY market'), needsDesk: true },
  session('64', { sessionId: 'a/b' }, 'INPUT_ID sessionId'),
  session('64', { sessionId: 'x'.repeat(2_000) }, 'INPUT_ID sessionId'),
  session('64', { sessionId: 'another-one' }, 'INPUT_ID sessionId'),
  ...BAD_IDS.map((id) => ({ ...session('64', {}, 'INPUT_ID workflowId'), id })),
  ...['a/b', 'two words', '🚀', 'x'.repeat(65)].map((id) => ({ ...order('64', {}, 'INPUT_ID workflowId'), id })),
];

const COMPONENTS = ['technical', 'agent', 'evolved', 'online', 'llm'];

/** Hundredths, so that the sum is known without arithmetic of floats. */
export function weights(draw: Draw): WorkflowInput {
  const names = COMPONENTS.slice(0, draw.whole(1, COMPONENTS.length));
  const parts = names.map(() => draw.whole(-20, 150));
  const sum = parts.reduce((total, part) => total + part, 0);
  if (sum === 100 && parts.every((part) => part >= 0)) return weights(draw);
  const given = Object.fromEntries(names.map((name, index) => [name, (parts[index] ?? 0) / 100]));
  return session('58', { weights: given }, `INPUT_WEIGHTS_SUM weights ${sum / 100}`);
}

export function money(draw: Draw): WorkflowInput {
  if (draw.whole(0, 3) === 0) {
    const currency = draw.pick<unknown>(['EUR', 'usd', 'USDT', 'US', '', '$', draw.text('ABCXYZ', 4), 840]);
    return session('60', { currency }, 'INPUT_MONEY currency');
  }
  const digits = String(draw.whole(1, 1e6));
  const startingCash = draw.pick<unknown>([
    `${digits}e${draw.whole(0, 9)}`,
    `${digits}.${draw.text('123', draw.whole(3, 8))}`,
    `-${digits}`,
    `+${digits}`,
    ` ${digits}`,
    `${digits} USD`,
    `$${digits}`,
    `${digits},50`,
    `${digits}.`,
    `.${digits}`,
    `0x${digits}`,
    `1_${digits}`,
    '１２３',
    '٣٤',
    '0',
    '0.00',
    '',
    'NaN',
    'Infinity',
    draw.text('9', draw.whole(16, 400)),
    Number(digits),
    draw.whole(1, 99) + 0.5,
  ]);
  return session('60', { startingCash }, 'INPUT_MONEY startingCash');
}

export function mode(draw: Draw): WorkflowInput {
  const word = draw.pick(['live', 'paper', 'analysis', 'backtest']);
  const tradingMode = draw.pick<unknown>([
    word.toUpperCase(),
    `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    ` ${word}`,
    `${word} `,
    `${word}\n`,
    `${word}s`,
    draw.pick(['real', 'prod', 'sandbox', 'demo', 'LIVE', 'lіve', '']),
    [word],
    { mode: word },
    draw.pick([0, 1, true, false, null]),
  ]);
  return session('61', { tradingMode }, 'INPUT_ENUM tradingMode');
}

const ZONES = ['Z', '+00:00', '+02:00', '-05:00', '+05:30'];

export function timeRange(draw: Draw): WorkflowInput {
  const day = draw.whole(2, 27);
  const at = (offset: number): string => `2024-01-${String(offset).padStart(2, '0')}T12:00:00`;
  const kind = draw.pick(['before', 'same', 'future', 'futureEnd', 'noInstant'] as const);
  if (kind === 'before') {
    return replay(
      '63',
      { from: `${at(day + 2)}${draw.pick(ZONES)}`, to: `${at(day)}${draw.pick(ZONES)}` },
      'INPUT_RANGE market.to',
    );
  }
  if (kind === 'same') return replay('63', { from: `${at(day)}Z`, to: `${at(day)}+00:00` }, 'INPUT_RANGE market.to');
  const later = `${draw.whole(2150, 9999)}-0${draw.whole(1, 9)}-01T00:00:00${draw.pick(ZONES)}`;
  if (kind === 'future') return replay('63', { from: later }, 'INPUT_RANGE market.from');
  if (kind === 'futureEnd') return replay('63', { to: later }, 'INPUT_RANGE market.to');
  const name = draw.pick(['from', 'to']);
  const text = draw.pick([
    '2024-01-01',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T25:00:00Z',
    at(day),
    `${at(day)} UTC`,
    'yesterday',
    '',
    String(draw.whole(1.6e9, 1.7e9)),
  ]);
  return replay('63', { [name]: text }, `INPUT_RANGE market.${name}`);
}

export function identifier(draw: Draw): WorkflowInput {
  const length = draw.whole(1, 20);
  const bad =
    draw.text('abc123', length) + draw.pick(['/', ' ', '\n', '\u0000', '🚀', 'É', '_', '.', ':', '%', '\\', '"']);
  const id = draw.pick([bad, draw.text('abc', draw.whole(65, 300)), draw.text('ABC', length), '']);
  const place = draw.pick(['sessionId', 'workflowId', 'order'] as const);
  if (place === 'sessionId') return session('64', { sessionId: id }, 'INPUT_ID sessionId');
  if (place === 'workflowId') return { ...session('64', {}, 'INPUT_ID workflowId'), id };
  const wrong = draw.text('abc', length) + draw.pick(['/', ' ', '\n', '🚀', ':', '%', '\\']);
  return { ...order('64', {}, 'INPUT_ID workflowId'), id: draw.pick([wrong, draw.text('abc', draw.whole(65, 300))]) };
}

/** Row 65 below the limit of the server: what is too much for a field, a list or a list of mistakes. */
export const LARGE_ROWS: readonly WorkflowInput[] = [
  order('65', { reasoning: 'x'.repeat(1_500_000) }, 'INPUT_TYPE reasoning'),
  session('65', { symbols: many(100_000, (index) => `S${index}`) }, 'INPUT_ITEMS symbols'),
  session('65', { [`k${'x'.repeat(1_000_000)}`]: 1 }, `INPUT_UNKNOWN_FIELD k${'x'.repeat(99)}…`),
  session('65', { accountId: 'y'.repeat(1_500_000) }, 'INPUT_ID accountId'),
  session('65', { market: { source: 'replay', file: `${'z'.repeat(1_500_000)}.csv` } }, 'INPUT_TYPE market.file'),
];
