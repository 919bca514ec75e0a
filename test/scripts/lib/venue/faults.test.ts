/**
 * How the test venue misbehaves: what is cut before an effect leaves nothing, what is cut after it leaves everything.
 */
import { describe, expect, it } from 'vitest';
import { limit, market, openVenue, type VenueUnderTest } from './venue-under-test.ts';

const accepted = (venue: VenueUnderTest) =>
  venue.lines().flatMap((line) => (line.kind === 'accept' ? [line.clientOrderId] : []));

/** Which of the client ids 0 to count − 1 got an answer. */
async function answeredOf(venue: VenueUnderTest, count: number): Promise<string[]> {
  const answered: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = String(index);
    const sent = await venue.post(limit('10', { client_order_id: id })).catch(() => null);
    if (sent?.status === 200) answered.push(id);
  }
  return answered;
}

describe('a cut connection', () => {
  it('after the effect leaves the order accepted', async () => {
    const venue = await openVenue({ faults: { cutAfter: 1 } });
    await expect(venue.post(limit('10', { client_order_id: 'x' }))).rejects.toThrow();
    expect(accepted(venue)).toEqual(['x']);
    const found = await venue.get('/v2/orders:by_client_order_id?client_order_id=x');
    expect(found.json.status).toBe('new');
    await expect(venue.remove(`/v2/orders/${found.json.id}`)).rejects.toThrow();
    expect((await venue.get(`/v2/orders/${found.json.id}`)).json.status).toBe('canceled');
    expect(venue.control.stats()).toMatchObject({ repliesCut: 2, effectsCutBefore: 0 });
  });

  it('before the effect leaves nothing', async () => {
    const venue = await openVenue({ faults: { cutBefore: 1 } });
    await expect(venue.post(limit('10', { client_order_id: 'x' }))).rejects.toThrow();
    expect(accepted(venue)).toEqual([]);
    expect((await venue.get('/v2/orders:by_client_order_id?client_order_id=x')).status).toBe(404);
  });

  it('hits the same requests for the same seed, at about its rate', async () => {
    const faults = { cutBefore: 0.2, cutAfter: 0.2 };
    const venues = await Promise.all([3, 3, 4].map((seed) => openVenue({ seed, faults })));
    const [first = [], again = [], other = []] = await Promise.all(venues.map((venue) => answeredOf(venue, 100)));
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    expect(first.length).toBeGreaterThan(45);
    expect(first.length).toBeLessThan(82);
    const [venue] = venues;
    const { effectsCutBefore = 0, repliesCut = 0 } = venue?.control.stats() ?? {};
    expect(effectsCutBefore + repliesCut + first.length).toBe(100);
    expect(venue === undefined ? 0 : accepted(venue).length).toBe(first.length + repliesCut);
  });

  it('of reads touches reads only', async () => {
    const { post, get } = await openVenue({ faults: { cutRead: 1 } });
    expect((await post(limit('10'))).status).toBe(200);
    await expect(get('/v2/account')).rejects.toThrow();
  });
});

describe('read lag', () => {
  it('shows an order as not found right after its acceptance, and later as it is', async () => {
    const venue = await openVenue({ faults: { readLagMs: 2_000 } });
    venue.price('BTC/USD', '100');
    await venue.post(market({ client_order_id: 'x' }));
    const early = await venue.get('/v2/orders:by_client_order_id?client_order_id=x');
    expect([early.status, early.json.code]).toEqual([404, 40410000]);
    expect(await venue.list('/v2/positions')).toEqual([]);
    expect(accepted(venue)).toEqual(['x']);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    expect((await venue.get('/v2/orders:by_client_order_id?client_order_id=x')).json.status).toBe('filled');
    expect(await venue.list('/v2/account/activities/FILL')).toHaveLength(1);
  });

  it('shows an older state of an order that is known', async () => {
    const venue = await openVenue();
    const { json } = await venue.post(limit('10'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await venue.remove(`/v2/orders/${json.id}`);
    venue.control.faults({ readLagMs: 60_000 });
    const seen = await Promise.all(Array.from({ length: 5 }, () => venue.get(`/v2/orders/${json.id}`)));
    expect(seen.some(({ status }) => status === 404)).toBe(true);
    venue.control.faults({ readLagMs: 0 });
    expect((await venue.get(`/v2/orders/${json.id}`)).json.status).toBe('canceled');
  });
});

describe('other faults', () => {
  it('a status comes before the effect, 504 after it', async () => {
    const venue = await openVenue({ faults: { status: { 503: 1 } } });
    expect((await venue.post(limit('10', { client_order_id: 'x' }))).json.code).toBe(50300000);
    expect(accepted(venue)).toEqual([]);
    await venue.call('POST', '/control/faults', { status: { 504: 1 } });
    expect((await venue.post(limit('10', { client_order_id: 'x' }))).status).toBe(504);
    expect(accepted(venue)).toEqual(['x']);
  });

  it('too many requests a minute get 429 with Retry-After, and have no effect', async () => {
    const venue = await openVenue({ faults: { rateLimitPerMinute: 2 } });
    await venue.get('/v2/clock');
    expect((await venue.get('/v2/clock')).headers.get('x-ratelimit-remaining')).toBe('0');
    const { status, headers, json } = await venue.post(limit('10'));
    expect([status, json.code]).toEqual([429, 42910000]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(accepted(venue)).toEqual([]);
  });

  it('garbage is status 200 that no parser takes, after the effect', async () => {
    const venue = await openVenue({ faults: { garbage: 1 } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => venue.post(limit('10'))));
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(() => JSON.parse(text)).toThrow();
    }
    expect(new Set(answers.map(({ headers }) => headers.get('content-type')))).toEqual(
      new Set(['text/html', 'application/json']),
    );
    expect(accepted(venue)).toHaveLength(8);
  });

  it('numeric ids lose their last digits in a parser that reads doubles', async () => {
    const { post } = await openVenue({ hasNumericIds: true });
    const { text, json } = await post(limit('10'));
    const digits = /"id":(\d{20}),/.exec(text)?.[1] ?? '';
    expect(digits).toHaveLength(20);
    expect(typeof json.id).toBe('number');
    expect(BigInt(Number(json.id))).not.toBe(BigInt(digits));
  });

  it('slow answers come late', async () => {
    const { get } = await openVenue({ faults: { slowMs: 400 } });
    const startMs = performance.now();
    for (let index = 0; index < 5; index += 1) await get('/v2/clock');
    expect(performance.now() - startMs).toBeGreaterThan(300);
  });
});
