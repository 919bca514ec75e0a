/**
 * What every venue adapter promises, as one suite. An adapter's test opens it with a peer that speaks the venue's wire
 * format, holds real orders, and can be told to misbehave. Prices: BTC/USD stands at 100 until a test moves it.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Venue } from '../../adapters/broker/venue.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { Order } from '../../schemas/execution.ts';

/** cutBefore: the connection breaks before the effect. cutAfter: after it. garbage: 200 with no sense, after it. */
export type Misbehaviour = 'cutBefore' | 'cutAfter' | 'garbage' | 'status429' | 'status500' | 'status503';

export type VenueHarness = {
  readonly venue: Venue;
  /** false: the venue does not say whether an account is real. Default true. */
  readonly tellsMode?: boolean;
  /** How many requests it takes to cancel everything. Default 1. */
  readonly cancelAllRequests?: number;
  /** Requests that reached the peer so far. */
  readonly requests: () => number;
  /** How many orders of that client id the peer holds or has held. */
  readonly ordersOf: (clientOrderId: string) => number;
  readonly setPrice: (symbol: string, price: string) => void;
  /** Every request from now on, until null. */
  readonly misbehave: (how: Misbehaviour | null) => void;
  readonly setClockSkew: (ms: number) => void;
  readonly close: () => Promise<void>;
};

let count = 0;
/** A limit order below the price of 100, which rests; `changes` make it another. */
export function anOrder(changes: Partial<Order> = {}): Order {
  count += 1;
  return {
    decisionId: `d-${count}`,
    leg: 'entry',
    clientOrderId: `contract-${process.pid}-${count}-entry`,
    accountId: 'alpaca-paper',
    strategyId: 'momentum',
    symbol: 'BTC/USD',
    side: 'buy',
    type: 'limit',
    quantity: '0.5',
    limitPrice: '90',
    stopPrice: null,
    distanceFromEntry: null,
    leverage: 1,
    reduceOnly: false,
    createdAtMs: 0,
    sessionId: null,
    venue: 'alpaca-paper',
    venueOrderId: null,
    simulated: false,
    state: 'SENT',
    quantityFilled: '0',
    sentAtMs: 0,
    ...changes,
  };
}
const MARKET = { type: 'market', limitPrice: null } as const;
export const soonMs = (): number => Date.now() + 5_000;

export function describeVenueContract(name: string, open: () => Promise<VenueHarness>): void {
  const opened: VenueHarness[] = [];
  const openHarness = async (): Promise<VenueHarness> => {
    const harness = await open();
    opened.push(harness);
    harness.setPrice('BTC/USD', '100');
    return harness;
  };
  afterEach(async () => {
    for (const harness of opened.splice(0)) await harness.close();
  });

  describe(`the venue ${name}`, () => {
    it('says whose account it is, and in which mode', async () => {
      const { venue, tellsMode = true } = await openHarness();
      expect(await venue.identity()).toMatchObject({
        kind: 'answered',
        value: { accountId: expect.stringMatching(/./), mode: venue.mode, toldMode: tellsMode ? venue.mode : null },
      });
    });

    it('takes an order with one request and finds it again, equal', async () => {
      const { venue, requests } = await openHarness();
      const order = anOrder();
      const sent = await venue.send(order, soonMs());
      expect(requests()).toBe(1);
      expect(sent).toMatchObject({
        kind: 'accepted',
        order: {
          clientOrderId: order.clientOrderId,
          symbol: 'BTC/USD',
          side: 'buy',
          quantity: '0.5',
          quantityFilled: '0',
          averagePrice: null,
          limitPrice: '90',
          state: 'ACKED',
        },
      });
      if (sent.kind !== 'accepted') return;
      expect(await venue.lookUp(order.clientOrderId)).toEqual({ kind: 'found', order: sent.order });
      expect(await venue.openOrders()).toEqual({ kind: 'answered', value: [sent.order] });
    });

    it('tells fills, position and cash of what was filled, exactly', async () => {
      const { venue } = await openHarness();
      const before = await venue.cash();
      const fromMs = Date.now();
      const sent = await venue.send(anOrder({ ...MARKET, quantity: '0.123456789' }), soonMs());
      expect(sent).toMatchObject({ kind: 'accepted', order: { state: 'FILLED', quantityFilled: '0.123456789' } });
      const fills = await venue.fills(fromMs);
      if (sent.kind !== 'accepted' || fills.kind !== 'answered' || before.kind !== 'answered') return expect.fail();
      expect(fills.value).toMatchObject([
        { venueOrderId: sent.order.venueOrderId, symbol: 'BTC/USD', side: 'buy', quantity: '0.123456789' },
      ]);
      const price = fills.value[0]?.price ?? '';
      expect(await venue.positions()).toEqual({
        kind: 'answered',
        value: [{ symbol: 'BTC/USD', quantity: '0.123456789', averagePrice: expect.toBeOneOf([price, null]) }],
      });
      const paid = toDecimal('0.123456789').times(price);
      const cash = toDecimal(before.value.cash).minus(paid).toFixed();
      expect(await venue.cash()).toEqual({ kind: 'answered', value: { cash, currency: 'USD' } });
      expect(await venue.fills(Date.now() + 60_000)).toEqual({ kind: 'answered', value: [] });
      expect(await venue.busts(fromMs)).toEqual({ kind: 'answered', value: [] });
    });

    it('tells a definitive refusal from the rest, and holds nothing then', async () => {
      const { venue, ordersOf } = await openHarness();
      const order = anOrder({ quantity: '1000000' });
      expect(await venue.send(order, soonMs())).toMatchObject({
        kind: 'rejected',
        code: 'VENUE_REFUSED',
        message: expect.stringContaining('insufficient'),
      });
      expect(ordersOf(order.clientOrderId)).toBe(0);
      expect(await venue.lookUp(order.clientOrderId)).toEqual({ kind: 'notFound' });
    });

    it.each(['cutBefore', 'status429', 'status500', 'status503'] as const)(
      'proves nothing by %s, sends once, and the order is not found afterwards',
      async (how) => {
        const { venue, requests, ordersOf, misbehave } = await openHarness();
        misbehave(how);
        const order = anOrder();
        expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'ambiguous' });
        expect(requests()).toBe(1);
        misbehave(null);
        expect(await venue.lookUp(order.clientOrderId)).toEqual({ kind: 'notFound' });
        expect(ordersOf(order.clientOrderId)).toBe(0);
      },
    );

    it.each(['cutAfter', 'garbage'] as const)(
      'proves nothing by %s, sends once, and the order is found afterwards',
      async (how) => {
        const { venue, requests, ordersOf, misbehave } = await openHarness();
        misbehave(how);
        const order = anOrder();
        expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'ambiguous' });
        expect(requests()).toBe(1);
        misbehave(null);
        expect(await venue.lookUp(order.clientOrderId)).toMatchObject({ kind: 'found', order: { state: 'ACKED' } });
        expect(ordersOf(order.clientOrderId)).toBe(1);
      },
    );

    it('takes a client id in use for a question, not for a refusal, and holds one order', async () => {
      const { venue, ordersOf } = await openHarness();
      const order = anOrder();
      expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'accepted' });
      expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'ambiguous' });
      expect(ordersOf(order.clientOrderId)).toBe(1);
    });

    it('never takes a failed read for an empty one', async () => {
      const { venue, misbehave } = await openHarness();
      for (const how of ['status500', 'status429', 'garbage'] as const) {
        misbehave(how);
        const reads = [venue.lookUp('nobody'), venue.openOrders(), venue.fills(0), venue.positions(), venue.cash()];
        for (const answer of [...(await Promise.all(reads)), await venue.identity()]) {
          expect(answer).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/./) });
        }
        misbehave(null);
        // A venue that answered 429 is left alone for a second.
        if (how === 'status429') await new Promise((done) => setTimeout(done, 1_100));
      }
    });

    it('sends nothing after the deadline, and nothing that the guard refuses', async () => {
      const { venue, requests, ordersOf } = await openHarness();
      const order = anOrder();
      for (const deadlineMs of [Date.now() - 1, 0, Number.NaN]) {
        expect(await venue.send(order, deadlineMs)).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
      }
      const refused = await venue.send(order, soonMs(), async () => 'epoch 3 is over');
      expect(refused).toEqual({ kind: 'rejected', code: 'NOT_SENT', message: 'epoch 3 is over' });
      const broken = await venue.send(order, soonMs(), () => Promise.reject(new Error('no database')));
      expect(broken).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
      const slow = venue.send(order, Date.now() + 100, () => new Promise((go) => setTimeout(() => go(null), 200)));
      expect(await slow).toMatchObject({ kind: 'rejected', code: 'NOT_SENT' });
      expect(requests()).toBe(0);
      expect(ordersOf(order.clientOrderId)).toBe(0);
    });

    it('cancels an order, by its own id or by the client id alone', async () => {
      const { venue } = await openHarness();
      for (const isKnown of [true, false]) {
        const order = anOrder();
        const sent = await venue.send(order, soonMs());
        if (sent.kind !== 'accepted') return expect.fail();
        const venueOrderId = isKnown ? sent.order.venueOrderId : null;
        expect(await venue.cancel({ ...order, venueOrderId })).toMatchObject({
          kind: 'canceled',
          order: { clientOrderId: order.clientOrderId, state: 'CANCELED' },
        });
        expect(await venue.cancel({ ...order, venueOrderId })).toMatchObject({ kind: 'canceled' });
      }
      expect(await venue.openOrders()).toEqual({ kind: 'answered', value: [] });
    });

    it('says that a cancel came too late, with the order as it ended', async () => {
      const { venue } = await openHarness();
      const order = anOrder(MARKET);
      const sent = await venue.send(order, soonMs());
      if (sent.kind !== 'accepted') return expect.fail();
      expect(await venue.cancel({ ...order, venueOrderId: sent.order.venueOrderId })).toMatchObject({
        kind: 'tooLate',
        order: { state: 'FILLED', quantityFilled: '0.5' },
      });
    });

    it('does not know an order that never was, and doubts a cancel whose reply is cut', async () => {
      const { venue, misbehave } = await openHarness();
      expect(await venue.cancel(anOrder())).toEqual({ kind: 'notFound' });
      expect(await venue.cancel(anOrder({ venueOrderId: '99999999999999999999' }))).toEqual({ kind: 'notFound' });
      const order = anOrder();
      const sent = await venue.send(order, soonMs());
      if (sent.kind !== 'accepted') return expect.fail();
      misbehave('cutAfter');
      const { venueOrderId } = sent.order;
      expect(await venue.cancel({ ...order, venueOrderId })).toMatchObject({ kind: 'ambiguous' });
      misbehave(null);
      expect(await venue.lookUp(order.clientOrderId)).toMatchObject({ order: { state: 'CANCELED' } });
    });

    it('cancels everything at once', async () => {
      const { venue, requests, cancelAllRequests = 1 } = await openHarness();
      const orders = Array.from({ length: 12 }, () => anOrder({ quantity: '0.01' }));
      for (const order of orders) expect(await venue.send(order, soonMs())).toMatchObject({ kind: 'accepted' });
      const before = requests();
      const outcome = await venue.cancelAll();
      expect(outcome).toMatchObject({ kind: 'taken', refused: [] });
      if (outcome.kind === 'taken') expect(outcome.venueOrderIds.length).toBe(12);
      expect(requests()).toBe(before + cancelAllRequests);
      expect(await venue.openOrders()).toEqual({ kind: 'answered', value: [] });
    });

    it('measures how far its clock is from ours', async () => {
      const { venue, setClockSkew } = await openHarness();
      for (const skewMs of [0, -10_000, 10_000]) {
        setClockSkew(skewMs);
        const answer = await venue.clock();
        if (answer.kind !== 'answered') return expect.fail();
        expect(Math.abs(answer.value.offsetMs - skewMs)).toBeLessThanOrEqual(answer.value.roundTripMs / 2 + 5);
      }
    });
  });
}
