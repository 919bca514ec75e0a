/** What Alpaca tells of orders, fills, busts and positions: whole, exact, each once, or not at all. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeClock } from '../../../adapters/broker/clock-drift.ts';
import { anOrder, soonMs } from '../../contracts/venue-contract.ts';
import { aPeer, closePeers, paperAt, SHARE, saying, wireOrder } from './alpaca-http-peer.ts';

afterEach(closePeers);

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
