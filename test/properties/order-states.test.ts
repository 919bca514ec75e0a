/**
 * Property 12, states only move forward: along the edges of the table (written out again here), filled never above
 * ordered and never less than before, final stays final. For orders in the paper book and for orders at a venue that
 * answers late, twice and out of order. Two ways back are known: an order given up as absent that the venue shows
 * alive, and a bust, which takes a fill away and opens what was filled.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { toDecimal } from '../../domain/decimal.ts';
import type { BookStep } from '../../domain/execution/book.ts';
import { isTerminal } from '../../domain/execution/order-state.ts';
import { takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import type { Costs, Fill, Order, OrderState } from '../../schemas/execution.ts';
import { itHolds, type Mark } from './property.ts';
import { type Action, action, advance, costsArbitrary, newWorld, PAPER_VENUE, type Venue } from './random-account.ts';
import { type Take, takeAll } from './venue-account.ts';
import { type Answer, answer, type VenueLife, venueLife } from './venue-life.ts';

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
  MANUAL: ['ACKED', 'PARTIAL', 'CANCELED', 'ABSENT'],
};

/** True when the edges lead from one to the other; one answer may tell of several moves. */
const leads = (from: OrderState, to: OrderState, passed: readonly OrderState[] = []): boolean =>
  from === to || NEXT[from].some((next) => !passed.includes(next) && leads(next, to, [...passed, from]));

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

const changed = <Step extends BookStep>(step: Step, change: (order: Order) => Order): Step => ({
  ...step,
  orders: step.orders.map(change),
});
const withOrders =
  (change: (order: Order) => Order) =>
  (step: BookStep): BookStep =>
    changed(step, change);
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

/** Where a bust leads from; the venue may end the order in the same answer. */
const AFTER_BUST: Readonly<Partial<Record<OrderState, readonly OrderState[]>>> = {
  FILLED: ['FILLED', 'PARTIAL', 'ACKED', 'CANCELED', 'EXPIRED'],
  PARTIAL: ['ACKED'],
};

/** What `taken` takes back of the order, and what is new of it, in the sum of their quantities. */
const filledBy = (taken: readonly Fill[]) =>
  taken.reduce((sum, one) => sum.plus(isReversal(one) ? `-${one.quantity}` : one.quantity), toDecimal(0));
const isReversal = ({ takesBack }: Fill): boolean => (takesBack ?? null) !== null;

function movesAsToldOf(before: Order, after: Order, taken: readonly Fill[], arrives: boolean): void {
  if (!taken.some(isReversal)) {
    movesOn(before, after, arrives);
    return;
  }
  const told = `${before.state} → ${after.state} by a bust`;
  const mayMove = leads(before.state, after.state) || (AFTER_BUST[before.state]?.includes(after.state) ?? false);
  expect(mayMove, told).toBe(true);
  const filled = toDecimal(before.quantityFilled).plus(filledBy(taken));
  expect(toDecimal(after.quantityFilled).eq(filled), `${told}: filled ${after.quantityFilled}`).toBe(true);
  expect(filled.gte(0) && filled.lte(after.quantity), `${told}: filled ${filled}`).toBe(true);
  expect(after.state === 'FILLED', told).toBe(filled.eq(after.quantity));
}

type Told = { readonly life: VenueLife; readonly answers: readonly Answer[] };
type VenueKind = 'partial fills' | 'UNKNOWN' | 'duplicates' | 'late arrival' | 'old news' | 'busts';

function staysForwardAtTheVenue(take: Take, { life, answers }: Told, mark: Mark<VenueKind>): void {
  let newest = 0;
  const first = answers.map((one) => ({ ...one, which: 0 }));
  const { duplicates } = takeAll(take, [life], first, (_now, before, after, taken, { upTo, sees }) => {
    movesAsToldOf(before, after, taken, upTo > 0 || sees || taken.length > 0);
    if (before.state === 'UNKNOWN' && after.state !== 'UNKNOWN') mark('UNKNOWN');
    if (before.state === 'ABSENT' && after.state !== 'ABSENT') mark('late arrival');
    if (upTo < newest) mark('old news');
    if (after.state === 'PARTIAL') mark('partial fills');
    if (taken.some(isReversal)) mark('busts');
    newest = Math.max(newest, upTo);
  });
  if (duplicates > 0) mark('duplicates');
}

itHolds<Take, Told, VenueKind>({
  name: 'property 12, states of orders at a venue',
  cases: fc.record({ life: venueLife, answers: fc.array(answer, { minLength: 1, maxLength: 8, size: 'max' }) }),
  holds: staysForwardAtTheVenue,
  kinds: ['partial fills', 'UNKNOWN', 'duplicates', 'late arrival', 'old news', 'busts'],
  subject: takeVenueAnswer,
  faults: {
    'the state of every answer is taken over': (book, order, seen, fills, known, busts) => {
      const step = takeVenueAnswer(book, order, seen, fills, known, busts);
      return seen === null ? step : changed(step, (one) => ({ ...one, state: seen.state }));
    },
    'what is filled is what the answer says': (book, order, seen, fills, known, busts) => {
      const step = takeVenueAnswer(book, order, seen, fills, known, busts);
      return seen === null ? step : changed(step, (one) => ({ ...one, quantityFilled: seen.quantityFilled }));
    },
    'an order stays filled whatever is busted of it': (book, order, seen, fills, known, busts) =>
      changed(takeVenueAnswer(book, order, seen, fills, known, busts), (one) => ({
        ...one,
        state: order.state === 'FILLED' ? 'FILLED' : one.state,
      })),
    'a bust leaves the count of its order as it was': (book, order, seen, fills, known, busts) =>
      changed(takeVenueAnswer(book, order, seen, fills, known, busts), (one) =>
        toDecimal(one.quantityFilled).lt(order.quantityFilled) ? { ...one, quantityFilled: order.quantityFilled } : one,
      ),
  },
});
