/**
 * Property 12, states only move forward: along the edges of the table (written out again here), filled never above
 * ordered and never less than before, final stays final. For orders in the paper book and for orders at a venue that
 * answers late, twice and out of order. One way back is known: an order given up as absent that the venue shows alive.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { toDecimal } from '../../domain/decimal.ts';
import { type BookStep, openBook } from '../../domain/execution/book.ts';
import { isTerminal } from '../../domain/execution/order-state.ts';
import { takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import type { Costs, Order, OrderState } from '../../schemas/execution.ts';
import { itHolds, type Mark } from './property.ts';
import { type Action, action, advance, costsArbitrary, newWorld, PAPER_VENUE, type Venue } from './random-account.ts';
import { type Answer, answer, fillsOf, ourOrder, seenAt, type VenueLife, venueLife } from './venue-life.ts';

/** The table of the design page, section 8. */
const NEXT: Readonly<Record<OrderState, readonly OrderState[]>> = {
  PROPOSED: ['GATED', 'DENIED'],
  GATED: ['INTENT'],
  DENIED: [],
  INTENT: ['CLAIMED'],
  CLAIMED: ['SENT', 'ABSENT'],
  SENT: ['ACKED', 'REJECTED', 'UNKNOWN'],
  ACKED: ['PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED', 'CANCEL_SENT'],
  REJECTED: [],
  UNKNOWN: ['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'REJECTED', 'ABSENT', 'MANUAL'],
  PARTIAL: ['FILLED', 'CANCELED', 'EXPIRED', 'CANCEL_SENT'],
  FILLED: [],
  CANCEL_SENT: ['CANCELED', 'CANCEL_UNKNOWN', 'FILLED'],
  CANCEL_UNKNOWN: ['CANCELED', 'FILLED', 'MANUAL'],
  CANCELED: [],
  EXPIRED: [],
  ABSENT: [],
  MANUAL: [],
};

/** True when the edges lead from one to the other; one answer may tell of several moves. */
const leads = (from: OrderState, to: OrderState): boolean => from === to || NEXT[from].some((next) => leads(next, to));

function movesOn(before: Order, after: Order, lateArrival: boolean): void {
  const told = `${before.state} → ${after.state}`;
  expect(leads(before.state, after.state) || (lateArrival && before.state === 'ABSENT'), told).toBe(true);
  const [was, is] = [toDecimal(before.quantityFilled), toDecimal(after.quantityFilled)];
  expect(is.gte(was), `${told}: filled ${was} → ${is}`).toBe(true);
  expect(is.lte(after.quantity), `${told}: filled ${is} of ${after.quantity}`).toBe(true);
  expect(after.state === 'FILLED', `${told}: filled ${is} of ${after.quantity}`).toBe(is.eq(after.quantity));
}

type Life = { readonly actions: readonly Action[]; readonly costs: Costs };
type BookKind = 'partial fills' | 'cancelled' | 'legs';

function staysForwardInTheBook(venue: Venue, { actions, costs }: Life, mark: Mark<BookKind>): void {
  const world = newWorld();
  for (const one of actions) {
    advance(world, one, costs, venue, (before, after) => {
      if (before !== undefined) movesOn(before, after, false);
      if (after.state === 'CANCELED') mark('cancelled');
    });
  }
  const orders = [...world.orders.values()];
  if (orders.some((one) => Number(one.quantityFilled) > 0 && one.state !== 'FILLED')) mark('partial fills');
  if (orders.some((one) => one.leg === 'stop')) mark('legs');
}

const withOrders =
  (change: (order: Order) => Order) =>
  (step: BookStep): BookStep => ({
    ...step,
    orders: step.orders.map(change),
  });
const refilled = withOrders((one) => ({ ...one, quantityFilled: toDecimal(one.quantityFilled).times(2).toFixed() }));
const toldAgain = (step: BookStep): BookStep => ({
  ...step,
  orders: [...step.orders, ...step.orders.filter((one) => isTerminal(one.state)).map(atWork)],
});
const atWork = (one: Order): Order => ({ ...one, state: 'ACKED', quantityFilled: '0' });

itHolds<Venue, Life, BookKind>({
  name: 'property 12, states of orders in the paper book',
  cases: fc.record({ actions: fc.array(action, { minLength: 5, maxLength: 12, size: 'max' }), costs: costsArbitrary }),
  holds: staysForwardInTheBook,
  kinds: ['partial fills', 'cancelled', 'legs'],
  subject: PAPER_VENUE,
  faults: {
    'a fill counts twice': { ...PAPER_VENUE, matchBar: (...args) => refilled(PAPER_VENUE.matchBar(...args)) },
    'an order that has ended is at work again': {
      ...PAPER_VENUE,
      matchBar: (...args) => toldAgain(PAPER_VENUE.matchBar(...args)),
    },
  },
});

type Take = typeof takeVenueAnswer;
type Told = { readonly life: VenueLife; readonly answers: readonly Answer[] };
type VenueKind = 'partial fills' | 'UNKNOWN' | 'duplicates' | 'late arrival' | 'old news';

function staysForwardAtTheVenue(take: Take, { life, answers }: Told, mark: Mark<VenueKind>): void {
  let book = openBook('sim:test', '10000');
  let order = ourOrder(life, 0);
  const known = new Set<string>();
  let newest = 0;
  for (const { upTo, sees } of answers) {
    const told = fillsOf(life, 0).slice(0, upTo);
    const seen = sees ? seenAt(life, 0, upTo) : null;
    const step = take(book, order, seen, told, known);
    const after = step.orders.at(-1) ?? order;
    const arrives = told.length > 0 || sees;
    movesOn(order, after, arrives);
    if (order.state === 'UNKNOWN' && after.state !== 'UNKNOWN') mark('UNKNOWN');
    if (order.state === 'ABSENT' && after.state !== 'ABSENT') mark('late arrival');
    if (told.some((fill) => known.has(fill.tradeId))) mark('duplicates');
    if (upTo < newest) mark('old news');
    if (after.state === 'PARTIAL') mark('partial fills');
    for (const fill of step.fills) known.add(fill.tradeId);
    newest = Math.max(newest, upTo);
    book = step.book;
    order = after;
  }
}

itHolds<Take, Told, VenueKind>({
  name: 'property 12, states of orders at a venue',
  cases: fc.record({ life: venueLife, answers: fc.array(answer, { minLength: 1, maxLength: 8, size: 'max' }) }),
  holds: staysForwardAtTheVenue,
  kinds: ['partial fills', 'UNKNOWN', 'duplicates', 'late arrival', 'old news'],
  subject: takeVenueAnswer,
  faults: {
    'the state of every answer is taken over': (book, order, seen, fills, known) => {
      const step = takeVenueAnswer(book, order, seen, fills, known);
      return seen === null ? step : withOrders((one) => ({ ...one, state: seen.state }))(step);
    },
    'what is filled is what the answer says': (book, order, seen, fills, known) => {
      const step = takeVenueAnswer(book, order, seen, fills, known);
      return seen === null ? step : withOrders((one) => ({ ...one, quantityFilled: seen.quantityFilled }))(step);
    },
  },
});
