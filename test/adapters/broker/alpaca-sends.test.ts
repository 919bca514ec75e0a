/** What leaves for Alpaca, and what its answers to a send prove. */
import { afterEach, describe, expect, it } from 'vitest';
import { anOrder, soonMs } from '../../contracts/venue-contract.ts';
import { aPeer, closePeers, paperAt, SHARE, saying, wireOrder } from './alpaca-http-peer.ts';

afterEach(closePeers);

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
