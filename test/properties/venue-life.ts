/**
 * Orders at a venue and what it tells of them, made at random: each order with its fills, and answers that come late,
 * twice, in part and in any order. A venue never contradicts itself here; a contradiction is another test's business.
 */
import fc from 'fast-check';
import { decimalText, toDecimal } from '../../domain/decimal.ts';
import type { Order, OrderState } from '../../schemas/execution.ts';
import type { VenueFill, VenueOrder, VenueOrderState } from '../../schemas/venue.ts';
import { MIDNIGHT, order } from '../domain/execution/support.ts';

/** `parts`: sizes of its fills in hundredths, in the order of their time; `rest`: what stays unfilled. */
export type VenueLife = {
  readonly side: 'buy' | 'sell';
  readonly parts: readonly { readonly size: number; readonly cents: number; readonly fee: number | null }[];
  readonly rest: number;
  readonly end: 'CANCELED' | 'EXPIRED' | 'ACKED';
  readonly startsAs: OrderState;
};

/** How much of an order's life an answer shows, which of those fills it lists, and whether the order itself is seen. */
export type Answer = { readonly which: number; readonly upTo: number; readonly skip: number; readonly sees: boolean };

const part = fc.record({
  size: fc.integer({ min: 1, max: 500 }),
  cents: fc.integer({ min: 9_000, max: 11_000 }),
  fee: fc.option(fc.integer({ min: 0, max: 300 }), { freq: 4 }),
});
export const venueLife: fc.Arbitrary<VenueLife> = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  parts: fc.array(part, { minLength: 0, maxLength: 3, size: 'max' }),
  rest: fc.constantFrom(0, 0, 7),
  end: fc.constantFrom('CANCELED' as const, 'EXPIRED' as const, 'ACKED' as const),
  startsAs: fc.constantFrom<OrderState>('SENT', 'UNKNOWN', 'ACKED', 'CANCEL_SENT', 'CANCEL_UNKNOWN', 'ABSENT'),
});
export const answer: fc.Arbitrary<Answer> = fc.record({
  which: fc.nat(2),
  upTo: fc.nat(4),
  skip: fc.nat(3),
  sees: fc.boolean(),
});

const orderedOf = ({ parts, rest }: VenueLife): number =>
  Math.max(1, rest + parts.reduce((sum, one) => sum + one.size, 0));
const hundredths = (count: number): string => decimalText(toDecimal(count).div(100));

export const ourOrder = (life: VenueLife, index: number): Order =>
  order({
    decisionId: `d-${index}`,
    side: life.side,
    quantity: hundredths(orderedOf(life)),
    state: life.startsAs,
    venueOrderId: null,
  });

/** Its fills: one a second, the orders' fills between one another. */
export const fillsOf = (life: VenueLife, index: number): VenueFill[] =>
  life.parts.map((one, turn) => ({
    tradeId: `t-${index}-${turn}`,
    venueOrderId: `v-${index}`,
    symbol: 'BTC/USDT',
    side: life.side,
    quantity: hundredths(one.size),
    price: hundredths(one.cents),
    fee: one.fee === null ? null : hundredths(one.fee),
    atMs: MIDNIGHT + 1_000 * (3 * turn + index),
  }));

/** The order as the venue shows it after its first `upTo` fills; all of them and one more: after its end. */
export function seenAt(life: VenueLife, index: number, upTo: number): VenueOrder {
  const filled = life.parts.slice(0, upTo).reduce((sum, one) => sum + one.size, 0);
  const state = stateAt(life, filled, upTo);
  return {
    venueOrderId: `v-${index}`,
    clientOrderId: `d-${index}-entry`,
    symbol: 'BTC/USDT',
    side: life.side,
    quantity: hundredths(orderedOf(life)),
    quantityFilled: hundredths(filled),
    averagePrice: null,
    limitPrice: null,
    stopPrice: null,
    state,
    venueStatus: state.toLowerCase(),
    submittedAtMs: MIDNIGHT,
  };
}

function stateAt(life: VenueLife, filled: number, upTo: number): VenueOrderState {
  if (filled === orderedOf(life)) return 'FILLED';
  if (upTo > life.parts.length) return life.end === 'ACKED' && filled > 0 ? 'PARTIAL' : life.end;
  return filled > 0 ? 'PARTIAL' : 'ACKED';
}
