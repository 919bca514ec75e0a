/** What is Binance's own behind the port of venues: wire format, ids, fees, steps, conditional orders, misbehaviour. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ccxtLiveConfig, ccxtPaperConfig } from '../../../adapters/broker/ccxt/ccxt-config.ts';
import { createCcxtLive, createCcxtPaper } from '../../../adapters/broker/ccxt/ccxt-venue.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import { installEffectHook } from '../../../adapters/effect.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { anOrder, soonMs } from '../../contracts/venue-contract.ts';
import type { BinancePeer, PeerOptions } from './binance-peer.ts';
import { ccxtSettingsOf, openCcxt, venueAt } from './ccxt-peer.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function open(options: PeerOptions, symbols?: readonly string[]): Promise<{ peer: BinancePeer; venue: Venue }> {
  const opened = await openCcxt(options, 'paper', symbols);
  closing.push(opened.peer.close);
  return opened;
}
const MARKET = { type: 'market', limitPrice: null } as const;
const STOP = { leg: 'stop', type: 'stop', side: 'sell', limitPrice: null, stopPrice: '90', reduceOnly: true } as const;

describe('a send to Binance', () => {
  it.each([
    [
      'spot',
      { limitPrice: '90.5' },
      { type: 'LIMIT', timeInForce: 'GTC', price: '90.5', quantity: '0.5', newOrderRespType: 'FULL' },
    ],
    ['spot', MARKET, { type: 'MARKET', quantity: '0.5', newOrderRespType: 'FULL' }],
    ['spot', STOP, { type: 'STOP_LOSS', stopPrice: '90', quantity: '0.5', newOrderRespType: 'FULL' }],
    ['swap', { ...MARKET, reduceOnly: true }, { type: 'MARKET', reduceOnly: 'true', newOrderRespType: 'RESULT' }],
    ['swap', STOP, { type: 'STOP_MARKET', triggerPrice: '90', reduceOnly: 'true', algoType: 'CONDITIONAL' }],
  ] as const)('to %s writes %o as %o', async (market, changes, expected) => {
    const { peer, venue } = await open({ market });
    const order = anOrder(changes);
    expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'accepted' });
    expect(peer.asked.length).toBe(1);
    const [{ method, fields } = expect.fail()] = peer.asked;
    const { side = '', ...sent } = Object.fromEntries(fields);
    expect(method).toBe('POST');
    expect(side.toLowerCase()).toBe(order.side);
    expect(sent).toMatchObject({ symbol: 'BTCUSD', ...expected });
    expect(sent.newClientOrderId ?? sent.clientAlgoId).toBe(order.clientOrderId);
  });

  it('moves a price to the step of the market, never against us', async () => {
    const { peer, venue } = await open({ market: 'spot' });
    await venue.send(anOrder({ limitPrice: '90.019' }), soonMs());
    await venue.send(anOrder({ side: 'sell', limitPrice: '110.011' }), soonMs());
    await venue.send(anOrder({ ...STOP, stopPrice: '90.0149' }), soonMs());
    const told = peer.asked.map(({ fields }) => fields.get('price') ?? fields.get('stopPrice'));
    expect(told).toEqual(['90.01', '110.02', '90.01']);
  });

  it.each([
    [{ quantity: '0.5000000001' }, 'no multiple of 0.000000001, the step of BTC/USD'],
    [{ quantity: '0' }, 'not above 0'],
    [{ limitPrice: null }, 'without limit price'],
    [{ ...STOP, stopPrice: null }, 'without stop price'],
    [{ symbol: 'ETH/USD' }, 'not among the symbols'],
  ] as const)('does not happen for %o', async (changes, reason) => {
    const { peer, venue } = await open({ market: 'spot' });
    const outcome = await venue.send(anOrder(changes), soonMs());
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'NOT_SENDABLE', message: expect.stringContaining(reason) });
    expect(peer.requests()).toBe(0);
  });

  it('loads the markets first when nobody asked before, and sends nothing without them', async () => {
    const { peer } = await open({ market: 'spot' });
    const venue = venueAt(peer.url, 'paper');
    peer.misbehave('status503');
    expect(await venue.send(anOrder(), soonMs())).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
    peer.misbehave(null);
    expect(await venue.send(anOrder(), soonMs())).toMatchObject({ kind: 'accepted' });
    expect(peer.asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
    const unknown = venueAt(peer.url, 'paper', { symbols: ['DOGE/USD'] });
    expect(await unknown.identity()).toEqual({ kind: 'failed', reason: 'no such markets: DOGE/USD' });
  });

  it('by a wrong key, or with a clock that is far off, is refused for good', async () => {
    const { peer } = await open({ market: 'spot' });
    const stranger = venueAt(peer.url, 'paper', { key: 'PEERKEY:another-secret' });
    expect(await stranger.send(anOrder(), soonMs())).toMatchObject({ kind: 'rejected', code: 'AUTH' });
    const { venue, peer: late } = await open({ market: 'spot' });
    late.setClockSkew(20_000);
    expect(await venue.send(anOrder(), soonMs())).toMatchObject({ kind: 'rejected', code: 'CLOCK_DRIFT' });
  });

  it.each([
    [502, '<html>bad gateway</html>'],
    [400, ''],
    [400, '{"code":-1007,"msg":"Timeout waiting for response from backend server."}'],
    [200, '{"orderId":8.389766145050669e18,"symbol":"BTCUSD"}'],
    [302, ''],
  ] as const)('that is answered by %i %s proves nothing', async (status, body) => {
    const { venue, peer } = await open({ market: 'spot' });
    peer.answerAlways(body, status);
    expect(await venue.send(anOrder(), soonMs())).toMatchObject({
      kind: 'ambiguous',
      reason: expect.stringMatching(/./),
    });
    expect(peer.requests()).toBe(1);
  });

  it('that is answered with another order, or with its own as rejected, is not accepted', async () => {
    const { venue, peer } = await open({ market: 'spot' });
    const order = anOrder();
    const reply = { symbol: 'BTCUSD', orderId: 7, clientOrderId: order.clientOrderId, side: 'BUY', origQty: '0.5' };
    const more = { executedQty: '0', cummulativeQuoteQty: '0', price: '90', status: 'NEW', transactTime: 1 };
    const changes = [{ clientOrderId: 'another' }, { origQty: '0.4' }, { side: 'SELL' }, { symbol: 'ETHUSD' }];
    for (const change of [...changes, { status: 'ODD' }, { executedQty: '0.6' }, { orderId: 8.5 }]) {
      peer.answerAlways({ ...reply, ...more, ...change });
      expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'ambiguous' });
    }
    peer.answerAlways({ ...reply, ...more, status: 'REJECTED' });
    expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'rejected', code: 'VENUE_REJECTED' });
    peer.answerAlways({ ...reply, ...more });
    expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'accepted', order: { venueOrderId: 'BTCUSD-7' } });
  });
});

describe('ids, fees and pages at Binance', () => {
  it('keeps ids of 19 digits, and those of two symbols apart', async () => {
    const { venue } = await open({ market: 'spot', firstId: '8389766145050669870' }, ['BTC/USD', 'ETH/USD']);
    const first = await venue.send(anOrder(MARKET), soonMs());
    const second = await venue.send(anOrder({ symbol: 'ETH/USD' }), soonMs());
    expect(first).toMatchObject({ order: { venueOrderId: 'BTCUSD-8389766145050669870' } });
    expect(second).toMatchObject({ order: { venueOrderId: 'ETHUSD-8389766145050669872' } });
    expect(await venue.fills(0)).toMatchObject({
      value: [{ tradeId: 'BTCUSD-8389766145050669871', venueOrderId: 'BTCUSD-8389766145050669870' }],
    });
    expect(await venue.cancelAll()).toMatchObject({ venueOrderIds: ['ETHUSD-8389766145050669872'] });
  });

  it('finds an order in whichever symbol it stands', async () => {
    const { venue, peer } = await open({ market: 'spot' }, ['BTC/USD', 'ETH/USD']);
    const order = anOrder({ symbol: 'ETH/USD' });
    await venue.send(order, soonMs());
    expect(await venue.lookUp(order.clientOrderId)).toMatchObject({ kind: 'found', order: { symbol: 'ETH/USD' } });
    expect(await venue.cancel(order)).toMatchObject({ kind: 'canceled' });
    peer.setReadLag(60_000);
    expect(await venue.lookUp(order.clientOrderId)).toEqual({ kind: 'notFound' });
  });

  it.each([
    ['USD', { fee: '0.05' }],
    ['BTC', { fee: '0', feeQuantity: '0.0005' }],
    ['BNB', { fee: null }],
  ])('tells a fee in %s as %j', async (commissionAsset, fee) => {
    const { venue } = await open({ market: 'spot', commission: '0.001', commissionAsset });
    await venue.send(anOrder(MARKET), soonMs());
    expect(await venue.fills(Date.now() - 1_000)).toMatchObject({ value: [{ quantity: '0.5', price: '100', ...fee }] });
  });

  it('reads fills over many pages, near and far back', async () => {
    const { venue, peer } = await open({ market: 'swap' });
    const fromMs = Date.now();
    const order = anOrder({ ...MARKET, quantity: '0.001' });
    for (let count = 0; count < 3; count += 1) await venue.send({ ...order, clientOrderId: `page-${count}` }, soonMs());
    peer.repeatTrades(2_500);
    peer.forgetRequests();
    for (const sinceMs of [fromMs, 0]) {
      const fills = await venue.fills(sinceMs);
      if (fills.kind !== 'answered') return expect.fail(fills.reason);
      expect(new Set(fills.value.map(({ tradeId }) => tradeId)).size).toBe(2_503);
    }
    expect(peer.requests()).toBe(6);
  });
});

describe.each(['spot', 'swap'] as const)('a symbol that %s has no market for any more', (market) => {
  const symbols = ['ETH/USD', 'BTC/USD'];

  it('is told once and left out: the others are traded on, its orders are refused by name', async () => {
    const { peer, venue: before } = await open({ market }, symbols);
    await before.send(anOrder({ ...MARKET, symbol: 'ETH/USD' }), soonMs());
    await before.send(anOrder({ symbol: 'ETH/USD' }), soonMs());
    peer.delist('ETH/USD');
    const told: (readonly string[])[] = [];
    const parts = { onMissing: (missing: readonly string[]) => void told.push(missing) };
    const venue = venueAt(peer.url, 'paper', { market, symbols }, parts);
    expect(await venue.identity()).toMatchObject({ kind: 'answered' });
    const order = anOrder();
    expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'accepted' });
    expect(await venue.lookUp(order.clientOrderId)).toMatchObject({ kind: 'found' });
    expect(await venue.lookUp('nobody')).toEqual({ kind: 'notFound' });
    expect(await venue.openOrders()).toMatchObject({ value: [{ clientOrderId: order.clientOrderId }] });
    expect(await venue.fills(Date.now() - 1_000)).toMatchObject({ kind: 'answered' });
    expect(await venue.positions()).toMatchObject({ value: [{ quantity: '0.5' }] });
    expect(await venue.cancelAll()).toMatchObject({ kind: 'taken' });
    expect(await venue.send(anOrder({ symbol: 'ETH/USD' }), soonMs())).toMatchObject({
      code: 'NOT_SENDABLE',
      message: expect.stringContaining('ETH/USD is not among the symbols of this venue'),
    });
    expect(told).toEqual([['ETH/USD']]);
  });
});

it('holds a coin whose market is gone under its own symbol', async () => {
  const { peer, venue: before } = await open({ market: 'spot' }, ['ETH/USD', 'BTC/USD']);
  await before.send(anOrder({ ...MARKET, symbol: 'ETH/USD' }), soonMs());
  peer.delist('ETH/USD');
  const venue = venueAt(peer.url, 'paper', { market: 'spot', symbols: ['ETH/USD', 'BTC/USD'] });
  expect(await venue.positions()).toMatchObject({ value: [{ symbol: 'ETH/USD', quantity: '0.5' }] });
});

const HOUR_MS = 3_600_000;

describe('fills of an account that is older than a day', () => {
  /** One for each age in hours, the oldest first, and before them `before` more. */
  async function filledAt(market: PeerOptions['market'], ages: readonly number[], before = 0) {
    const { venue, peer } = await open({ market });
    const fill = async (): Promise<void> => void (await venue.send(anOrder(MARKET), soonMs()));
    let lastAge = ages[0] ?? 0;
    for (const [index, age] of ages.entries()) {
      peer.ageTrades((lastAge - age) * HOUR_MS);
      await fill();
      if (index === 0 && before > 0) peer.repeatTrades(before);
      lastAge = age;
    }
    peer.ageTrades(lastAge * HOUR_MS);
    peer.forgetRequests();
    const since = async (hours: number): Promise<number> => {
      const fills = await venue.fills(Date.now() - hours * HOUR_MS);
      if (fills.kind !== 'answered') return expect.fail(fills.reason);
      expect(fills.value.map(({ atMs }) => atMs)).toEqual(fills.value.map(({ atMs }) => atMs).sort((a, b) => a - b));
      return new Set(fills.value.map(({ tradeId }) => tradeId)).size;
    };
    return { peer, since };
  }

  it('are read from a time on, however many there were before', async () => {
    const { peer, since } = await filledAt('spot', [60, 2], 4_000);
    expect(await since(25)).toBe(1);
    expect(peer.requests()).toBe(2);
  });

  it('are read by day up to the first, then by number to the last', async () => {
    const { peer, since } = await filledAt('spot', [70, 30, 5, 0]);
    expect(await since(49)).toBe(3);
    expect(peer.requests()).toBe(2);
    expect(await since(75)).toBe(4);
  });

  it('are read over many pages of one day', async () => {
    const { peer, since } = await filledAt('spot', [30, 0], 2_500);
    expect(await since(49)).toBe(2_502);
    expect(peer.requests()).toBe(3);
  });

  it.each([
    ['spot', 24],
    ['swap', 7 * 24],
  ] as const)('are none where there are none, %s in windows of %i hours', async (market, hours) => {
    const { peer, since } = await filledAt(market, [40 * 7 * 24]);
    expect(await since(2 * hours - 1)).toBe(0);
    const windows = peer.asked.map(({ fields }) => [Number(fields.get('startTime')), Number(fields.get('endTime'))]);
    expect(windows.map(([start = 0, end = 0]) => end - start + 1)).toEqual([hours * HOUR_MS, hours * HOUR_MS]);
    expect((windows[1]?.[0] ?? 0) - (windows[0]?.[1] ?? 0)).toBe(1);
  });

  it('are read from the first one on when a week lies between', async () => {
    const { peer, since } = await filledAt('spot', [400, 199, 100, 0]);
    expect(await since(200)).toBe(3);
    expect(peer.asked.map(({ fields }) => fields.get('fromId'))).toEqual(['0']);
  });
});

describe('futures', () => {
  it('keep a stop as a conditional order until it is triggered, then tell the order it became', async () => {
    const { venue, peer } = await open({ market: 'swap' });
    await venue.send(anOrder(MARKET), soonMs());
    const stop = anOrder(STOP);
    const sent = await venue.send(stop, soonMs());
    expect(sent).toMatchObject({ kind: 'accepted', order: { state: 'ACKED', stopPrice: '90', quantityFilled: '0' } });
    if (sent.kind !== 'accepted') return;
    expect(await venue.lookUp(stop.clientOrderId)).toEqual({ kind: 'found', order: sent.order });
    expect(await venue.openOrders()).toEqual({ kind: 'answered', value: [sent.order] });
    peer.trigger(stop.clientOrderId);
    const found = await venue.lookUp(stop.clientOrderId);
    const fills = await venue.fills(0);
    if (found.kind !== 'found' || fills.kind !== 'answered') return expect.fail();
    expect(found.order).toMatchObject({ clientOrderId: stop.clientOrderId, state: 'FILLED', quantityFilled: '0.5' });
    expect(fills.value.at(-1)?.venueOrderId).toBe(found.order.venueOrderId);
    expect(await venue.cancel(stop)).toMatchObject({ kind: 'tooLate', order: { state: 'FILLED' } });
    expect(await venue.positions()).toEqual({ kind: 'answered', value: [] });
  });

  it('cancel a conditional order, alone or with all others', async () => {
    const { venue } = await open({ market: 'swap' });
    const [one, other, limit] = [anOrder(STOP), anOrder(STOP), anOrder()];
    for (const order of [one, other, limit]) await venue.send(order, soonMs());
    expect(await venue.cancel(one)).toMatchObject({ kind: 'canceled', order: { clientOrderId: one.clientOrderId } });
    const all = await venue.cancelAll();
    expect(all.kind === 'taken' && all.venueOrderIds.length).toBe(2);
    expect(await venue.openOrders()).toEqual({ kind: 'answered', value: [] });
  });

  it('doubt a cancel of an unknown order when the order still stands', async () => {
    const { venue } = await open({ market: 'swap' });
    const order = anOrder();
    await venue.send(order, soonMs());
    const asStop = { ...order, type: 'stop', stopPrice: '90' } as const;
    expect(await venue.cancel(asStop)).toMatchObject({ kind: 'ambiguous', reason: expect.stringContaining('NEW') });
  });

  it('tell short positions below zero, and cash as the ledger books it, whatever the price does', async () => {
    const { venue, peer } = await open({ market: 'swap', commission: '0.001' });
    await venue.send(anOrder({ ...MARKET, side: 'sell', quantity: '2' }), soonMs());
    peer.setPrice('BTC/USD', '130');
    expect(await venue.positions()).toEqual({
      kind: 'answered',
      value: [{ symbol: 'BTC/USD', quantity: '-2', averagePrice: '100' }],
    });
    expect(await venue.cash()).toEqual({ kind: 'answered', value: { cash: '100199.8', currency: 'USD' } });
  });

  it('in hedge mode are not read at all', async () => {
    const hedge = [{ symbol: 'BTCUSD', positionSide: 'LONG', positionAmt: '1', entryPrice: '100' }];
    const { venue, peer } = await open({ market: 'swap' });
    peer.answerAlways(hedge);
    expect(await venue.positions()).toMatchObject({ kind: 'failed', reason: expect.stringContaining('hedge mode') });
  });
});

describe('a misbehaving Binance', () => {
  it('that bans us gets no more orders for as long as it says, but cancels', async () => {
    const { venue, peer } = await open({ market: 'spot' });
    const order = anOrder();
    await venue.send(order, soonMs());
    peer.misbehave('status418');
    expect(await venue.lookUp(order.clientOrderId)).toMatchObject({ kind: 'failed' });
    peer.misbehave(null);
    const before = peer.requests();
    expect(await venue.send(anOrder(), Date.now() + 200)).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
    expect(peer.requests()).toBe(before);
    expect(await venue.cancelAll()).toMatchObject({ kind: 'taken' });
  });

  it('never makes a read of nonsense, whatever it answers with 200', async () => {
    const { venue, peer } = await open({ market: 'spot' });
    const row = fc.dictionary(fc.constantFrom('symbol', 'orderId', 'status', 'id', 'balances'), fc.jsonValue());
    const nonsense = fc.oneof(row, fc.array(row, { minLength: 1 }), fc.constantFrom(null, true, 'ok', 17));
    await fc.assert(
      fc.asyncProperty(nonsense, async (body) => {
        peer.answerAlways(body);
        const reads = [venue.openOrders(), venue.fills(0), venue.positions(), venue.cash(), venue.lookUp('nobody')];
        for (const answer of await Promise.all(reads)) expect(answer.kind).toBe('failed');
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('hears of each request as a named effect, and its text never brings the secret out', async () => {
    const { venue, peer } = await open({ market: 'spot' });
    const names: string[] = [];
    const uninstall = installEffectHook({ before: (name) => void names.push(name) });
    const order = anOrder();
    await venue.send(order, soonMs());
    await venue.cancel(order);
    await venue.openOrders();
    uninstall();
    expect(names).toEqual(['venue.send', 'venue.cancel', 'venue.lookUp', 'venue.openOrders']);
    peer.answerAlways({ code: -2010, msg: 'key PEERKEY with peer-secret\nis refused' }, 400);
    const refused = await venue.send(anOrder(), soonMs());
    expect(refused).toMatchObject({ kind: 'rejected', message: expect.not.stringMatching(/PEERKEY|peer-secret|\n/) });
  });
});

describe('the configuration of an exchange', () => {
  const problemsOf = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return error instanceof InvalidInput ? error.problems.map(({ code, path }) => `${code} ${path}`) : error;
    }
  };

  it('needs a key of the mode, and hosts of its own', () => {
    const paperOnly = ccxtSettingsOf('paper', {});
    expect(problemsOf(() => createCcxtLive(ccxtLiveConfig(paperOnly, false)))).toEqual([
      'CONFIG_REQUIRED CCXT_LIVE_KEY',
    ]);
    const local = ccxtSettingsOf('paper', { url: 'http://127.0.0.1:9' });
    expect(problemsOf(() => createCcxtPaper(ccxtPaperConfig(local, false)))).toEqual([
      'CONFIG_URL_BLOCKED CCXT_PAPER_URL',
    ]);
    const swapped = ccxtSettingsOf('paper', { url: 'https://fapi.binance.com' });
    expect(problemsOf(() => createCcxtPaper(ccxtPaperConfig(swapped, true)))).toEqual([
      'CONFIG_MODE_HOST_MISMATCH CCXT_PAPER_URL',
    ]);
  });

  it('keeps paper and live apart as types', () => {
    const settings = ccxtSettingsOf('live', {});
    // @ts-expect-error a configuration of live trading is none of paper trading
    const mixed = createCcxtPaper(ccxtLiveConfig(settings, false));
    expect(mixed.mode).toBe('paper');
  });
});
