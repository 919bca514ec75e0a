/**
 * Rows 53 to 57: fields that are missing, of the wrong type, misspelt, out of range, too many. What is right is written
 * here by hand from the table of fields, not read from the schemas that are under test.
 */
import { type Draw, many, mistyped } from './draw.ts';
import { anOrder, aSession, order, session, type WorkflowInput, without } from './workflow-input.ts';

type Kind = 'text' | 'enum' | 'ms' | 'list' | 'object' | 'flag' | 'number' | 'money';

const SESSION_FIELDS: Readonly<Record<string, Kind>> = {
  accountId: 'text',
  tradingMode: 'enum',
  symbols: 'list',
  barIntervalMs: 'ms',
  sessionId: 'text',
  market: 'object',
  direction: 'enum',
  durationMs: 'ms',
  checkIntervalMs: 'ms',
  components: 'list',
  weights: 'object',
  model: 'object',
  limits: 'object',
  ordersAsChildren: 'flag',
  maxHistoryEvents: 'number',
  startingCash: 'money',
  costs: 'object',
  seed: 'number',
};
const ORDER_FIELDS: Readonly<Record<string, Kind>> = {
  accountId: 'text',
  symbol: 'text',
  side: 'enum',
  sizeFraction: 'number',
  orderType: 'enum',
  stop: 'text',
  target: 'text',
  leverage: 'number',
  reasoning: 'text',
  origin: 'enum',
  market: 'object',
  barIntervalMs: 'ms',
  checkIntervalMs: 'ms',
};

/** A value of the wrong type, and its code: text where milliseconds are meant is out of range, not of another type. */
const WRONG: Readonly<Record<Kind, { readonly code: string; readonly values: readonly unknown[] }>> = {
  text: { code: 'INPUT_TYPE', values: [7, true, [], {}] },
  enum: { code: 'INPUT_ENUM', values: [7, true, [], {}, 'other'] },
  ms: { code: 'INPUT_RANGE', values: ['60m', '3600000', '', true, [], {}] },
  list: { code: 'INPUT_TYPE', values: [7, 'BTC/USDT', true, {}] },
  object: { code: 'INPUT_TYPE', values: [7, 'x', true, []] },
  flag: { code: 'INPUT_TYPE', values: [7, 'yes', [], {}] },
  number: { code: 'INPUT_TYPE', values: ['7', true, [], {}] },
  money: { code: 'INPUT_MONEY', values: [7, 1e4, true, [], {}] },
};

const REQUIRED = ['accountId', 'strategy', 'symbols', 'tradingMode', 'barIntervalMs'];
const ORDER_REQUIRED = ['accountId', 'symbol', 'side', 'reasoning', 'sizeFraction'];

/** The row as it stands in the table. */
export const FIELD_ROWS: readonly WorkflowInput[] = [
  ...REQUIRED.map((name) => ({ ...session('53', {}, `INPUT_REQUIRED ${name}`), input: without(aSession(), name) })),
  ...ORDER_REQUIRED.map((name) => ({ ...order('53', {}, `INPUT_REQUIRED ${name}`), input: without(anOrder(), name) })),
  session('53', { accountId: null }, 'INPUT_TYPE accountId'),
  session('53', { accountId: 7 }, 'INPUT_TYPE accountId'),
  order('53', { accountId: null }, 'INPUT_TYPE accountId'),
  session('54', { maxPostion: 3 }, 'INPUT_UNKNOWN_FIELD maxPostion, did you mean positionsMax'),
  session('55', { durationMs: 0 }, 'INPUT_RANGE durationMs in ms'),
  session('55', { durationMs: -1 }, 'INPUT_RANGE durationMs in ms'),
  session('55', { durationMs: 1e12 }, 'INPUT_RANGE durationMs in ms'),
  session('55', { durationMs: '60m' }, 'INPUT_RANGE durationMs in ms'),
  session('56', { barIntervalMs: 0 }, 'INPUT_RANGE barIntervalMs in ms'),
  session('56', { checkIntervalMs: 0 }, 'INPUT_RANGE checkIntervalMs in ms'),
  session('56', { checkIntervalMs: 99 }, 'INPUT_RANGE checkIntervalMs in ms'),
  session('57', { symbols: [] }, 'INPUT_ITEMS symbols'),
  session('57', { symbols: many(10_000, (index) => `S${index}`) }, 'INPUT_ITEMS symbols'),
  session('57', { symbols: ['BTC/USDT', 'BTC/USDT'] }, 'INPUT_ITEMS symbols'),
  session('57', { symbols: ['Btc/Usdt'] }, 'INPUT_ITEMS symbols[0]'),
];

export function wrongType(draw: Draw): WorkflowInput {
  const isSession = draw.whole(0, 1) === 0;
  const fields = isSession ? SESSION_FIELDS : ORDER_FIELDS;
  const name = draw.pick(Object.keys(fields));
  const { code, values } = WRONG[fields[name] ?? 'text'];
  // No duration at all is a session without an end.
  const value = draw.pick(name === 'durationMs' ? values : [...values, null]);
  return (isSession ? session : order)('53', { [name]: value }, `${code} ${name}`);
}

const NESTED: Readonly<Record<string, readonly string[]>> = {
  limits: ['positionFractionMax', 'positionsMax', 'dailyLossMaxUsd', 'confidenceMin'],
  costs: ['commissionBps', 'halfSpreadBps', 'slippageBps', 'volumeFractionMax', 'quantityStep', 'fundingRate'],
  market: ['source', 'count'],
  model: ['provider', 'authority', 'consensus'],
};
const NESTED_RIGHT: Readonly<Record<string, object>> = { market: { source: 'synthetic', count: 20 } };

export function misspelt(draw: Draw): WorkflowInput {
  const place = draw.pick(['session', 'order', 'strategy', 'parameters', ...Object.keys(NESTED)]);
  const unknown = (name: string, wrong: string, path: string): string =>
    `INPUT_UNKNOWN_FIELD ${path}${wrong}, did you mean ${name}`;
  if (place === 'session' || place === 'order') {
    const names = Object.keys(place === 'session' ? SESSION_FIELDS : ORDER_FIELDS).filter((one) => one.length > 5);
    const name = draw.pick(names);
    const wrong = mistyped(draw, name);
    return (place === 'session' ? session : order)('54', { [wrong]: draw.whole(1, 9) }, unknown(name, wrong, ''));
  }
  if (place === 'strategy') {
    const name = draw.pick(['sizeFraction', 'targetAtr', 'maxHoldBars', 'leverage']);
    const wrong = mistyped(draw, name);
    return session('54', { strategy: { type: 'momentum', [wrong]: 1 } }, unknown(name, wrong, 'strategy.'));
  }
  if (place === 'parameters') {
    const name = draw.pick(['lookback', 'threshold']);
    const wrong = mistyped(draw, name);
    const strategy = { type: 'momentum', parameters: { [wrong]: 5 } };
    return session('54', { strategy }, unknown(name, wrong, 'strategy.parameters.'));
  }
  const name = draw.pick(NESTED[place] ?? []);
  const wrong = mistyped(draw, name);
  return session('54', { [place]: { ...NESTED_RIGHT[place], [wrong]: 1 } }, unknown(name, wrong, `${place}.`));
}

/** Names that mean something to JavaScript are unknown fields like any other. */
export function alien(draw: Draw): WorkflowInput {
  const name = draw.pick(['__proto__', 'constructor', 'prototype', 'toString', 'isLive', 'skipRisk', 'риск']);
  const change: unknown = JSON.parse(`{${JSON.stringify(name)}:{"isLive":true,"${draw.text('abc', 3)}":1}}`);
  const make = draw.pick([session, order]);
  const made = make('54', {}, `INPUT_UNKNOWN_FIELD ${name}`);
  return { ...made, input: withOwn(made.input, change) };
}

/** Keeps `__proto__` a field of its own, which spreading into a literal does and assigning does not. */
const withOwn = (input: unknown, change: unknown): unknown => ({ ...Object(input), ...Object(change) });

export function duration(draw: Draw): WorkflowInput {
  const value = draw.pick<unknown>([
    -draw.whole(1, 1e9),
    draw.whole(1, 999),
    31_536_000_001 + draw.whole(0, 1e12),
    draw.whole(2_000, 9_000) + 0.5,
    `${draw.whole(1, 90)}${draw.pick(['s', 'm', 'h', ' min', ' hours'])}`,
    `PT${draw.whole(1, 9)}H`,
    String(draw.whole(1_000, 9e6)),
    draw.pick([1e300, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]),
  ]);
  return session('55', { durationMs: value }, 'INPUT_RANGE durationMs in ms');
}

export function interval(draw: Draw): WorkflowInput {
  const make = draw.pick([session, order]);
  const [name, least, most] = draw.pick([
    ['barIntervalMs', 1_000, 604_800_000],
    ['checkIntervalMs', 100, 86_400_000],
  ] as const);
  const value = draw.pick<unknown>([
    0,
    -draw.whole(1, 1e6),
    draw.whole(1, least - 1),
    most + draw.whole(1, 1e9),
    least + 0.25,
    `${draw.whole(1, 60)}m`,
  ]);
  return make('56', { [name]: value }, `INPUT_RANGE ${name} in ms`);
}

const GOOD = ['BTC/USDT', 'ETH/USDT', 'AAPL', 'BRK.B', 'SOL/USDT:PERP'];
const BAD = [
  'aapl',
  'Btc/Usdt',
  'BTC USDT',
  ' AAPL',
  '../../etc/passwd',
  'AAPL;DROP',
  'ААPL',
  '',
  'A'.repeat(40),
  '=1+1',
];

export function symbols(draw: Draw): WorkflowInput {
  const kind = draw.pick(['many', 'twice', 'bad', 'order'] as const);
  if (kind === 'order') {
    const symbol = draw.pick(BAD);
    return order('57', { symbol }, 'SYMBOL_INVALID symbol');
  }
  if (kind === 'many') {
    const list = many(draw.whole(21, 300), (index) => `S${index}`);
    return session('57', { symbols: list }, 'INPUT_ITEMS symbols');
  }
  const rest = GOOD.slice(0, draw.whole(1, GOOD.length));
  const at = draw.whole(0, rest.length);
  const extra = kind === 'twice' ? draw.pick(rest) : draw.pick(BAD);
  const list = [...rest.slice(0, at), extra, ...rest.slice(at)];
  return session('57', { symbols: list }, kind === 'twice' ? 'INPUT_ITEMS symbols' : `INPUT_ITEMS symbols[${at}]`);
}
