/**
 * Property 2, the book is a fold of its fills. After every step position, cost, realised result, fees and cash are what
 * the verifier's own arithmetic makes anew from the fills alone. A venue's fills that arrive in any order, any number
 * of times, leave the same cash, quantity, fees and wealth at every price (average cost splits the result by arrival).
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { decimalText, ZERO } from '../../domain/decimal.ts';
import { type Book, openBook } from '../../domain/execution/book.ts';
import { takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import type { Costs, Fill, Order } from '../../schemas/execution.ts';
import { amount, amountText } from '../../scripts/lib/verify/amounts.ts';
import type { StoredFill } from '../../scripts/lib/verify/read-account.ts';
import { holdingKey, rebuild } from '../../scripts/lib/verify/rebuild.ts';
import { itHolds, type Mark } from './property.ts';
import {
  type Action,
  action,
  advance,
  costsArbitrary,
  newWorld,
  PAPER_VENUE,
  SYMBOLS,
  type Venue,
  type World,
} from './random-account.ts';
import { type Answer, answer, fillsOf, ourOrder, seenAt, type VenueLife, venueLife } from './venue-life.ts';

const stored = (fill: Fill): StoredFill => ({
  venue: fill.venue,
  account_id: fill.accountId,
  trade_id: fill.tradeId,
  client_order_id: fill.clientOrderId,
  strategy_id: fill.strategyId,
  symbol: fill.symbol,
  side: fill.side,
  quantity: fill.quantity,
  price: fill.price,
  fee: fill.fee,
  at: new Date(fill.atMs),
  order: undefined,
  sequence: null,
});

/** The book as texts, to be compared with what the fills make. Funding is no fill: it is taken out of cash. */
const bookText = (book: Book): Record<string, string> => ({
  cash: decimalText(book.positions.reduce((cash, one) => cash.plus(one.funding), book.cash)),
  ...Object.fromEntries(
    book.positions.map((one) => [
      holdingKey({ strategy_id: one.strategyId, symbol: one.symbol }),
      [one.quantity, one.cost, one.realizedPnl, one.fees].map(decimalText).join(' '),
    ]),
  ),
});

function rebuiltText(fills: readonly Fill[]): Record<string, string> {
  const { cash, holdings } = rebuild(amount('10000'), fills.map(stored));
  const texts = [...holdings].map(([key, one]) => [
    key,
    [one.quantity, one.cost, one.realized, one.fees].map(amountText).join(' '),
  ]);
  return { cash: amountText(cash), ...Object.fromEntries(texts) };
}

type Life = { readonly actions: readonly Action[]; readonly costs: Costs };
type LifeKind = 'partial fills' | 'turned through flat' | 'two positions';

const lives: fc.Arbitrary<Life> = fc
  .record({
    actions: fc.array(action, { minLength: 6, maxLength: 14, size: 'max' }),
    costs: costsArbitrary,
    inOneMarket: fc.constantFrom(true, true, true, false),
  })
  .map(({ actions, costs, inOneMarket }) => ({ costs, actions: inOneMarket ? actions.map(inFirstMarket) : actions }));

function inFirstMarket(one: Action): Action {
  if (one.kind === 'cancel') return one;
  const market = { symbol: SYMBOLS[0], strategy: 's-1' };
  return one.kind === 'entry' ? { ...one, ...market, legs: false } : { ...one, ...market };
}

function folds(venue: Venue, { actions, costs }: Life, mark: Mark<LifeKind>): void {
  const world = newWorld();
  let turned = false;
  for (const one of actions) {
    const before = world.book.positions;
    advance(world, one, costs, venue);
    expect(bookText(world.book)).toEqual(rebuiltText(world.fills));
    turned ||= world.book.positions.some((now, index) => now.quantity.times(before[index]?.quantity ?? ZERO).lt(0));
  }
  if (turned) mark('turned through flat');
  if (hasPart(world)) mark('partial fills');
  if (world.book.positions.length > 1) mark('two positions');
}

const hasPart = (world: World): boolean =>
  [...world.orders.values()].some((one) => Number(one.quantityFilled) > 0 && one.state !== 'FILLED');

/** The paper venue with its positions changed after every bar that filled something. */
const changing = (
  change: (position: Book['positions'][number], fills: readonly Fill[]) => Book['positions'][number],
): Venue => ({
  ...PAPER_VENUE,
  matchBar: (...args) => {
    const step = PAPER_VENUE.matchBar(...args);
    if (step.fills.length === 0) return step;
    return { ...step, book: { ...step.book, positions: step.book.positions.map((one) => change(one, step.fills)) } };
  },
});

itHolds<Venue, Life, LifeKind>({
  name: 'property 2, the book is a fold of its fills',
  cases: lives,
  holds: folds,
  kinds: ['partial fills', 'turned through flat', 'two positions'],
  subject: PAPER_VENUE,
  faults: {
    'the average is kept to two decimals': changing((one) => ({ ...one, cost: one.cost.toDecimalPlaces(2) })),
    'a loss is forgotten when the position goes flat': changing((one) =>
      one.quantity.isZero() && one.realizedPnl.lt(0) ? { ...one, realizedPnl: ZERO } : one,
    ),
  },
});

type Take = typeof takeVenueAnswer;
type Arrival = { readonly lives: readonly VenueLife[]; readonly answers: readonly Answer[] };
type ArrivalKind = 'duplicates' | 'partial fills' | 'UNKNOWN' | 'out of order' | 'fee told later';

/** An account that takes answers as the store does: known trade ids are those of the fills booked so far. */
function takeAll(take: Take, lives: readonly VenueLife[], answers: readonly Answer[]) {
  let book = openBook('sim:test', '10000');
  const orders: Order[] = lives.map(ourOrder);
  const booked: Fill[] = [];
  let duplicates = 0;
  for (const { which, upTo, skip, sees } of answers) {
    const [life, order] = [lives[which], orders[which]];
    if (life === undefined || order === undefined) continue;
    const told = fillsOf(life, which)
      .slice(0, upTo)
      .filter((_, turn) => sees || turn !== skip);
    const known = new Set(booked.map((fill) => fill.tradeId));
    duplicates += told.filter((fill) => known.has(fill.tradeId)).length;
    const step = take(book, order, sees ? seenAt(life, which, upTo) : null, [...told, ...told.slice(0, 1)], known);
    book = step.book;
    orders[which] = step.orders.at(-1) ?? order;
    booked.push(...step.fills);
  }
  return { book, orders, booked, duplicates };
}

/** What no arrival may change: cash, quantity, fees, and what the position is worth beyond its price. */
const lasting = (book: Book) => ({
  cash: decimalText(book.cash),
  positions: book.positions.map(({ quantity, fees, cost, realizedPnl }) =>
    [quantity, fees, realizedPnl.minus(cost)].map(decimalText).join(' '),
  ),
});

const ALL = { upTo: 9, skip: 9, sees: true };

function arrivesAlike(take: Take, { lives, answers }: Arrival, mark: Mark<ArrivalKind>): void {
  const last = lives.map((_, which) => ({ which, ...ALL }));
  const calm = takeAll(takeVenueAnswer, lives, last);
  const wild = takeAll(take, lives, [...answers, ...last.toReversed(), ...last]);
  expect(lasting(wild.book)).toEqual(lasting(calm.book));
  expect(wild.orders.map(({ state, quantityFilled }) => [state, quantityFilled])).toEqual(
    calm.orders.map(({ state, quantityFilled }) => [state, quantityFilled]),
  );
  expect(bookText(wild.book)).toEqual(rebuiltText(wild.booked));
  if (wild.duplicates > 0) mark('duplicates');
  if (lives.some((one) => one.parts.length > 1)) mark('partial fills');
  if (lives.some((one) => one.startsAs === 'UNKNOWN')) mark('UNKNOWN');
  if (wild.booked.some((fill, index) => fill.atMs < (wild.booked[index - 1]?.atMs ?? 0))) mark('out of order');
  if (lives.some((one) => one.parts.some(({ fee }) => fee === null))) mark('fee told later');
}

itHolds<Take, Arrival, ArrivalKind>({
  name: 'property 2, fills in any order and any number',
  cases: fc.record({
    lives: fc.array(venueLife, { minLength: 1, maxLength: 3 }),
    answers: fc.array(answer, { maxLength: 8, size: 'max' }),
  }),
  holds: arrivesAlike,
  kinds: ['duplicates', 'partial fills', 'UNKNOWN', 'out of order', 'fee told later'],
  subject: takeVenueAnswer,
  faults: {
    'a fill that is known is booked again': (book, order, seen, fills) =>
      takeVenueAnswer(book, order, seen, fills, new Set()),
    'only the first fill of an answer is booked': (book, order, seen, fills, known) =>
      takeVenueAnswer(book, order, seen, fills.slice(0, 1), known),
    'a fee that is told is not taken': (book, order, seen, fills, known) =>
      takeVenueAnswer(
        book,
        order,
        seen,
        fills.map((fill) => ({ ...fill, fee: null })),
        known,
      ),
  },
});
