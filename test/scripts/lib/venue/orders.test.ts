/** How orders live at the test venue: both id profiles, limits, stops, brackets, parts, races, changes by hand. */
import { describe, expect, it } from 'vitest';
import { type Json, limit, market, openVenue, type VenueUnderTest } from './venue-under-test.ts';

const bracket = (part: Json = {}): Json =>
  limit('100', {
    qty: '10',
    order_class: 'bracket',
    take_profit: { limit_price: '120' },
    stop_loss: { stop_price: '90' },
    ...part,
  });

async function show(venue: VenueUnderTest, id: unknown) {
  const { json } = await venue.get(`/v2/orders/${id}`);
  const legs = Array.isArray(json.legs) ? json.legs : [];
  return {
    status: json.status,
    filled: json.filled_qty,
    legs: legs.map((leg: Json) => [leg.type, leg.status, leg.qty]),
  };
}

describe("a client's order id", () => {
  it('is used up for good in profile lifetime-unique, also after a cancel', async () => {
    const { post, remove } = await openVenue({ profile: 'lifetime-unique' });
    const { json } = await post(limit('10', { client_order_id: 'x' }));
    await remove(`/v2/orders/${json.id}`);
    const { status, json: refused } = await post(limit('10', { client_order_id: 'x' }));
    expect([status, refused]).toEqual([422, { code: 40010001, message: 'client_order_id must be unique' }]);
  });

  it('is free again in profile open-only once its order is over: a second order fills', async () => {
    const { post, price, list, get } = await openVenue({ profile: 'open-only' });
    price('BTC/USD', '100');
    await post(limit('10', { client_order_id: 'y' }));
    expect((await post(limit('10', { client_order_id: 'y' }))).json.code).toBe(40010001);
    await post(market({ client_order_id: 'x' }));
    const second = await post(market({ client_order_id: 'x' }));
    expect(second.json.status).toBe('filled');
    expect(await list('/v2/positions')).toMatchObject([{ qty: '2' }]);
    const found = await get('/v2/orders:by_client_order_id?client_order_id=x');
    expect(found.json.id).toBe(second.json.id);
  });

  it('of a refused order stays free', async () => {
    const { post } = await openVenue({ cash: '100' });
    expect((await post(limit('200', { client_order_id: 'z' }))).status).toBe(403);
    expect((await post(limit('50', { client_order_id: 'z' }))).status).toBe(200);
  });
});

describe('prices', () => {
  it('fill a limit order only when they are strictly through it, at its limit', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '101');
    const { json } = await venue.post(limit('100'));
    venue.price('BTC/USD', '100');
    expect(await show(venue, json.id)).toMatchObject({ status: 'new', filled: '0' });
    venue.price('BTC/USD', '99.5');
    expect((await venue.get(`/v2/orders/${json.id}`)).json).toMatchObject({
      status: 'filled',
      filled_avg_price: '100',
    });
  });

  it('fill a limit order that is through on arrival at the better price', async () => {
    const { post, price } = await openVenue();
    price('BTC/USD', '95');
    expect((await post(limit('100'))).json.filled_avg_price).toBe('95');
  });

  it('fill a stop at the price that touches it, gaps included, and turn a stop_limit into a limit', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '100');
    await venue.post(market({ qty: '2' }));
    const stop = await venue.post(market({ side: 'sell', type: 'stop', stop_price: '90' }));
    const part = { side: 'sell', type: 'stop_limit', stop_price: '90', limit_price: '88' };
    const stopLimit = await venue.post(market(part));
    venue.price('BTC/USD', '80');
    expect((await venue.get(`/v2/orders/${stop.json.id}`)).json.filled_avg_price).toBe('80');
    expect(await show(venue, stopLimit.json.id)).toMatchObject({ status: 'new' });
    venue.price('BTC/USD', '89');
    expect((await venue.get(`/v2/orders/${stopLimit.json.id}`)).json.filled_avg_price).toBe('88');
  });

  it('walk the same way for the same seed, step by step', async () => {
    const seen = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const { post } = await openVenue({ seed });
        return (await post(market({ symbol: 'XYZ' }))).json.filled_avg_price;
      }),
    );
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).not.toBe(seen[2]);
  });

  it('move by themselves every tick and fill what they pass', async () => {
    const { post, get } = await openVenue({ tickMs: 5 });
    const first = (await post(market({ qty: '0.001' }))).json.filled_avg_price;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await post(market({ qty: '0.001' }))).json.filled_avg_price).not.toBe(first);
    expect((await get('/v2/account')).status).toBe(200);
  });

  it('end an ioc order that does not fill, and a day order when its day is over', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '100');
    expect((await venue.post(limit('90', { time_in_force: 'ioc' }))).json.status).toBe('canceled');
    const { json } = await venue.post(limit('90', { time_in_force: 'day' }));
    expect(venue.control.expire(null)).toBe(1);
    expect(await show(venue, json.id)).toMatchObject({ status: 'expired' });
    expect(venue.lines().at(-1)).toMatchObject({ kind: 'expire', filledQuantity: '0' });
  });
});

describe('a bracket', () => {
  it('holds its legs until the entry fills; one leg that fills ends the other', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '105');
    const { json } = await venue.post(bracket());
    expect((await show(venue, json.id)).legs).toEqual([
      ['limit', 'held', '10'],
      ['stop', 'held', '10'],
    ]);
    venue.price('BTC/USD', '99');
    expect((await show(venue, json.id)).legs).toEqual([
      ['limit', 'new', '10'],
      ['stop', 'new', '10'],
    ]);
    venue.price('BTC/USD', '121');
    expect((await show(venue, json.id)).legs).toEqual([
      ['limit', 'filled', '10'],
      ['stop', 'canceled', '10'],
    ]);
    expect(await venue.list('/v2/positions')).toEqual([]);
    expect((await venue.get('/v2/account')).json.cash).toBe('100200');
  });

  it('sizes its legs from the filled quantity when the entry is cancelled half way', async () => {
    const venue = await openVenue({ faults: { partial: 1 } });
    venue.price('BTC/USD', '99');
    const { json } = await venue.post(bracket());
    const filled = String(json.filled_qty);
    expect(json.status).toBe('partially_filled');
    expect(Number(filled)).toBeGreaterThan(0);
    expect(Number(filled)).toBeLessThan(10);
    await venue.remove(`/v2/orders/${json.id}`);
    expect(await show(venue, json.id)).toEqual({
      status: 'canceled',
      filled,
      legs: [
        ['limit', 'new', filled],
        ['stop', 'new', filled],
      ],
    });
    venue.control.faults({ partial: 0 });
    venue.price('BTC/USD', '85');
    expect(await venue.list('/v2/positions')).toEqual([]);
  });

  it('ends with its entry when nothing was filled', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '105');
    const { json } = await venue.post(bracket());
    await venue.remove(`/v2/orders/${json.id}`);
    expect((await show(venue, json.id)).legs.map(([, status]) => status)).toEqual(['canceled', 'canceled']);
  });

  it('gives the other leg what one leg left over', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '99');
    const { json } = await venue.post(bracket());
    venue.control.faults({ partial: 1 });
    venue.price('BTC/USD', '121');
    const { legs } = await show(venue, json.id);
    const profit = (await venue.get(`/v2/orders/${json.id}`)).json.legs;
    const filled = Array.isArray(profit) ? Number(profit[0].filled_qty) : 0;
    expect(legs[0]).toEqual(['limit', 'partially_filled', '10']);
    expect(filled).toBeGreaterThan(0);
    expect(Number(legs[1]?.[2])).toBeCloseTo(10 - filled, 9);
  });

  it('is refused when its exits lie on the wrong side, with the price they were judged by', async () => {
    const { post, price } = await openVenue();
    price('BTC/USD', '100');
    const { status, json } = await post(bracket({ take_profit: { limit_price: '95' } }));
    expect([status, json]).toEqual([
      422,
      { code: 42210000, message: 'take_profit.limit_price must be > base_price', base_price: '100' },
    ]);
    const short = bracket({ symbol: 'AAPL', side: 'sell' });
    expect((await post(short)).json.message).toBe('take_profit.limit_price must be < base_price');
  });

  it('as an OCO works for a position that is there', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '100');
    const oco = bracket({ side: 'sell', order_class: 'oco', limit_price: undefined });
    expect((await venue.post(oco)).status).toBe(403);
    await venue.post(market({ qty: '10' }));
    const { json } = await venue.post(oco);
    expect(json).toMatchObject({ limit_price: '120', legs: [{ stop_price: '90', status: 'new' }] });
    venue.price('BTC/USD', '89');
    expect(await show(venue, json.id)).toMatchObject({ status: 'canceled', legs: [['stop', 'filled', '10']] });
  });
});

describe('parts and races', () => {
  it('a fill in parts is two fills, the second at the next tick, and the money is exact', async () => {
    const venue = await openVenue({ faults: { partial: 1 } });
    venue.price('BTC/USD', '100.1');
    const { json } = await venue.post(market({ qty: '3' }));
    await venue.post(limit('10'));
    expect(await show(venue, json.id)).toMatchObject({ status: 'partially_filled', filled: json.filled_qty });
    venue.control.tick();
    expect(await show(venue, json.id)).toMatchObject({ status: 'filled', filled: '3' });
    const fills = await venue.list(`/v2/account/activities/FILL?direction=asc&order_id=${json.id}`);
    expect(fills.map((fill) => [fill.type, fill.cum_qty])).toEqual([
      ['partial_fill', json.filled_qty],
      ['fill', '3'],
    ]);
    expect((await venue.get('/v2/account')).json.cash).toBe('99699.7');
  });

  it('a cancel that loses the race answers 422, and the order is filled at its limit', async () => {
    const venue = await openVenue({ faults: { cancelRace: 1 } });
    venue.price('BTC/USD', '105');
    const { json } = await venue.post(limit('100'));
    const { status, json: refused } = await venue.remove(`/v2/orders/${json.id}`);
    expect([status, refused]).toEqual([422, { code: 42210000, message: 'order is already in "filled" state' }]);
    expect(await show(venue, json.id)).toMatchObject({ status: 'filled', filled: '1' });
    expect(venue.lines().map((line) => line.kind)).toEqual(['start', 'account', 'price', 'accept', 'fill']);
  });
});

describe('changes behind the back of the desk', () => {
  it('a position and cash by hand, an order of a second bot: all in the journal, all seen by reads', async () => {
    const venue = await openVenue();
    const control = async (name: string, body: Json) => (await venue.call('POST', `/control/${name}`, body)).json.ok;
    expect(await control('price', { symbol: 'BTC/USD', price: '100' })).toBe(true);
    expect(await control('position', { symbol: 'BTC/USD', quantity: '1.5' })).toBe(true);
    expect(await control('cash', { cash: '99999.99' })).toBe(true);
    expect(await control('order', { ...limit('50'), client_order_id: 'other-bot' })).toBe(true);
    expect(await venue.list('/v2/positions')).toMatchObject([{ qty: '1.5' }]);
    expect((await venue.get('/v2/account')).json.cash).toBe('99999.99');
    expect(await venue.list('/v2/orders')).toMatchObject([{ client_order_id: 'other-bot' }]);
    expect(venue.lines().slice(2)).toMatchObject([
      { kind: 'price', symbol: 'BTC/USD', price: '100' },
      { kind: 'position', before: '0', after: '1.5' },
      { kind: 'cash', before: '100000', after: '99999.99' },
      { kind: 'accept', clientOrderId: 'other-bot', origin: 'control' },
    ]);
  });

  it('a coin that was taken away cannot be sold: the resting order ends', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '100');
    await venue.post(market());
    const { json } = await venue.post(limit('110', { side: 'sell' }));
    await venue.call('POST', '/control/position', { symbol: 'BTC/USD', quantity: '0' });
    venue.price('BTC/USD', '120');
    expect(await show(venue, json.id)).toMatchObject({ status: 'canceled', filled: '0' });
  });

  it('are refused when they are not understood, and to pages of a browser', async () => {
    const { call, url } = await openVenue();
    const wrong = await call('POST', '/control/price', { symbol: 'BTC/USD', prize: '1' });
    expect([wrong.status, wrong.json.ok]).toEqual([400, false]);
    expect((await call('POST', '/control/cash', { cash: '1', account: 'nobody' })).status).toBe(400);
    expect((await call('POST', '/control/faults', { cutAfter: 2 })).status).toBe(400);
    const page = await fetch(`${url}/control/state`, { headers: { origin: 'https://elsewhere.example' } });
    expect(page.status).toBe(403);
  });
});

describe('strict', () => {
  it('refuses what Alpaca refuses of coins and of fractions of shares', async () => {
    const { post, price } = await openVenue({ isStrict: true });
    price('BTC/USD', '105');
    price('AAPL', '100');
    const messages = [bracket(), limit('100', { time_in_force: 'day' }), market({ symbol: 'AAPL', qty: '0.5' })].map(
      async (body) => (await post(body)).json.message,
    );
    expect(await Promise.all(messages)).toEqual([
      'crypto orders not allowed for advanced order_class: bracket',
      'invalid crypto time_in_force',
      'fractional orders must be DAY orders',
    ]);
    expect((await post(market({ symbol: 'AAPL', qty: '0.5', time_in_force: 'day' }))).json.status).toBe('filled');
  });
});
