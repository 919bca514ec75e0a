/** The test venue's endpoints answer in Alpaca's shapes: fields, strings for money, codes of refusals. */
import { describe, expect, it } from 'vitest';
import { clientOf, type Json, limit, market, openVenue } from './venue-under-test.ts';

const stock = (part: Json): Json => market({ symbol: 'AAPL', ...part });

describe('an order', () => {
  it('comes back with a 20-digit id as a string, and all amounts as strings', async () => {
    const { post, price } = await openVenue();
    price('BTC/USD', '100.5');
    const { status, json } = await post(market({ qty: '0.25', client_order_id: 'mine-1' }));
    expect(status).toBe(200);
    expect(json.id).toMatch(/^\d{20}$/);
    expect(json).toMatchObject({
      client_order_id: 'mine-1',
      symbol: 'BTC/USD',
      asset_class: 'crypto',
      qty: '0.25',
      filled_qty: '0.25',
      filled_avg_price: '100.5',
      order_class: 'simple',
      type: 'market',
      side: 'buy',
      time_in_force: 'gtc',
      limit_price: null,
      status: 'filled',
      legs: null,
    });
    expect(String(json.filled_at)).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('is found by its id and by the id of the client, and is not found when it is not there', async () => {
    const { post, get } = await openVenue();
    const { json } = await post(limit('10', { client_order_id: 'mine-2' }));
    expect((await get(`/v2/orders/${json.id}`)).json).toMatchObject({
      id: json.id,
      status: 'new',
      filled_avg_price: null,
    });
    const byClient = await get('/v2/orders:by_client_order_id?client_order_id=mine-2');
    expect(byClient.json).toMatchObject({ id: json.id, limit_price: '10' });
    const absent = await get('/v2/orders:by_client_order_id?client_order_id=mine-3');
    expect([absent.status, absent.json]).toEqual([404, { code: 40410000, message: 'order not found for mine-3' }]);
  });

  it('may say a notional in place of a quantity', async () => {
    const { post, price } = await openVenue();
    price('BTC/USD', '3');
    const { json } = await post(market({ qty: undefined, notional: 10 }));
    expect(json).toMatchObject({ notional: '10', qty: null, filled_qty: '3.333333333' });
  });

  it.each<[string, Json, string]>([
    ['symbol', { symbol: undefined }, 'symbol is required'],
    ['quantity', { qty: undefined }, 'qty or notional is required'],
    ['one amount', { notional: '5' }, 'only one of qty or notional is accepted'],
    ['a positive quantity', { qty: '-1' }, 'qty must be a number > 0'],
    ['a quantity above zero', { qty: '0' }, 'qty must be > 0'],
    ['a quantity that is a number', { qty: 'NaN' }, 'qty must be a number > 0'],
    ['nine decimals', { qty: '0.0000000001' }, 'qty must have at most 9 decimals'],
    ['side', { side: 'long' }, 'invalid side: long'],
    ['limit price', { type: 'limit' }, 'limit orders require a limit price'],
    ['stop price', { type: 'stop' }, 'stop orders require a stop price'],
    ['length of the id', { client_order_id: 'x'.repeat(129) }, 'client_order_id must be no more than 128 characters'],
    ['legs', { order_class: 'bracket' }, 'bracket orders require take_profit.limit_price'],
  ])('is refused without a right %s, and the journal says so', async (_, part, message) => {
    const { post, lines } = await openVenue();
    const { status, json } = await post(market(part));
    expect([status, json]).toEqual([422, { code: 40010001, message }]);
    expect(lines().at(-1)).toMatchObject({ kind: 'reject', status: 422, code: 40010001, message });
  });

  it('is refused with 400 when the body is no JSON object', async () => {
    const { post } = await openVenue();
    for (const body of ['{"symbol":', '[1]', '"buy"']) {
      expect((await post(body)).json).toEqual({ code: 40010000, message: 'request body format is invalid' });
    }
  });

  it('is refused with 403 beyond the buying power, open orders counted', async () => {
    const { post } = await openVenue({ cash: '1000' });
    expect((await post(limit('600'))).status).toBe(200);
    const { status, json } = await post(limit('500'));
    expect(status).toBe(403);
    expect(json).toEqual({
      code: 40310000,
      message: 'insufficient buying power',
      buying_power: '400',
      cost_basis: '500',
    });
  });

  it('sells only what is there and free', async () => {
    const { post, price } = await openVenue();
    price('AAPL', '100');
    price('BTC/USD', '100');
    const coins = await post(market({ side: 'sell' }));
    expect([coins.status, coins.json.message]).toEqual([
      403,
      'insufficient balance for BTC (requested: 1, available: 0)',
    ]);
    await post(stock({ qty: '10' }));
    const first = await post(limit('200', { symbol: 'AAPL', side: 'sell', qty: '6' }));
    const { status, json } = await post(stock({ side: 'sell', qty: '5' }));
    expect([status, json]).toEqual([
      403,
      {
        code: 40310000,
        message: 'insufficient qty available for order (requested: 5, available: 4)',
        symbol: 'AAPL',
        existing_qty: '10',
        held_for_orders: '6',
        available: '4',
        related_orders: [first.json.id],
      },
    ]);
  });

  it('may open a short position in a stock', async () => {
    const { post, price, get, list } = await openVenue();
    price('AAPL', '100');
    await post(stock({ side: 'sell', qty: '10' }));
    price('AAPL', '90');
    expect(await list('/v2/positions')).toMatchObject([{ qty: '-10', side: 'short', unrealized_pl: '100' }]);
    expect((await get('/v2/account')).json).toMatchObject({ cash: '101000', equity: '100100', buying_power: '99200' });
  });
});

describe('lists', () => {
  it('show open orders by default, newest first, and closed or all when asked', async () => {
    const { post, price, list } = await openVenue();
    price('BTC/USD', '100');
    for (const id of ['a', 'b', 'c']) await post(limit('10', { client_order_id: id }));
    await post(market({ client_order_id: 'd' }));
    const ids = async (query: string) => (await list(`/v2/orders${query}`)).map((one) => one.client_order_id);
    expect(await ids('')).toEqual(['c', 'b', 'a']);
    expect(await ids('?status=closed')).toEqual(['d']);
    expect(await ids('?status=all&limit=2')).toEqual(['d', 'c']);
    expect(await ids('?status=all&direction=asc&limit=1')).toEqual(['a']);
    expect(await ids('?status=all&symbols=AAPL')).toEqual([]);
  });

  it('refuse a limit or a state that there is not', async () => {
    const { get } = await openVenue();
    expect((await get('/v2/orders?limit=501')).json.code).toBe(40010001);
    expect((await get('/v2/orders?limit=-1')).status).toBe(422);
    expect((await get('/v2/orders?status=alive')).json.message).toBe('invalid status: alive');
  });

  it('page through fills by the id of the last one', async () => {
    const { post, price, list, get } = await openVenue();
    price('BTC/USD', '100');
    for (const qty of ['1', '2', '3', '4', '5']) await post(market({ qty }));
    const first = await list('/v2/account/activities/FILL?page_size=2');
    expect(first).toMatchObject([
      { activity_type: 'FILL', type: 'fill', qty: '5', price: '100', side: 'buy', symbol: 'BTC/USD', leaves_qty: '0' },
      { qty: '4' },
    ]);
    expect(first[0]?.id).toMatch(/^\d{17}::\d{20}$/);
    const token = String(first[1]?.id);
    const second = await list(`/v2/account/activities/FILL?page_size=2&page_token=${token}`);
    expect(second.map((one) => one.qty)).toEqual(['3', '2']);
    const wrong = await get('/v2/account/activities/FFFFF');
    expect([wrong.status, wrong.json]).toEqual([422, { code: 40010001, message: 'invalid activity type: FFFFF' }]);
  });

  it('name positions of pairs without a slash, and find them by either name', async () => {
    const { post, price, list, get } = await openVenue();
    price('BTC/USD', '100');
    await post(market({ qty: '2' }));
    price('BTC/USD', '110');
    const position = { symbol: 'BTCUSD', qty: '2', avg_entry_price: '100', side: 'long', market_value: '220' };
    expect(await list('/v2/positions')).toMatchObject([position]);
    expect((await get('/v2/positions/BTC%2FUSD')).json).toMatchObject({ ...position, unrealized_pl: '20' });
    expect((await get('/v2/positions/BTCUSD')).json).toMatchObject(position);
    expect((await get('/v2/positions/ETHUSD')).json).toEqual({ code: 40410000, message: 'position does not exist' });
  });
});

describe('cancelling and closing', () => {
  it('answers 204, then 422 for what is over and 404 for what is not there', async () => {
    const { post, remove, price } = await openVenue();
    price('BTC/USD', '100');
    const { json } = await post(limit('10'));
    expect((await remove(`/v2/orders/${json.id}`)).status).toBe(204);
    const again = await remove(`/v2/orders/${json.id}`);
    expect([again.status, again.json]).toEqual([
      422,
      { code: 42210000, message: 'order is already in "canceled" state' },
    ]);
    const filled = await post(market());
    expect((await remove(`/v2/orders/${filled.json.id}`)).json.message).toBe('order is already in "filled" state');
    expect((await remove('/v2/orders/12345')).json).toEqual({ code: 40410000, message: 'order not found for 12345' });
  });

  it('of all orders answers 207 with a status for each', async () => {
    const { post, call, list } = await openVenue();
    const ids = [(await post(limit('10'))).json.id, (await post(limit('11'))).json.id];
    const { status, text } = await call('DELETE', '/v2/orders');
    expect(status).toBe(207);
    const outcomes: Json[] = JSON.parse(text);
    expect(outcomes.map((one) => [one.id, one.status])).toEqual(ids.map((id) => [id, 200]));
    expect(await list('/v2/orders')).toEqual([]);
  });

  it('of all positions sells them, and says of each why it could not', async () => {
    const { post, call, price, list } = await openVenue();
    price('BTC/USD', '100');
    price('AAPL', '100');
    await post(market({ qty: '2' }));
    await post(stock({ qty: '3' }));
    await post(limit('200', { symbol: 'AAPL', side: 'sell', qty: '1' }));
    const held: Json[] = JSON.parse((await call('DELETE', '/v2/positions')).text);
    expect(held.map((one) => [one.symbol, one.status])).toEqual([
      ['BTCUSD', 200],
      ['AAPL', 403],
    ]);
    expect((await call('DELETE', '/v2/positions?cancel_orders=true')).status).toBe(207);
    expect(await list('/v2/positions')).toEqual([]);
  });

  it('of one position may close a part', async () => {
    const { post, remove, price, list } = await openVenue();
    price('BTC/USD', '100');
    await post(market({ qty: '2' }));
    expect((await remove('/v2/positions/BTCUSD?percentage=25')).json).toMatchObject({
      side: 'sell',
      filled_qty: '0.5',
    });
    expect((await remove('/v2/positions/BTCUSD?qty=1')).json.filled_qty).toBe('1');
    expect(await list('/v2/positions')).toMatchObject([{ qty: '0.5' }]);
  });
});

describe('accounts', () => {
  it('are one a key, apart from each other', async () => {
    const credentials = [
      { key: 'k1', secret: 's1' },
      { key: 'k2', secret: 's2' },
    ];
    const { url, accounts } = await openVenue({ credentials, cash: '500.25' });
    const [one, two] = credentials.map((each) => clientOf(url, each));
    await one?.post(limit('10', { client_order_id: 'same' }));
    expect((await two?.post(limit('10', { client_order_id: 'same' })))?.status).toBe(200);
    expect((await one?.get('/v2/account'))?.json).toMatchObject({
      account_number: accounts[0],
      status: 'ACTIVE',
      currency: 'USD',
      cash: '500.25',
      buying_power: '490.25',
    });
    expect((await two?.get('/v2/account'))?.json.account_number).toBe(accounts[1]);
    expect(accounts[0]).not.toBe(accounts[1]);
  });

  it('are refused with 401 to a wrong key or secret', async () => {
    const { url } = await openVenue();
    for (const wrong of [
      { key: 'PKVENUE', secret: 'no' },
      { key: 'no', secret: 'venue-secret' },
    ]) {
      const { status, json } = await clientOf(url, wrong).get('/v2/account');
      expect([status, json.code]).toEqual([401, 40110000]);
    }
  });

  it('tell paper from live by their number and a header', async () => {
    const paper = await (await openVenue()).get('/v2/account');
    const live = await (await openVenue({ isLive: true })).get('/v2/account');
    expect(paper.json.account_number).toMatch(/^PA[0-9A-F]{10}$/);
    expect(live.json.account_number).toMatch(/^\d{9}$/);
    expect([paper, live].map(({ headers }) => headers.get('x-venue-mode'))).toEqual(['paper', 'live']);
  });
});

it('the clock is open and off by the skew, in the body and in the Date header', async () => {
  const { get } = await openVenue({ faults: { clockSkewMs: -10_000 } });
  const { json, headers } = await get('/v2/clock');
  expect(json.is_open).toBe(true);
  for (const told of [String(json.timestamp), headers.get('date') ?? '']) {
    const offMs = Date.parse(told) - Date.now();
    expect(offMs).toBeGreaterThan(-12_500);
    expect(offMs).toBeLessThan(-9_000);
  }
});

it('a path that there is not answers 404', async () => {
  const { get } = await openVenue();
  expect((await get('/v2/watchlists')).json.code).toBe(40410000);
});
