/** Trades that the test venue busts: its books, its REST answers, its stream of activities, its journal. */
import { expect, it } from 'vitest';
import { market, openVenue, type VenueUnderTest } from './venue-under-test.ts';

const control = (venue: VenueUnderTest, body: unknown) => venue.call('POST', '/control/bust', body);
const activities = async ({ get }: VenueUnderTest, query = 'since=2020-01-01&until=2100-01-01') => {
  const { text, headers, status } = await get(`/v2beta1/events/activities?${query}`);
  const events = text.split('\n\n').filter((part) => part !== '');
  return { status, type: headers.get('content-type'), events: events.map((part) => JSON.parse(part.slice(6))) };
};

async function bought() {
  const venue = await openVenue();
  venue.price('BTC/USD', '100');
  const { json } = await venue.post(market({ qty: '2', client_order_id: 'mine' }));
  const [fill] = await venue.list('/v2/account/activities/FILL');
  return { venue, orderId: String(json.id), tradeId: String(fill?.id) };
}

it('takes a trade back: order, position and cash are those without it; journal and stream say so', async () => {
  const { venue, orderId, tradeId } = await bought();
  const { json } = await control(venue, { tradeId });
  expect(json).toMatchObject({ ok: true, executionId: expect.stringMatching(/^\d{20}$/) });
  expect((await venue.get(`/v2/orders/${orderId}`)).json).toMatchObject({ status: 'canceled', filled_qty: '0' });
  expect(await venue.list('/v2/positions')).toEqual([]);
  expect((await venue.get('/v2/account')).json).toMatchObject({ cash: '100000' });
  const [first, second] = (await activities(venue)).events;
  expect(first).toMatchObject({ ref_id: tradeId.split('::')[1], details: { execution_type: 'fill' } });
  expect(second).toMatchObject({
    ref_id: json.executionId,
    previous_id: tradeId.split('::')[1],
    details: { execution_type: 'trade_bust', order_id: orderId, order_status: 'canceled', cum_qty: '0' },
  });
  expect(venue.lines().at(-1)).toMatchObject({
    ...{ kind: 'bust', tradeId: tradeId.split('::')[1], executionId: json.executionId, correctedPrice: null },
    ...{ filledQuantity: '0', status: 'canceled', cashAfter: '100000', positionAfter: '0' },
  });
});

it('puts another price in its place, and lists the trade that counts', async () => {
  const { venue, orderId, tradeId } = await bought();
  const { json } = await control(venue, { tradeId, price: '101' });
  expect((await venue.get(`/v2/orders/${orderId}`)).json).toMatchObject({ status: 'filled', filled_avg_price: '101' });
  expect((await venue.get('/v2/account')).json).toMatchObject({ cash: '99798' });
  expect(await venue.list('/v2/positions')).toMatchObject([{ qty: '2', avg_entry_price: '101' }]);
  expect((await activities(venue)).events[1]).toMatchObject({
    ...{ ref_id: json.executionId, qty: '2', price: '101' },
    details: { execution_type: 'trade_correct' },
  });
  const ids = (await venue.list('/v2/account/activities/FILL')).map((row) => String(row.id).split('::')[1]);
  expect(ids).toContain(json.executionId);
});

it('lets an order that works go on with what it has lost', async () => {
  const venue = await openVenue();
  venue.price('BTC/USD', '100');
  venue.control.faults({ partial: 1 });
  const { json } = await venue.post(market({ qty: '2' }));
  venue.control.faults({ partial: 0 });
  const [fill] = await venue.list('/v2/account/activities/FILL');
  await control(venue, { tradeId: fill?.id });
  expect((await venue.get(`/v2/orders/${json.id}`)).json).toMatchObject({ status: 'new', filled_qty: '0' });
  venue.control.tick();
  expect((await venue.get(`/v2/orders/${json.id}`)).json).toMatchObject({ status: 'filled', filled_qty: '2' });
});

it('has the same books after a restart', async () => {
  const { venue, tradeId } = await bought();
  await control(venue, { tradeId });
  const before = venue.control.state();
  await venue.close();
  const again = await openVenue({ journal: venue.journal });
  const { accounts } = again.control.state();
  expect(accounts).toEqual(before.accounts);
});

it('refuses a trade that is not there or counts no more, and a stream without an end', async () => {
  const { venue, tradeId } = await bought();
  await control(venue, { tradeId });
  for (const body of [{ tradeId }, { tradeId: 'nobody' }]) {
    const { status, json } = await control(venue, body);
    expect([status, json]).toMatchObject([400, { ok: false, problems: [{ code: 'TRADE_UNKNOWN' }] }]);
  }
  expect((await activities(venue, 'since=2020-01-01&until=2100-01-01')).type).toBe('text/event-stream');
  expect((await venue.get('/v2beta1/events/activities?since=2020-01-01')).status).toBe(422);
  expect((await activities(venue, 'since=2099-01-01&until=2100-01-01')).events).toEqual([]);
});
