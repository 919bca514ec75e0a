/** Cancels at Alpaca, which go on where its rate limit holds everything else back. */
import { afterEach, describe, expect, it } from 'vitest';
import { anOrder } from '../../contracts/venue-contract.ts';
import { aPeer, closePeers, paperAt, SHARE, saying, wireOrder } from './alpaca-http-peer.ts';

afterEach(closePeers);

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
