/**
 * B4: every status from 400 to 599 with every kind of body, and what it proves of an order. B3: a venue that hangs, in
 * all the ways there are. What is right is written here from the venue's documentation, not read from the table under test.
 */
import type { SendOutcome } from '../../../schemas/venue.ts';
import type { Case } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import { anOrderOf, type Peer, type Reply, saying, soonMs, wireOrderOf } from './peer.ts';

const CODES = [null, 40010000, 40010001, 42210000, 40310000, 40310100, 40110000, 40410000, 42910000, 50010000];
const MESSAGES = [
  null,
  'insufficient buying power (requested: 2, available: 1)',
  'forbidden.',
  'request is not authorized',
  'client_order_id must be unique',
  'clientOrderId already used',
  'order not found for ours',
  'too many requests',
  '',
];
const BARE = [
  '',
  '<html><body>Bad Gateway</body></html>',
  '{"code":403100',
  '[]',
  'null',
  '"forbidden"',
  '{"code":{}}',
];
/** Statuses beside the range: none of them is a refusal either. */
const FURTHER = [202, 204, 206, 300, 301, 302, 303, 307, 308, 399];

type Body = { readonly text: string; readonly code: number | null; readonly message: string | null };

const bare = (text: string): Body => ({ text, code: null, message: null });
const said = (code: number | null, message: string | null): Body => ({
  text: JSON.stringify({ ...(code !== null && { code }), ...(message !== null && { message }) }),
  code,
  message,
});

/** 401 and 403 "forbidden" refuse the key; 403 and 422 with the venue's own codes refuse this order; nothing else does. */
function refusalAs(status: number, { code, message }: Body): string | null {
  const text = (message ?? '').toLowerCase();
  const namesTheId = /client.?order.?id/.test(text);
  if (status === 401) return 'AUTH';
  if (status === 403) {
    const refusesKey = text.startsWith('forbidden') || text.startsWith('request is not authorized');
    if (refusesKey && (code === null || code === 40110000 || code === 40310000)) return 'AUTH';
    return (code === 40310000 || code === 40310100) && !namesTheId ? 'VENUE_REFUSED' : null;
  }
  const isField = code === 40010000 || code === 40010001 || code === 42210000;
  return status === 422 && isField && text !== '' && !namesTheId ? 'VENUE_INVALID' : null;
}

const outcomeText = (outcome: SendOutcome, requests: number): string =>
  `${outcome.kind === 'rejected' ? `rejected ${outcome.code}` : outcome.kind}, ${requests} request`;

function codeCase(peer: Peer, status: number, body: Body): Case {
  const refusal = refusalAs(status, body);
  const answer = async (): Promise<string> => {
    const { venue, seen } = peer.script(saying(status, body.text, { location: '/v2/account' }));
    return outcomeText(await venue.send(anOrderOf('ours'), soonMs()), seen());
  };
  const expected = `${refusal === null ? 'ambiguous' : `rejected ${refusal}`}, 1 request`;
  return { row: 'B4', input: { status, body: body.text }, expected, answer };
}

/** All 200 statuses with a bare body and a spoken one each time, the telling ones with everything. */
export function codeCases(peer: Peer, seed: number, ofEach: number): Case[] {
  const draw = drawFrom(seed, 'codes');
  const ours = JSON.stringify(wireOrderOf('ours'));
  const telling = [400, 401, 403, 404, 408, 409, 418, 422, 425, 429, 451, 500, 502, 503, 504, 507].flatMap((status) => [
    ...CODES.flatMap((code) => MESSAGES.map((message) => codeCase(peer, status, said(code, message)))),
    ...[...BARE, ours].map((text) => codeCase(peer, status, bare(text))),
  ]);
  const all = [...many(200, (index) => 400 + index), ...FURTHER];
  const drawn = all.flatMap((status) => many(ofEach, () => codeCase(peer, status, anyBody(draw))));
  return [...telling, ...drawn];
}

function anyBody(draw: Draw): Body {
  if (draw.whole(0, 2) === 0) return bare(draw.pick(BARE));
  const code = draw.pick([...CODES, draw.whole(10_000_000, 59_999_999)]);
  return said(code, draw.pick([...MESSAGES, draw.text('abc xyz', 12)]));
}

const TOTAL_MS = 400;
const IDLE_MS = 200;
const PATIENCE = { totalTimeoutMs: TOTAL_MS, idleTimeoutMs: IDLE_MS };

/** Each leaves the request without a whole answer. */
const HANGS: Readonly<Record<string, Reply>> = {
  silence: () => undefined,
  headersOnly: (response) => void response.writeHead(200, { 'content-length': '500' }).flushHeaders(),
  halfBody: (response) => void response.writeHead(200, { 'content-length': '500' }).write('{"id":"or'),
  drip: (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 50);
    response.once('close', () => clearInterval(timer));
  },
  flood: (response) => {
    response.writeHead(200);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      response.once('drain', pour);
    };
    pour();
  },
  reset: (response) => void response.socket?.resetAndDestroy(),
  cutInHalf: (response) => {
    response.writeHead(201, { 'content-length': '500' }).write('{"id":');
    setTimeout(() => response.destroy(), 20);
  },
  wrongLength: (response) =>
    void response.writeHead(200, { 'content-length': '1' }).end(JSON.stringify(wireOrderOf('ours'))),
  packed: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
};

export function hangCases(peer: Peer): Case[] {
  return Object.entries(HANGS).map(([how, reply]) => ({
    row: 'B3',
    input: { how },
    expected: 'ambiguous, 1 request, in time',
    answer: async () => {
      const startedAtMs = Date.now();
      const { venue, seen } = peer.script(reply, PATIENCE);
      const outcome = await venue.send(anOrderOf('ours'), soonMs());
      const isInTime = Date.now() - startedAtMs < TOTAL_MS + 1_000;
      return `${outcomeText(outcome, seen())}, ${isInTime ? 'in time' : 'too late'}`;
    },
  }));
}

/** What a venue may ask for, and how long it is then left alone: from 1 s to 5 min. */
const PAUSES: readonly (readonly [string | null, number])[] = [
  [null, 1_000],
  ['0', 1_000],
  ['1', 1_000],
  ['30', 30_000],
  ['300', 300_000],
  ['86400', 300_000],
  ['-5', 1_000],
  ['soon', 1_000],
  ['Wed, 21 Oct 2099 07:28:00 GMT', 300_000],
  ['1e300', 300_000],
];

/** After 418 and 429 no order leaves before the pause is over; a cancel does. */
export function pauseCases(peer: Peer, seed: number, ofEach: number): Case[] {
  const draw = drawFrom(seed, 'pauses');
  const drawn = many(ofEach, () => draw.whole(2, 299)).map((seconds) => [String(seconds), seconds * 1_000] as const);
  return [418, 429].flatMap((status) => [...PAUSES, ...drawn].map((pause) => pauseCase(peer, status, ...pause)));
}

function pauseCase(peer: Peer, status: number, retryAfter: string | null, pauseMs: number): Case {
  const answer = async (): Promise<string> => {
    let nowMs = Date.now();
    const headers: Record<string, string> = retryAfter === null ? {} : { 'retry-after': retryAfter };
    const reply = saying(status, '', headers);
    const { venue, seen } = peer.script(reply, { nowMs: () => nowMs, sleep: async () => undefined });
    const first = await venue.send(anOrderOf('first'), nowMs + 100);
    nowMs += pauseMs - 100;
    const tooEarly = await venue.send(anOrderOf('second'), nowMs + 50);
    const afterOrders = seen();
    await venue.cancelAll();
    const afterCancel = seen();
    // The cancel was answered with the same status, and asked for the same pause again.
    nowMs += pauseMs + 1;
    const later = await venue.send(anOrderOf('third'), nowMs + 100);
    return [outcomeText(first, 1), outcomeText(tooEarly, afterOrders), afterCancel, outcomeText(later, seen())].join(
      '; ',
    );
  };
  const expected = 'ambiguous, 1 request; rejected NOT_SENT, 1 request; 2; ambiguous, 3 request';
  return { row: 'B4', input: { status, retryAfter }, expected, answer };
}
