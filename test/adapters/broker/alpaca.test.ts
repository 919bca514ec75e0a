/**
 * Alpaca, paper and live: the contract of all venues against the test venue, and what is Alpaca's own against peers
 * that answer line by line what a test tells them.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { alpacaLiveConfig, alpacaPaperConfig } from '../../../adapters/broker/alpaca/alpaca-config.ts';
import { type AlpacaParts, createAlpacaLive, createAlpacaPaper } from '../../../adapters/broker/alpaca/alpaca-venue.ts';
import { judgeClock } from '../../../adapters/broker/clock-drift.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import { identityProblems } from '../../../adapters/broker/venue-identity.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import type { AlpacaSettings } from '../../../schemas/alpaca-settings.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { startVenue } from '../../../scripts/lib/venue/start-venue.ts';
import {
  anOrder,
  describeVenueContract,
  type Misbehaviour,
  soonMs,
  type VenueHarness,
} from '../../contracts/venue-contract.ts';

const PAPER_HOST = 'https://paper-api.alpaca.markets';
const LIVE_HOST = 'https://api.alpaca.markets';
const settingsOf = (changes: Partial<AlpacaSettings> = {}): AlpacaSettings => ({
  paperKey: 'PKVENUE:venue-secret',
  paperUrl: PAPER_HOST,
  liveKey: null,
  liveUrl: LIVE_HOST,
  ...changes,
});

const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-alpaca-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FAULTS: Readonly<Record<Misbehaviour, Record<string, unknown>>> = {
  cutBefore: { cutBefore: 1 },
  cutAfter: { cutAfter: 1 },
  garbage: { garbage: 1 },
  status429: { status: { '429': 1 } },
  status500: { status: { '500': 1 } },
  status503: { status: { '503': 1 } },
};
const NONE = { cutBefore: 0, cutAfter: 0, garbage: 0, status: {} };
let journals = 0;

async function openTestVenue(
  mode: 'paper' | 'live',
  idProfile: Venue['idProfile'],
  hasNumericIds: boolean,
): Promise<VenueHarness> {
  journals += 1;
  const isLive = mode === 'live';
  const credentials = [{ key: isLive ? 'AKVENUE' : 'PKVENUE', secret: 'venue-secret' }];
  const journal = path.join(folder, `journal-${journals}.jsonl`);
  const options = { journal, profile: idProfile, credentials, isLive, hasNumericIds, isStrict: true, tickMs: 0 };
  const peer = await startVenue(options);
  const settings = isLive
    ? settingsOf({ liveKey: 'AKVENUE:venue-secret', liveUrl: peer.url })
    : settingsOf({ paperUrl: peer.url });
  const venue = isLive
    ? createAlpacaLive(alpacaLiveConfig(settings, true), { idProfile })
    : createAlpacaPaper(alpacaPaperConfig(settings, true), { idProfile });
  return {
    venue,
    requests: () => peer.control.stats().requests,
    ordersOf: (clientOrderId) => JSON.stringify(peer.control.state()).split(`"${clientOrderId}"`).length - 1,
    setPrice: (symbol, price) => peer.control.price(symbol, toDecimal(price)),
    misbehave: (how) => void peer.control.faults(how === null ? NONE : { ...NONE, ...FAULTS[how] }),
    setClockSkew: (clockSkewMs) => void peer.control.faults({ clockSkewMs }),
    close: peer.close,
  };
}

describeVenueContract('alpaca paper, ids unique for life', () => openTestVenue('paper', 'lifetime-unique', false));
describeVenueContract('alpaca paper, ids unique among open orders, ids as JSON numbers', () =>
  openTestVenue('paper', 'open-only', true),
);
describeVenueContract('alpaca live', () => openTestVenue('live', 'lifetime-unique', false));

type Seen = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
type Peer = { readonly url: string; readonly seen: Seen[]; readonly close: () => void };
const peers: Peer[] = [];
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});

/** A server that keeps what it was asked and answers by `serve`. */
async function aPeer(serve: (seen: Seen, response: ServerResponse) => void): Promise<Peer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', headers } = request;
      const url = new URL(request.url ?? '/', 'http://peer');
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      serve(one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const peer = { url, seen, close };
  peers.push(peer);
  return peer;
}
const paperAt = (url: string, parts: AlpacaParts = {}, changes: Partial<AlpacaSettings> = {}) =>
  createAlpacaPaper(alpacaPaperConfig(settingsOf({ paperUrl: url, ...changes }), true), parts);
const saying = (status: number, body: unknown) => (_: Seen, response: ServerResponse) =>
  void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));

const wireOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: '904837e3-3b76-47ec-b432-046db621571b',
  client_order_id: 'ours-entry',
  symbol: 'AAPL',
  side: 'buy',
  qty: '2',
  filled_qty: '0',
  filled_avg_price: null,
  type: 'market',
  status: 'accepted',
  submitted_at: '2026-01-05T15:00:00.123456789Z',
  ...changes,
});
const SHARE = { clientOrderId: 'ours-entry', symbol: 'AAPL', type: 'market', quantity: '2', limitPrice: null } as const;

it.each([
  ['AAPL', 'entry', '13.37', '1'],
  ['AAPL', 'entry', '0.4', null],
  ['AAPL', 'exit', '13.37', null],
  ['AAPL', 'stop', '13.37', null],
  ['BTC/USDT', 'entry', '13.37', '0.000000001'],
] as const)('%s: %s of %s goes to Alpaca in steps of %s', async (symbol, leg, quantity, step) => {
  expect(await paperAt('http://127.0.0.1:1').lot({ symbol, leg, quantity })).toBe(step);
});

describe('a send to Alpaca', () => {
  it('is one POST with the key in headers and a simple order in the body', async () => {
    const peer = await aPeer(saying(200, wireOrder()));
    expect(await paperAt(peer.url).send(anOrder(SHARE), soonMs())).toMatchObject({
      kind: 'accepted',
      order: { submittedAtMs: Date.UTC(2026, 0, 5, 15, 0, 0, 123), venueStatus: 'accepted' },
    });
    expect(peer.seen.length).toBe(1);
    const [{ method, url, headers, body } = expect.fail()] = peer.seen;
    expect(`${method} ${url.pathname}`).toBe('POST /v2/orders');
    expect(headers).toMatchObject({ 'apca-api-key-id': 'PKVENUE', 'apca-api-secret-key': 'venue-secret' });
    expect(JSON.parse(body)).toEqual({
      symbol: 'AAPL',
      qty: '2',
      side: 'buy',
      type: 'market',
      time_in_force: 'day',
      client_order_id: 'ours-entry',
    });
  });

  it.each([
    [
      { type: 'limit', limitPrice: '10.5' },
      { type: 'limit', limit_price: '10.5', time_in_force: 'day' },
    ],
    [
      { leg: 'stop', type: 'stop', stopPrice: '9', side: 'sell' },
      { type: 'stop', stop_price: '9', time_in_force: 'gtc' },
    ],
    [
      { leg: 'stop', type: 'stop', stopPrice: '9', quantity: '0.5' },
      { type: 'stop', time_in_force: 'day', qty: '0.5' },
    ],
    [
      { symbol: 'BTC/USD', leg: 'stop', type: 'stop', stopPrice: '100', side: 'sell' },
      { type: 'stop_limit', stop_price: '100', limit_price: '95', time_in_force: 'gtc' },
    ],
    [
      { symbol: 'BTC/USD', leg: 'stop', type: 'stop', stopPrice: '100', side: 'buy' },
      { type: 'stop_limit', stop_price: '100', limit_price: '105' },
    ],
    [{ symbol: 'BTC/USD' }, { type: 'market', time_in_force: 'gtc' }],
  ] as const)('writes %o as %o', async (changes, expected) => {
    const peer = await aPeer(saying(500, ''));
    await paperAt(peer.url).send(anOrder({ ...SHARE, ...changes }), soonMs());
    expect(JSON.parse(peer.seen[0]?.body ?? '')).toMatchObject(expected);
  });

  it.each([
    { type: 'limit', limitPrice: null },
    { type: 'stop', stopPrice: null },
    { quantity: '0' },
    { quantity: '-1' },
  ] as const)('does not happen for an order that lacks something: %o', async (changes) => {
    const peer = await aPeer(saying(200, wireOrder()));
    expect(await paperAt(peer.url).send(anOrder({ ...SHARE, ...changes }), soonMs())).toMatchObject({
      kind: 'rejected',
      code: 'NOT_SENDABLE',
    });
    expect(peer.seen.length).toBe(0);
  });

  it.each([
    ['another order', wireOrder({ client_order_id: 'another' })],
    ['another side', wireOrder({ side: 'sell' })],
    ['another quantity', wireOrder({ qty: '20' })],
    ['another symbol', wireOrder({ symbol: 'MSFT' })],
    ['an unknown status', wireOrder({ status: 'sleeping' })],
    ['more filled than ordered', wireOrder({ status: 'partially_filled', filled_qty: '3' })],
    ['filled with a part', wireOrder({ status: 'filled', filled_qty: '1' })],
    ['a quantity that is no number', wireOrder({ qty: 'NaN' })],
    ['a huge exponent', JSON.stringify(wireOrder()).replace('"2"', '2e999999999')],
    ['a list', [wireOrder()]],
    ['half a document', JSON.stringify(wireOrder()).slice(0, 80)],
    ['a page', '<html><body>Log in</body></html>'],
    ['nothing', ''],
    ['a nest', '['.repeat(100_000)],
  ])('proves nothing by 200 with %s', async (_, body) => {
    const peer = await aPeer(saying(200, body));
    expect(await paperAt(peer.url).send(anOrder(SHARE), soonMs())).toMatchObject({ kind: 'ambiguous' });
    expect(peer.seen.length).toBe(1);
  });

  it('is rejected by 200 with the order rejected, by 401, and by a refused connection', async () => {
    const rejecting = await aPeer(saying(200, wireOrder({ status: 'rejected' })));
    const rejected = await paperAt(rejecting.url).send(anOrder(SHARE), soonMs());
    expect(rejected).toMatchObject({ kind: 'rejected', code: 'VENUE_REJECTED' });
    const closed = await aPeer(saying(401, { code: 40110000, message: 'request is not authorized' }));
    const venue = paperAt(closed.url);
    expect(await venue.send(anOrder(SHARE), soonMs())).toMatchObject({ kind: 'rejected', code: 'AUTH' });
    closed.close();
    await new Promise((done) => setTimeout(done, 20));
    expect(await venue.send(anOrder(SHARE), soonMs())).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
    expect(closed.seen.length).toBe(1);
  });

  it('proves nothing by a venue that hangs, and ends in time', async () => {
    const peer = await aPeer(() => undefined);
    const startedAtMs = Date.now();
    const venue = paperAt(peer.url, { totalTimeoutMs: 300, idleTimeoutMs: 300 });
    expect(await venue.send(anOrder(SHARE), soonMs())).toMatchObject({ kind: 'ambiguous' });
    expect(Date.now() - startedAtMs).toBeLessThan(2_000);
    expect(peer.seen.length).toBe(1);
  });

  it('is refused by no status from 400 to 599 with an empty body but 401, and is never repeated', async () => {
    let status = 400;
    const peer = await aPeer((_, response) => void response.writeHead(status).end());
    const venue = paperAt(peer.url, { sleep: async () => undefined, requestsPerMinute: 1e6, nowMs: skippingClock() });
    const refused: number[] = [];
    for (; status <= 599; status += 1) {
      const outcome = await venue.send(anOrder(SHARE), Number.MAX_SAFE_INTEGER);
      if (outcome.kind !== 'ambiguous') refused.push(status);
    }
    expect(refused).toEqual([401]);
    expect(peer.seen.length).toBe(200);
  });
});

/** Each look at it is ten minutes later, so that no pause is ever waited for. */
function skippingClock(): () => number {
  let nowMs = Date.now();
  return () => {
    nowMs += 600_000;
    return nowMs;
  };
}

describe('what Alpaca tells', () => {
  it('keeps ids of 20 digits exact, as numbers and as texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 10n ** 19n, max: 10n ** 20n - 1n }), fc.boolean(), async (id, isNumber) => {
        const text = JSON.stringify(wireOrder({ id: String(id), qty: '2' }));
        const body = isNumber ? text.replace(`"${id}"`, String(id)).replace('"2"', '2.000') : text;
        const peer = await aPeer(saying(200, body));
        const sent = await paperAt(peer.url).send(anOrder(SHARE), soonMs());
        expect(sent).toMatchObject({ kind: 'accepted', order: { venueOrderId: String(id), quantity: '2' } });
        peer.close();
      }),
      { numRuns: 30 },
    );
  });

  it('says notFound only by its own clean answer', async () => {
    const answers: readonly (readonly [number, unknown, string])[] = [
      [404, { code: 40410000, message: 'order not found for ours-entry' }, 'notFound'],
      [404, { message: 'order not found' }, 'notFound'],
      [404, '<html>no such page</html>', 'failed'],
      [404, { code: 40400000, message: 'no route' }, 'failed'],
      [404, '', 'failed'],
      [200, wireOrder({ client_order_id: 'another' }), 'failed'],
      [200, [], 'failed'],
      [200, null, 'failed'],
      [204, '', 'failed'],
      [410, { message: 'order not found' }, 'failed'],
      [502, { message: 'order not found' }, 'failed'],
    ];
    for (const [status, body, kind] of answers) {
      const peer = await aPeer(saying(status, body));
      expect([status, (await paperAt(peer.url).lookUp('ours-entry')).kind]).toEqual([status, kind]);
    }
    const peer = await aPeer(saying(200, wireOrder()));
    peer.close();
    expect(await paperAt(peer.url).lookUp('a&b=c/d')).toMatchObject({ kind: 'failed' });
  });

  it('names every state, and a working order with something filled PARTIAL', async () => {
    const states = [
      [{ status: 'new' }, 'ACKED'],
      [{ status: 'pending_cancel' }, 'ACKED'],
      [{ status: 'pending_cancel', filled_qty: '1' }, 'PARTIAL'],
      [{ status: 'partially_filled', filled_qty: '0.5' }, 'PARTIAL'],
      [{ status: 'filled', filled_qty: '2', filled_avg_price: '10.12345678901234567890123' }, 'FILLED'],
      [{ status: 'canceled', filled_qty: '1' }, 'CANCELED'],
      [{ status: 'replaced' }, 'CANCELED'],
      [{ status: 'expired' }, 'EXPIRED'],
    ] as const;
    for (const [changes, state] of states) {
      const peer = await aPeer(saying(200, wireOrder(changes)));
      expect(await paperAt(peer.url).lookUp('ours-entry')).toMatchObject({ kind: 'found', order: { state } });
    }
  });

  it('is read whole over many pages: 10,000 open orders of as many symbols, some of one instant', async () => {
    const all = Array.from({ length: 10_000 }, (_, index) => {
      const atMs = Date.UTC(2026, 0, 5) + Math.floor(index / 3);
      return wireOrder({
        id: `id-${index}`,
        client_order_id: `c-${index}`,
        symbol: `S${index}`,
        submitted_at: new Date(atMs).toISOString(),
      });
    });
    const peer = await aPeer(({ url }, response) => {
      const after = Date.parse(url.searchParams.get('after') ?? '1970-01-01T00:00:00Z');
      const rest = all.filter((order) => Date.parse(String(order.submitted_at)) > after);
      response.end(JSON.stringify(rest.slice(0, Number(url.searchParams.get('limit')))));
    });
    const open = await paperAt(peer.url).openOrders();
    if (open.kind !== 'answered') return expect.fail(open.reason);
    expect(new Set(open.value.map(({ symbol }) => symbol)).size).toBe(10_000);
    expect(open.value.length).toBe(10_000);
  });

  it('is not read at all when a page cannot be told from the one before, or a row makes no sense', async () => {
    const same = Array.from({ length: 500 }, (_, index) => wireOrder({ id: `id-${index}` }));
    const stuck = await aPeer(saying(200, same));
    expect(await paperAt(stuck.url).openOrders()).toMatchObject({ kind: 'failed' });
    const odd = await aPeer(saying(200, [wireOrder(), wireOrder({ id: 'x', status: 'sleeping' })]));
    expect(await paperAt(odd.url).openOrders()).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('1.status'),
    });
  });

  it('pages fills by their ids, each once', async () => {
    const all = Array.from({ length: 250 }, (_, index) => ({
      id: `2026::${String(index).padStart(5, '0')}`,
      order_id: 'o',
      symbol: 'AAPL',
      side: index % 2 === 0 ? 'buy' : 'sell_short',
      qty: '1',
      price: '10.25',
      transaction_time: '2026-01-05T15:00:00.5Z',
    }));
    const peer = await aPeer(({ url }, response) => {
      const from = all.findIndex(({ id }) => id === url.searchParams.get('page_token')) + 1;
      response.end(JSON.stringify(all.slice(from, from + Number(url.searchParams.get('page_size')))));
    });
    const fills = await paperAt(peer.url).fills(0);
    expect(fills).toMatchObject({ kind: 'answered', value: { length: 250 } });
    expect(peer.seen.length).toBe(3);
    if (fills.kind === 'answered') expect(fills.value[1]).toMatchObject({ side: 'sell', fee: null, price: '10.25' });
  });

  const activity = (what: string, change: Record<string, unknown> = {}) => ({
    ...{
      activity_type: 'FILL',
      event_id: '01',
      ref_id: 'e-2',
      status: 'executed',
      currency: 'USD',
      settle_date: '2026-01-05',
    },
    ...{ at: '2026-01-05T15:01:00.123456Z', executed_at: '2026-01-05T15:00:00Z', qty: '2', price: '10.5' },
    details: { execution_type: what, order_id: 'o-1', side: 'buy', symbol: 'AAPL', cum_qty: '0', leaves_qty: '0' },
    ...change,
  });
  const stream = (...events: unknown[]): string =>
    [': heartbeat\n', ...events.map((event) => `id: 1\ndata: ${JSON.stringify(event)}\n\n`)].join('');

  it('reads busts and corrections out of the stream of activities, and nothing else', async () => {
    const told = stream(
      activity('fill'),
      activity('trade_bust', { previous_id: 'e-1' }),
      { activity_type: 'DIV', ref_id: 'x', net_amount: '1.02', details: {} },
      activity('trade_correct', { ref_id: 'e-4', previous_id: 'e-3', qty: 2, price: 10.25 }),
    );
    const peer = await aPeer((_, response) => response.end(told));
    const bust = {
      executionId: 'e-1',
      venueOrderId: 'o-1',
      symbol: 'AAPL',
      replacement: null,
      atMs: 1_767_625_260_123,
    };
    const fill = { tradeId: 'e-4', venueOrderId: 'o-1', symbol: 'AAPL', side: 'buy', quantity: '2', price: '10.25' };
    const replacement = { ...fill, fee: null, atMs: 1_767_625_200_000 };
    expect(await paperAt(peer.url).busts(0)).toEqual({
      kind: 'answered',
      value: [bust, { ...bust, executionId: 'e-3', replacement }],
    });
    expect(peer.seen[0]?.url.pathname).toBe('/v2beta1/events/activities');
    expect(peer.seen[0]?.url.searchParams.get('since')).toBe('1970-01-01T00:00:00.000Z');
    expect(Date.parse(peer.seen[0]?.url.searchParams.get('until') ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it.each<[string, string]>([
    ['breaks off', 'data: {"activity_type":"FILL"'],
    ['says that it has dropped events', `${stream()}: you are reading too slowly, dropped 10000 messages\n`],
    ['says that it failed', `${stream()}: internal server error\n`],
    ['has a bust that does not say of what', stream(activity('trade_bust'))],
    ['has a correction without a price', stream(activity('trade_correct', { previous_id: 'e-1', price: null }))],
    ['has a trade of an unknown kind', stream(activity('trade_swap', { previous_id: 'e-1' }))],
    ['is no JSON', 'data: <html>\n\n'],
  ])('does not read a stream of activities that %s', async (_, text) => {
    const peer = await aPeer((_request, response) => response.end(text));
    expect(await paperAt(peer.url).busts(0)).toMatchObject({ kind: 'failed' });
  });

  it('is told of no bust where the stream is not offered, and does not take a failure for that', async () => {
    for (const status of [403, 404]) {
      const peer = await aPeer(saying(status, { code: 40410000, message: 'not found' }));
      expect(await paperAt(peer.url).busts(0)).toEqual({ kind: 'answered', value: [] });
    }
    const broken = await aPeer(saying(500, {}));
    expect(await paperAt(broken.url).busts(0)).toMatchObject({ kind: 'failed' });
  });

  it('does not take a bust in the list of fills for a fill', async () => {
    const row = {
      order_id: 'o',
      symbol: 'AAPL',
      side: 'buy',
      qty: '1',
      price: '1',
      transaction_time: '2026-01-05T15:00:00Z',
    };
    const rows = [
      { ...row, id: '2026::1', type: 'fill' },
      { ...row, id: '2026::2', type: 'trade_bust' },
    ];
    const peer = await aPeer(saying(200, rows));
    const fills = await paperAt(peer.url).fills(0);
    expect(fills).toMatchObject({ kind: 'answered', value: [{ tradeId: '2026::1' }] });
  });

  it('names positions as orders do, short ones below zero', async () => {
    const rows = [
      { symbol: 'BTCUSD', asset_class: 'crypto', qty: '0.1', side: 'long', avg_entry_price: '60000' },
      { symbol: 'ETHUSDT', asset_class: 'crypto', qty: '1', side: 'long', avg_entry_price: '3000' },
      { symbol: 'AAPL', asset_class: 'us_equity', qty: '-5', side: 'short', avg_entry_price: '200' },
      { symbol: 'TSLA', asset_class: 'us_equity', qty: '5', side: 'short', avg_entry_price: '200' },
    ];
    const peer = await aPeer(saying(200, rows));
    expect(await paperAt(peer.url).positions()).toEqual({
      kind: 'answered',
      value: [
        { symbol: 'BTC/USD', quantity: '0.1', averagePrice: '60000' },
        { symbol: 'ETH/USDT', quantity: '1', averagePrice: '3000' },
        { symbol: 'AAPL', quantity: '-5', averagePrice: '200' },
        { symbol: 'TSLA', quantity: '-5', averagePrice: '200' },
      ],
    });
    const odd = await aPeer(saying(200, [{ ...rows[0], qty: '-1' }]));
    expect(await paperAt(odd.url).positions()).toMatchObject({ kind: 'failed' });
  });

  it('reads 10,000 positions, which have no pages', async () => {
    const row = { asset_class: 'us_equity', qty: '1', side: 'long', avg_entry_price: '200', padding: 'x'.repeat(500) };
    const peer = await aPeer(
      saying(
        200,
        Array.from({ length: 10_000 }, (_, index) => ({ ...row, symbol: `S${index}` })),
      ),
    );
    expect(await paperAt(peer.url).positions()).toMatchObject({ kind: 'answered', value: { length: 10_000 } });
  });

  it('blocks new orders when its clock is 10 s off, whatever the zone it writes', async () => {
    const stamp = new Date(Date.now() - 10_000 - 4 * 3_600_000).toISOString().replace('Z', '123456-04:00');
    const peer = await aPeer(saying(200, { timestamp: stamp, is_open: true }));
    const clock = await paperAt(peer.url).clock();
    if (clock.kind !== 'answered') return expect.fail(clock.reason);
    expect(judgeClock(clock.value).level).toBe('block');
  });
});

describe('a cancel at Alpaca', () => {
  const order = anOrder({ ...SHARE, venueOrderId: 'v-1' });
  /** Answers the DELETE with a status and each look-up with the next order. */
  const racing = (status: number, ...looks: readonly Record<string, unknown>[]) => {
    let look = 0;
    return aPeer(({ method }, response) => {
      if (method === 'DELETE') return void response.writeHead(status).end();
      look += 1;
      response.end(JSON.stringify(wireOrder(looks[look - 1])));
    });
  };

  it.each([
    [204, { status: 'canceled' }, 'canceled'],
    [204, { status: 'canceled', filled_qty: '1' }, 'canceled'],
    [204, { status: 'filled', filled_qty: '2' }, 'tooLate'],
    [204, { status: 'pending_cancel' }, 'ambiguous'],
    [204, { status: 'new' }, 'ambiguous'],
    [422, { status: 'filled', filled_qty: '2' }, 'tooLate'],
    [422, { status: 'expired' }, 'tooLate'],
    [422, { status: 'canceled' }, 'canceled'],
    [422, { status: 'pending_cancel' }, 'ambiguous'],
    [500, { status: 'canceled' }, 'ambiguous'],
    [429, { status: 'canceled' }, 'ambiguous'],
    [404, { status: 'canceled' }, 'ambiguous'],
  ] as const)('answered %i with the order then %o is %s', async (status, look, kind) => {
    const peer = await racing(status, look);
    expect((await paperAt(peer.url).cancel(order)).kind).toBe(kind);
    expect(peer.seen.filter(({ method }) => method === 'DELETE').length).toBe(1);
  });

  it('does not ask to cancel what the look-up shows to be over', async () => {
    const peer = await racing(204, { status: 'filled', filled_qty: '2' });
    expect(await paperAt(peer.url).cancel({ ...order, venueOrderId: null })).toMatchObject({ kind: 'tooLate' });
    expect(peer.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('of everything names what was taken and what was refused', async () => {
    const rows = [
      { id: 'a', status: 200 },
      { id: 'b', status: 422, body: {} },
      { id: 'c', status: '200' },
    ];
    const peer = await aPeer(saying(207, rows));
    expect(await paperAt(peer.url).cancelAll()).toEqual({
      kind: 'taken',
      venueOrderIds: ['a', 'c'],
      refused: [{ venueOrderId: 'b', status: '422' }],
    });
    const cut = await aPeer(saying(207, '[{"id":"a","sta'));
    expect(await paperAt(cut.url).cancelAll()).toMatchObject({ kind: 'ambiguous' });
  });
});

describe('the rate limit of Alpaca', () => {
  it('is kept by waiting: after 429 only cancels go on until the time it names', async () => {
    let nowMs = 1_000_000;
    const sleep = async (ms: number): Promise<void> => {
      nowMs += ms;
    };
    const peer = await aPeer(({ method }, response) => {
      if (method === 'DELETE') return void response.writeHead(207).end('[]');
      response.writeHead(429, { 'retry-after': '7' }).end('{"code":42910000,"message":"rate limit exceeded"}');
    });
    const venue = paperAt(peer.url, { nowMs: () => nowMs, sleep });
    expect(await venue.send(anOrder(SHARE), nowMs + 1_000)).toMatchObject({ kind: 'ambiguous' });
    expect(await venue.send(anOrder(SHARE), nowMs + 6_999)).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
    expect(await venue.cancelAll()).toMatchObject({ kind: 'taken' });
    expect(nowMs).toBe(1_000_000);
    expect(peer.seen.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    await venue.send(anOrder(SHARE), nowMs + 7_000);
    expect(nowMs).toBe(1_007_000);
    expect(peer.seen.length).toBe(3);
  });

  it('of a wild header is bounded', async () => {
    for (const [header, pauseMs] of [
      ['-5', 1_000],
      ['nonsense', 1_000],
      ['1e9', 300_000],
    ] as const) {
      let nowMs = 0;
      const peer = await aPeer((_, response) => void response.writeHead(429, { 'retry-after': header }).end());
      const sleep = async (ms: number): Promise<void> => {
        nowMs += ms;
      };
      const venue = paperAt(peer.url, { nowMs: () => nowMs, sleep });
      await venue.send(anOrder(SHARE), 10);
      await venue.send(anOrder(SHARE), 1e9);
      expect(nowMs).toBe(pauseMs);
    }
  });
});

describe('paper and live', () => {
  const codesOf = (make: () => unknown): string[] => {
    try {
      make();
    } catch (error) {
      if (error instanceof InvalidInput) return error.problems.map(({ code, path: at }) => `${code} ${at}`);
      throw error;
    }
    return [];
  };

  it('never mix: of 10,000 wrong set-ups none makes an adapter, and no request reaches the live host', async () => {
    const live = await aPeer(saying(200, wireOrder()));
    const paper = await aPeer(saying(200, wireOrder()));
    const port = new URL(live.url).port;
    const liveNames = [
      live.url,
      `${live.url}/`,
      `${live.url}/v2`,
      `http://localhost:${port}`,
      `http://127.0.0.9:${port}`,
    ];
    const wrongHost = fc.record({
      paperUrl: fc.constantFrom(
        ...liveNames,
        LIVE_HOST,
        'https://API.Alpaca.Markets./',
        'https://api.alpaca.markets/v2',
      ),
      paperKey: fc.constantFrom('PKVENUE:venue-secret', 'some:key'),
      liveUrl: fc.constantFrom(...liveNames),
      liveKey: fc.constantFrom(null, 'AKVENUE:venue-secret'),
    });
    const wrongKey = fc
      .record({
        paperUrl: fc.constantFrom(paper.url, PAPER_HOST),
        paperKey: fc.constantFrom('PKSAME:venue-secret', 'same:key'),
        liveUrl: fc.constantFrom(...liveNames),
        liveKey: fc.constantFrom('PKSAME:venue-secret', 'PKVENUE:other', 'same:key', 'same:other'),
      })
      .filter(({ paperKey, liveKey }) => liveKey.startsWith('PK') || paperKey.startsWith('same'));
    const sends: Promise<unknown>[] = [];
    let mismatches = 0;
    fc.assert(
      fc.property(fc.oneof(wrongHost, wrongKey), fc.boolean(), (settings, isLive) => {
        const make = (): void => {
          const venue = isLive
            ? createAlpacaLive(alpacaLiveConfig(settings, true))
            : createAlpacaPaper(alpacaPaperConfig(settings, true));
          sends.push(venue.send(anOrder(SHARE), soonMs()));
        };
        const codes = codesOf(make);
        if (codes.some((code) => code.startsWith('CONFIG_MODE_HOST_MISMATCH'))) mismatches += 1;
        expect(codes).not.toEqual([]);
      }),
      { numRuns: 10_000 },
    );
    await Promise.all(sends);
    expect(mismatches).toBe(10_000);
    expect(live.seen.length).toBe(0);
  });

  it('list all that is wrong at once', () => {
    const settings = settingsOf({ paperUrl: LIVE_HOST, liveUrl: 'http://10.0.0.1', liveKey: 'PKX1:other' });
    expect(codesOf(() => createAlpacaPaper(alpacaPaperConfig(settings, false)))).toEqual([
      'CONFIG_MODE_HOST_MISMATCH ALPACA_PAPER_URL',
      'CONFIG_URL_BLOCKED ALPACA_LIVE_URL',
      'CONFIG_MODE_HOST_MISMATCH ALPACA_LIVE_KEY',
    ]);
    expect(codesOf(() => createAlpacaLive(alpacaLiveConfig(settingsOf(), false)))).toEqual([
      'CONFIG_REQUIRED ALPACA_LIVE_KEY',
    ]);
    const badKey = settingsOf({ paperKey: 'no secret here' });
    expect(codesOf(() => createAlpacaPaper(alpacaPaperConfig(badKey, false)))).toEqual([
      'CONFIG_VALUE ALPACA_PAPER_KEY',
    ]);
  });

  it('are told by the account itself, and the account is the one that was known', async () => {
    const account = { id: 'acc-1', account_number: '123456789', cash: '1', currency: 'USD' };
    const peer = await aPeer(saying(200, account));
    const told = await identityProblems(paperAt(peer.url), 'acc-0');
    expect(told.map(({ code }) => code)).toEqual(['CONFIG_MODE_HOST_MISMATCH', 'VENUE_ACCOUNT_CHANGED']);
    const paper = await aPeer(saying(200, { ...account, account_number: 'PA3XYZ12345' }));
    expect(await identityProblems(paperAt(paper.url), 'acc-1')).toEqual([]);
    const settings = settingsOf({ liveKey: 'AKVENUE:venue-secret', liveUrl: paper.url });
    const live = createAlpacaLive(alpacaLiveConfig(settings, true));
    expect((await identityProblems(live, null)).map(({ code }) => code)).toEqual(['CONFIG_MODE_HOST_MISMATCH']);
    const closed = await aPeer(saying(401, { message: 'request is not authorized' }));
    expect((await identityProblems(paperAt(closed.url), null)).map(({ code }) => code)).toEqual(['VENUE_UNREACHABLE']);
  });
});

describe('the key of Alpaca', () => {
  it('is in no outcome, message or shown adapter, even when the venue repeats it', async () => {
    const keyId = 'PKCANARY0001';
    const secret = 'canary/secret+0002';
    const forms = [keyId, secret, encodeURIComponent(secret), btoa(secret), btoa(`${keyId}:${secret}`)];
    const settings = { paperKey: `${keyId}:${secret}` };
    const echo = forms.join(' ');
    const texts: string[] = [];
    for (const status of [200, 401, 403, 404, 422, 429, 500]) {
      const peer = await aPeer(saying(status, { code: 40310000, message: `bad key ${echo}` }));
      const venue = paperAt(peer.url, {}, settings);
      texts.push(inspect(venue, { depth: 9 }), JSON.stringify(venue));
      for (const outcome of [
        await venue.send(anOrder(SHARE), soonMs()),
        await venue.cancel(anOrder({ venueOrderId: 'v' })),
      ]) {
        texts.push(inspect(outcome));
      }
      if (status !== 429) texts.push(inspect(await venue.lookUp('x')), inspect(await venue.openOrders()));
    }
    const wrong = settingsOf({
      paperKey: `${keyId} ${secret}`,
      paperUrl: `http://${keyId}:${encodeURIComponent(secret)}@x`,
    });
    try {
      createAlpacaPaper(alpacaPaperConfig(wrong, true));
    } catch (error) {
      texts.push(inspect(error, { depth: 9 }));
    }
    expect(texts.length).toBe(7 * 4 + 6 * 2 + 1);
    for (const text of texts) for (const form of forms) expect(text).not.toContain(form);
  });
});
