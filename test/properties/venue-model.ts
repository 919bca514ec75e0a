/**
 * A venue in memory with the two ways in which venues know client order ids: for life (a second order of that name is
 * refused, in words that prove nothing) or only while the order is open. It loses requests and replies as it is told.
 */
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { decimalText, toDecimal } from '../../domain/decimal.ts';
import type { Order } from '../../schemas/execution.ts';
import type { VenueFill, VenueOrder } from '../../schemas/venue.ts';

export type Fate = 'answered' | 'reply lost' | 'request lost' | 'refused';
export type IdProfile = 'lifetime-unique' | 'open-only';

/** `fills`: the share of each order that fills at once. Fates and shares are taken in turn, then start anew. */
export type VenuePlan = {
  readonly idProfile: IdProfile;
  readonly fates: readonly Fate[];
  readonly fills: readonly number[];
  readonly reads: readonly boolean[];
};

export type Accepted = { readonly sent: Order; readonly order: VenueOrder; readonly atMs: number };
export type VenueModel = {
  readonly venue: VenueOrderParts['venue'];
  readonly accepted: readonly Accepted[];
  /** Client order ids of the requests that left, also those that were lost or refused. */
  readonly attempted: readonly string[];
  /** From now on every read answers. */
  readonly calm: () => void;
};

const PRICE = '100';

export function createVenueModel(plan: VenuePlan, nowMs: () => number, between: () => Promise<void>): VenueModel {
  const accepted: { sent: Order; order: VenueOrder; atMs: number }[] = [];
  const attempted: string[] = [];
  const fills: VenueFill[] = [];
  let sends = 0;
  let reads = 0;
  let isCalm = false;
  const fails = (): boolean => {
    reads += 1;
    return !isCalm && plan.reads[reads % plan.reads.length] === false;
  };
  const failed = { kind: 'failed', reason: 'ECONNRESET' } as const;
  const find = (clientOrderId: string) => accepted.find(({ order }) => order.clientOrderId === clientOrderId);
  const isTaken = (clientOrderId: string): boolean => {
    const before = find(clientOrderId);
    return before !== undefined && (plan.idProfile === 'lifetime-unique' || isOpen(before.order));
  };
  const accept = (sent: Order): VenueOrder => {
    const venueOrderId = `v-${accepted.length + 1}`;
    const share =
      sent.leg === 'entry' || sent.leg === 'exit' ? (plan.fills[accepted.length % plan.fills.length] ?? 1) : 0;
    const quantityFilled = decimalText(toDecimal(sent.quantity).times(share));
    const order: VenueOrder = {
      venueOrderId,
      clientOrderId: sent.clientOrderId,
      symbol: sent.symbol,
      side: sent.side,
      quantity: sent.quantity,
      quantityFilled,
      averagePrice: share > 0 ? PRICE : null,
      limitPrice: sent.limitPrice,
      stopPrice: sent.stopPrice,
      state: share === 1 ? 'FILLED' : share > 0 ? 'PARTIAL' : 'ACKED',
      venueStatus: 'as told',
      submittedAtMs: nowMs(),
    };
    accepted.push({ sent, order, atMs: nowMs() });
    if (share > 0) {
      const named = { tradeId: `t-${venueOrderId}`, venueOrderId, symbol: sent.symbol, side: sent.side };
      fills.push({ ...named, quantity: quantityFilled, price: PRICE, fee: null, atMs: nowMs() });
    }
    return order;
  };
  const venue: VenueOrderParts['venue'] = {
    name: 'model',
    lot: async () => null,
    positions: async () => ({ kind: 'answered', value: [] }),
    cash: async () => ({ kind: 'answered', value: { cash: '0', currency: 'USD' } }),
    send: async (sent, deadlineMs, guard) => {
      await between();
      const stop = nowMs() > deadlineMs ? 'too late' : ((await guard?.()) ?? null);
      if (stop !== null) return { kind: 'rejected', code: 'NOT_SENT', message: stop };
      const fate = plan.fates[sends % plan.fates.length] ?? 'answered';
      sends += 1;
      attempted.push(sent.clientOrderId);
      await between();
      if (fate === 'request lost') return { kind: 'ambiguous', reason: 'timeout' };
      if (fate === 'refused') return { kind: 'rejected', code: 'VENUE_REFUSED', message: 'no buying power' };
      if (isTaken(sent.clientOrderId)) return { kind: 'ambiguous', reason: 'client_order_id must be unique' };
      const order = accept(sent);
      await between();
      return fate === 'reply lost' ? { kind: 'ambiguous', reason: 'ECONNRESET' } : { kind: 'accepted', order };
    },
    lookUp: async (clientOrderId) => {
      await between();
      if (fails()) return failed;
      const found = find(clientOrderId);
      return found === undefined ? { kind: 'notFound' } : { kind: 'found', order: found.order };
    },
    openOrders: async () => {
      await between();
      const open = accepted.map(({ order }) => order).filter(isOpen);
      return fails() ? failed : { kind: 'answered', value: open };
    },
    fills: async () => {
      await between();
      return fails() ? failed : { kind: 'answered', value: [...fills] };
    },
    busts: async () => ({ kind: 'answered', value: [] }),
    cancel: async ({ clientOrderId }) => {
      await between();
      const found = find(clientOrderId);
      if (found === undefined) return { kind: 'notFound' };
      if (!isOpen(found.order)) return { kind: 'tooLate', order: found.order };
      found.order = { ...found.order, state: 'CANCELED' };
      return fails() ? { kind: 'ambiguous', reason: 'ECONNRESET' } : { kind: 'canceled', order: found.order };
    },
  };
  return {
    venue,
    accepted,
    attempted,
    calm: () => {
      isCalm = true;
    },
  };
}

const isOpen = (order: VenueOrder): boolean => order.state === 'ACKED' || order.state === 'PARTIAL';
