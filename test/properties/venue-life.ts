/**
 * Orders at a venue and what it tells of them, made at random: each order with its fills, and answers that come late,
 * twice, in part and in any order. A venue never contradicts itself here; a contradiction is another test's business.
 */
import fc from 'fast-check';
import { decimalText, toDecimal } from '../../domain/decimal.ts';
import type { Order, OrderState } from '../../schemas/execution.ts';
import type { VenueBust, VenueFill, VenueOrder, VenueOrderState } from '../../schemas/venue.ts';
import { MIDNIGHT, order } from '../domain/execution/support.ts';

/** `parts`: sizes of its fills in hundredths, in the order of their time; `rest`: what stays unfilled. */
export type VenueLife = {
  readonly side: 'buy' | 'sell';
  readonly parts: readonly { readonly size: number; readonly cents: number; readonly fee: number | null }[];
  readonly rest: number;
  readonly end: 'CANCELED' | 'EXPIRED' | 'ACKED';
  readonly startsAs: OrderState;
  /**
   * Which of its fills is busted once all have come, and at which price a trade counts in its place; null: none does.
   */
  readonly bust: { readonly turn: number; readonly cents: number | null } | null;
};

/**
 * How much of an order's life an answer shows, which of those fills it lists, whether the order itself is seen, and
 * whether busts are told. After all of its fills comes its end, after the bust.
 */
export type Answer = {
  readonly which: number;
  readonly upTo: number;
  readonly skip: number;
  readonly sees: boolean;
  readonly tells: boolean;
};

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
  bust: fc.option(
    fc.record({
      turn: fc.constantFrom(0, 0, 1, 2),
      cents: fc.option(fc.integer({ min: 9_000, max: 11_000 }), { freq: 2 }),
    }),
    { freq: 3 },
  ),
});
export const answer: fc.Arbitrary<Answer> = fc.record({
  which: fc.nat(2),
  upTo: fc.nat(4),
  skip: fc.nat(3),
  sees: fc.boolean(),
  tells: fc.boolean(),
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

/** What the venue tells of the order's busts; its fill must have been there. */
export function bustsOf(life: VenueLife, index: number): VenueBust[] {
  const [busted, { bust }] = [bustedOf(life), life];
  const fill = fillsOf(life, index)[bust?.turn ?? -1];
  if (busted === null || bust === null || fill === undefined) return [];
  const { venueOrderId, symbol, atMs } = fill;
  const price = bust.cents === null ? null : hundredths(bust.cents);
  const replacement = price === null ? null : { ...fill, tradeId: `${fill.tradeId}-corrected`, price };
  return [{ executionId: fill.tradeId, venueOrderId, symbol, replacement, atMs: atMs + 60_000 }];
}

const bustedOf = ({ parts, bust }: VenueLife) => (bust === null ? null : (parts[bust.turn] ?? null));

/**
 * The order as the venue shows it after its first `upTo` fills; all of them and one more: after its end, and a bust.
 */
export function seenAt(life: VenueLife, index: number, upTo: number): VenueOrder {
  const all = life.parts.slice(0, upTo).reduce((sum, one) => sum + one.size, 0);
  const lost = upTo > life.parts.length && life.bust?.cents === null ? (bustedOf(life)?.size ?? 0) : 0;
  const filled = all - lost;
  const state = lost > 0 && all === orderedOf(life) ? 'CANCELED' : stateAt(life, filled, upTo);
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
