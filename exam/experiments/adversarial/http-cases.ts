/**
 * Wrong HTTP requests, those of the table and unseen ones of each row: status and codes that each must get. A code is told
 * with what an answer must never have: headers that let other pages in, a trace of our code, a problem without its parts.
 */
import type { Case } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import type { HttpSite } from './http-site.ts';
import { exchange, type Piece, type RawAnswer } from './raw-http.ts';

/** `sessionId`: one that there is, of an account that the stranger's token does not own. */
export type HttpTargets = {
  readonly site: HttpSite;
  /** The same, with less patience for a request that is not whole. */
  readonly hasty: HttpSite;
  readonly sessionId: string;
};

type Request = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | null;
  readonly body?: string;
};
type Expect = readonly [row: string, request: Request, expected: string];

const KEYS = ['code', 'expected', 'got', 'hint', 'message', 'path'];
const json = (body: string): Pick<Request, 'method' | 'headers' | 'body'> => ({
  ...{ method: 'POST', body },
  headers: { 'content-type': 'application/json' },
});

export function httpCases({ site, hasty, sessionId }: HttpTargets, seed: number, ofEach: number): Case[] {
  const rows = [...tableRows(site, sessionId), ...unseenRows(sessionId, seed, ofEach)];
  return [...rows.map(([row, request, expected]) => caseOf(site, row, request, expected)), ...rawCases(site, hasty)];
}

const caseOf = (site: HttpSite, row: string, request: Request, expected: string): Case => ({
  ...{ row, expected, input: { ...request } },
  answer: async () => toldOf(await send(site, request)),
});

/** `desk`'s token unless another one, or none, is given. */
export async function send(site: HttpSite, request: Request): Promise<RawAnswer> {
  const [answer] = await exchange(site.port, [rawOf(site, request)]);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

export function rawOf(site: HttpSite, { method = 'GET', path, headers = {}, token, body }: Request): string {
  const all: Record<string, string> = {
    host: `127.0.0.1:${site.port}`,
    ...(token === null ? {} : { authorization: `Bearer ${token ?? site.tokens.desk}` }),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** Status, codes and, for a mistake in JSON, where it stands. */
export function toldOf({ status, headers, body }: RawAnswer): string {
  const problems: readonly Record<string, string>[] = body.startsWith('{') ? (JSON.parse(body).problems ?? []) : [];
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const position = problems.map(({ hint = '' }) => /position \d+/.exec(hint)?.[0]).find((one) => one !== undefined);
  const faults = [
    ...(Object.keys(headers).some((name) => name.startsWith('access-control-')) ? ['CORS'] : []),
    ...(/\bat .*\.(ts|js):\d|\bselect\b|relation "/i.test(body) ? ['LEAK'] : []),
    ...(problems.some((one) => Object.keys(one).sort().join() !== KEYS.join()) ? ['SHAPE'] : []),
    ...(headers['content-type']?.includes('html') ? ['HTML'] : []),
  ];
  return [status, ...codes, ...(position === undefined ? [] : [position]), ...faults].join(' ');
}

function tableRows(site: HttpSite, id: string): Expect[] {
  const page = (query: string): Request => ({ path: `/api/orders?${query}` });
  const start = (body: string): Request => ({ path: '/api/sessions', ...json(body) });
  const { desk, stranger } = site.tokens;
  const evil = { origin: 'https://evil.example' };
  const stranded = (method: string, tail: string, body?: string): Expect => [
    '79',
    { ...(body === undefined ? {} : json(body)), method, path: `/api/sessions/${id}${tail}`, token: stranger },
    '404 NOT_FOUND',
  ];
  return [
    ['69', { path: '/api/orders', token: null }, '401 AUTH_REQUIRED'],
    ['69', { path: '/api/orders', token: 'wrong' }, '401 AUTH_REQUIRED'],
    ['69', { path: '/api/orders', token: `${desk}0` }, '401 AUTH_REQUIRED'],
    ['69', { path: `/api/orders?token=${desk}`, token: null }, '401 AUTH_REQUIRED'],
    ['69', { path: `/api/orders?access_token=${desk}`, token: null }, '401 AUTH_REQUIRED'],
    ['69', { path: '/metrics', token: null }, '401 AUTH_REQUIRED'],
    ['69', { path: '/no-such-path', token: null }, '401 AUTH_REQUIRED'],
    ['69', { path: '/api/orders', token: null, headers: { cookie: `token=${desk}` } }, '401 AUTH_REQUIRED'],
    ['69', { path: '/api/orders', token: null, headers: { authorization: `Basic ${desk}` } }, '401 AUTH_REQUIRED'],
    ['70', { path: '/api/orders', headers: { host: 'evil.example' } }, '421 HOST_NOT_ALLOWED'],
    ['70', { path: '/healthz', headers: { host: `127.0.0.1.evil.example:${site.port}` } }, '421 HOST_NOT_ALLOWED'],
    ['71', { path: `/api/sessions/${id}/stop`, ...json('{}'), headers: { ...evil } }, '403 ORIGIN_NOT_ALLOWED'],
    ['71', { path: '/api/sessions', ...json('{}'), headers: { origin: 'null' } }, '403 ORIGIN_NOT_ALLOWED'],
    ['71', { path: '/healthz', headers: evil }, '200'],
    ['71', { method: 'OPTIONS', path: '/api/sessions', token: null, headers: evil }, '401 AUTH_REQUIRED'],
    ['71', { method: 'OPTIONS', path: '/api/sessions', headers: evil }, '405 METHOD_NOT_ALLOWED'],
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'].map(
      (type): Expect => [
        '72',
        { method: 'POST', path: '/api/sessions', body: 'a=1', headers: { 'content-type': type } },
        '415 CONTENT_TYPE',
      ],
    ),
    ['72', { method: 'POST', path: '/api/sessions', body: '{}' }, '415 CONTENT_TYPE'],
    ['73', start(`"${'x'.repeat(257 * 1_024)}"`), '413 INPUT_TOO_LARGE'],
    ['74', start('{"a":1,}'), '400 JSON_INVALID position 7'],
    ['74', start('{"a":NaN}'), '400 JSON_INVALID position 5'],
    ['74', start('{"a":1'), '400 JSON_INVALID position 6'],
    ['74', start('{a:1}'), '400 JSON_INVALID position 1'],
    ['74', start('{"a":"\\ud800"}'), '400 JSON_INVALID'],
    ['74', start('{"a":"\\u0000"}'), '400 JSON_INVALID'],
    ['74', start('{"a":{"b":[1,{"c":1}],"\\u0062":2}}'), '400 JSON_INVALID'],
    ['74', start(`${'['.repeat(100_000)}`), '400 JSON_INVALID position 100000'],
    ['74', start(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`), '400 INPUT_TOO_LARGE'],
    ['75', start('{"__proto__":{"admin":true}}'), '400 JSON_FORBIDDEN_KEY'],
    ['75', start('{"a":{"constructor":{"prototype":{"x":1}}}}'), '400 JSON_FORBIDDEN_KEY'],
    ['75', start('[[{"__proto__":1}]]'), '400 JSON_FORBIDDEN_KEY'],
    ...['limit=-1', 'limit=1e9', 'limit=abc', 'limit=1&limit=2', 'limit=0', 'limit=501', 'limit=', 'limit=1.5'].map(
      (query): Expect => ['76', page(query), '400 QUERY_RANGE'],
    ),
    ['76', { path: '/api/models/usage?days=99999' }, '400 QUERY_RANGE'],
    ['76', { path: '/api/events?after=-1', headers: { accept: 'application/json' } }, '400 QUERY_RANGE'],
    ['77', page('sort=id;drop%20table'), '400 QUERY_ENUM'],
    ['77', page('sort=__proto__'), '400 QUERY_ENUM'],
    ['77', page('sort=decision_id'), '400 QUERY_ENUM'],
    ['77', page('state=NONE'), '400 QUERY_ENUM'],
    ['78', page("symbol=a'%20or%201=1"), '400 QUERY_RANGE'],
    ['78', page('symbol=$.*'), '400 QUERY_RANGE'],
    ['78', page('symbol=%00'), '400 QUERY_RANGE'],
    ['78', page('filter=$.*'), '400 QUERY_UNKNOWN'],
    ['78', page('report->>x=1'), '400 QUERY_UNKNOWN'],
    ['78', page('__proto__=1'), '400 QUERY_UNKNOWN'],
    stranded('GET', ''),
    stranded('POST', '/pause', '{}'),
    stranded('POST', '/stop', '{"reason":"x"}'),
    stranded('PATCH', '', '{"limits":{}}'),
    ['79', { path: '/api/events', token: stranger }, '404 NOT_FOUND'],
    ['79', { path: '/api/accounts/paper-1', token: stranger }, '404 NOT_FOUND'],
    [
      '80',
      { path: `/api/sessions/${id}`, ...json('{"mode":"live","budget_usd":999999,"id":1}'), method: 'PATCH' },
      '400 INPUT_REQUIRED INPUT_UNKNOWN_FIELD',
    ],
    [
      '80',
      { path: `/api/sessions/${id}`, ...json('{"limits":{},"id":1}'), method: 'PATCH' },
      '400 INPUT_UNKNOWN_FIELD',
    ],
    ['81', { path: '/api/sessions/%2e%2e%2f%2e%2e%2fetc' }, '404 NOT_FOUND'],
    ['81', { path: '/api/sessions/../../etc/passwd' }, '404 NOT_FOUND'],
    ['81', { path: '/api/sessions/%00' }, '400 INPUT_ID'],
    ['81', { path: '/api/sessions/%252e%252e%252f' }, '400 INPUT_ID'],
    ['81', { path: '/api/sessions/%zz' }, '400 REQUEST_INVALID'],
    ['81', { path: `/api/sessions/${'a'.repeat(10_240)}` }, '414 PATH_TOO_LONG'],
    ['85', { path: '/healthz', headers: { 'x-long': 'a'.repeat(100 * 1_024) } }, '431 HEADERS_TOO_LARGE'],
    ['85', { path: '/healthz', headers: { 'x-bad': 'a\0b' } }, '400 REQUEST_INVALID'],
    ['86', { path: `/api/sessions/${id}`, headers: { 'x-http-method-override': 'DELETE' } }, '405 METHOD_NOT_ALLOWED'],
    ['86', { method: 'QUERY', path: '/api/orders' }, '405 METHOD_NOT_ALLOWED'],
    ['86', { method: 'TRACE', path: '/api/orders' }, '405 METHOD_NOT_ALLOWED'],
    ['86', { method: 'DELETE', path: `/api/sessions/${id}` }, '405 METHOD_NOT_ALLOWED'],
    ['86', { method: 'PUT', path: '/api/orders' }, '405 METHOD_NOT_ALLOWED'],
    ['86', { path: `/api/sessions/${id}/stop` }, '405 METHOD_NOT_ALLOWED'],
    ['88', { path: '/healthz?q=<img%20src=x%20onerror=alert(1)>' }, '200'],
    ['88', page('q=<img%20src=x%20onerror=alert(1)>'), '400 QUERY_UNKNOWN'],
  ];
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** What no id has. */
const FOREIGN = '\'"$*;(){}|<>^`!&=,';

function unseenRows(id: string, seed: number, ofEach: number): Expect[] {
  const drawn = (row: string, make: (draw: Draw) => readonly [Request, string]): Expect[] => {
    const draw = drawFrom(seed, `http ${row}`);
    return many(ofEach, () => [row, ...make(draw)] as const);
  };
  const paths = ['/api/orders', '/api/positions', '/api/accounts', '/api/sessions', '/api/runs', '/api/strategies'];
  return [
    ...drawn('69', (draw) => [
      { path: draw.pick(paths), token: draw.text(`${LETTERS}0123456789`, draw.whole(1, 80)) },
      '401 AUTH_REQUIRED',
    ]),
    ...drawn('70', (draw) => [
      { path: draw.pick(paths), headers: { host: `${draw.text(LETTERS, 8)}.${draw.text(LETTERS, 3)}` } },
      '421 HOST_NOT_ALLOWED',
    ]),
    ...drawn('74', (draw) => brokenJson(draw)),
    ...drawn('76', (draw) => [
      {
        path: `${draw.pick(paths)}?limit=${draw.pick([String(-draw.whole(1, 1e6)), String(draw.whole(501, 1e9)), draw.text(LETTERS, 4)])}`,
      },
      '400 QUERY_RANGE',
    ]),
    ...drawn('77', (draw) => [{ path: `${draw.pick(paths)}?sort=${draw.text(LETTERS, 6)}x` }, '400 QUERY_ENUM']),
    ...drawn('78', (draw) => [
      { path: `/api/orders?symbol=${encodeURIComponent(draw.text(LETTERS, 3) + draw.text(FOREIGN, 2))}` },
      '400 QUERY_RANGE',
    ]),
    ...drawn('80', (draw) => [
      { path: `/api/sessions/${id}`, ...json(`{"limits":{},"${draw.text(LETTERS, 7)}z":1}`), method: 'PATCH' },
      '400 INPUT_UNKNOWN_FIELD',
    ]),
    ...drawn('81', (draw) => [
      { path: `/api/sessions/${encodeURIComponent(draw.text(FOREIGN, draw.whole(1, 9)))}` },
      '400 INPUT_ID',
    ]),
    ...drawn('86', (draw) => [
      {
        method: draw.pick(['PUT', 'DELETE', 'PATCH', 'POST']),
        path: draw.pick(paths.filter((one) => !one.endsWith('sessions'))),
      },
      '405 METHOD_NOT_ALLOWED',
    ]),
  ];
}

/** A sign that JSON never has where it stands: between two tokens of a document. */
function brokenJson(draw: Draw): readonly [Request, string] {
  const before = `{"${draw.text(LETTERS, draw.whole(1, 20))}":[${many(draw.whole(0, 9), () => draw.whole(0, 999)).join(',')}`;
  const body = `${before}${draw.pick(['@', '#', ';', 'N', '}'])}],"a":1}`;
  return [{ path: '/api/sessions', ...json(body) }, `400 JSON_INVALID position ${before.length}`];
}

/** What is more than one request, or less than a whole one. */
function rawCases(site: HttpSite, hasty: HttpSite): Case[] {
  const ask = async (pieces: Iterable<Piece>, hasBody = true, { port } = site): Promise<string> =>
    toldOf((await exchange(port, pieces, 1, hasBody))[0] as RawAnswer);
  const head = (headers: Record<string, string>): string =>
    rawOf(site, { method: 'POST', path: '/api/sessions', headers: { 'content-type': 'application/json', ...headers } });
  const type = { 'content-type': 'application/json' };
  const slow = rawOf(hasty, { method: 'POST', path: '/api/sessions', headers: { ...type, 'content-length': '1000' } });
  const cases: readonly (readonly [row: string, name: string, expected: string, answer: () => Promise<string>])[] = [
    ['73', 'chunked without end', '413 INPUT_TOO_LARGE', () => ask(endless(head({ 'transfer-encoding': 'chunked' })))],
    ['73', 'slow body', '408 REQUEST_TIMEOUT', () => ask(slowly(slow), true, hasty)],
    ['73', 'slow head', '408 REQUEST_TIMEOUT', () => ask(slowly('GET /healthz HTTP/1.1\r\nx-slow: '), true, hasty)],
    ['82', 'one key, two bodies', '201, 201 the same, 409 IDEMPOTENCY_MISMATCH', () => twoBodies(site)],
    ['83', 'a burst of one token', '429 RATE_LIMITED, Retry-After, other 200', () => burst(site)],
    [
      '86',
      'HEAD on a POST route',
      '405',
      () => ask([rawOf(site, { method: 'HEAD', path: '/api/sessions/x/stop' })], false),
    ],
    ['86', 'HEAD on the stream', '405', () => ask([rawOf(site, { method: 'HEAD', path: '/api/events' })], false)],
  ];
  return cases.map(([row, input, expected, answer]) => ({ row, input, expected, answer }));
}

function* endless(head: string): Generator<Piece> {
  yield head;
  for (let n = 0; n < 200; n += 1) yield `10000\r\n${'a'.repeat(65_536)}\r\n`;
}

function* slowly(head: string): Generator<Piece> {
  yield head;
  for (;;) yield { afterMs: 300, text: 'a' };
}

/** Starts a short session of synthetic bars, twice under one key, then asks for another one under it. */
async function twoBodies(site: HttpSite): Promise<string> {
  const key = { 'content-type': 'application/json', 'idempotency-key': `key ${Date.now()}`.replace(' ', '-') };
  const body = (seed: number): string =>
    JSON.stringify({
      ...{ accountId: 'paper-1', strategy: { type: 'momentum' }, symbols: ['BTC/USDT'], tradingMode: 'backtest', seed },
      ...{ barIntervalMs: 3_600_000, market: { source: 'synthetic', count: 100 } },
    });
  const started = { method: 'POST', path: '/api/sessions', headers: key, body: body(1) };
  const first = await send(site, started);
  const second = await send(site, started);
  const third = await send(site, { ...started, body: body(2) });
  return `${first.status}, ${second.status} ${first.body === second.body ? 'the same' : 'another'}, ${toldOf(third)}`;
}

const BURST = 1_000;

/** All on one connection, so that only the server decides how fast they are taken. */
async function burst(site: HttpSite): Promise<string> {
  const one = rawOf(site, { path: '/healthz', token: site.tokens.busy });
  const answers = await exchange(site.port, [one.repeat(BURST)], BURST);
  const refused = answers.find(({ status }) => status === 429);
  if (refused === undefined) return `${answers.length} answers, none of them 429`;
  const other = await send(site, { path: '/healthz', token: site.tokens.other });
  const after = Number(refused.headers['retry-after']) > 0 ? ', Retry-After' : '';
  return `${toldOf(refused)}${after}, other ${other.status}`;
}
