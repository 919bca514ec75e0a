/**
 * Property 2, the book is a fold of its fills. After every step position, cost, realised result, fees and
 * cash are what the verifier's own arithmetic makes anew from the fills alone. A venue's fills and busts
 * that arrive in any order, any number of times, leave the same cash, quantity, fees and wealth at every
 * price (average cost splits the result by arrival).
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { decimalText, ZERO } from '../../domain/decimal.ts';
import type { Book } from '../../domain/execution/book.ts';
import { NO_BUSTS, takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import type { Costs, Fill } from '../../schemas/execution.ts';
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
import { type Take, takeAll } from './venue-account.ts';
import { type Answer, answer, bustsOf, type VenueLife, venueLife } from './venue-life.ts';

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
  fee_quantity: fill.feeQuantity ?? null,
  at: new Date(fill.atMs),
  takes_back: fill.takesBack ?? null,
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

type Arrival = { readonly lives: readonly VenueLife[]; readonly answers: readonly Answer[] };
type ArrivalKind =
  | 'duplicates'
  | 'partial fills'
  | 'UNKNOWN'
  | 'out of order'
  | 'fee told later'
  | 'busts'
  | 'corrections'
  | 'bust before its fill';

/** What no arrival may change: cash, quantity, fees, and what the position is worth beyond its price. */
const lasting = (book: Book) => ({
  cash: decimalText(book.cash),
  // A position of which every fill was busted is as good as none.
  positions: book.positions
    .map(({ quantity, fees, cost, realizedPnl }) =>
      [quantity, fees, realizedPnl.minus(cost)].map(decimalText).join(' '),
    )
    .filter((text) => text !== '0 0 0'),
});

const ALL = { upTo: 9, skip: 9, sees: true, tells: true };

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
  const busts = lives.flatMap(bustsOf);
  const takenBack = new Set(wild.booked.map((fill) => fill.takesBack));
  if (takenBack.size > 1) mark('busts');
  if (busts.some(({ replacement }) => replacement !== null)) mark('corrections');
  if (busts.some(({ executionId }) => !takenBack.has(executionId))) mark('bust before its fill');
}

itHolds<Take, Arrival, ArrivalKind>({
  name: 'property 2, fills in any order and any number',
  cases: fc.record({
    lives: fc.array(venueLife, { minLength: 1, maxLength: 3 }),
    answers: fc.array(answer, { maxLength: 8, size: 'max' }),
  }),
  holds: arrivesAlike,
  kinds: [
    ...(['duplicates', 'partial fills', 'UNKNOWN', 'out of order', 'fee told later'] as const),
    ...(['busts', 'corrections', 'bust before its fill'] as const),
  ],
  subject: takeVenueAnswer,
  faults: {
    'a bust is passed over': (book, order, seen, fills, known) => takeVenueAnswer(book, order, seen, fills, known),
    'a busted fill is taken back without its money': (book, ...answer) => {
      const step = takeVenueAnswer(book, ...answer);
      const isBust = step.fills.some((one) => (one.takesBack ?? null) !== null);
      return isBust ? { ...step, book: { ...step.book, cash: book.cash } } : step;
    },
    'the trade in the place of a busted one is not booked': (book, order, seen, fills, known, busts = NO_BUSTS) =>
      takeVenueAnswer(book, order, seen, fills, known, {
        ...busts,
        busts: busts.busts.map((one) => ({ ...one, replacement: null })),
      }),
    'a fill that is known is booked again': (book, order, seen, fills, _known, busts) =>
      takeVenueAnswer(book, order, seen, fills, new Set(), busts),
    'only the first fill of an answer is booked': (book, order, seen, fills, known, busts) =>
      takeVenueAnswer(book, order, seen, fills.slice(0, 1), known, busts),
    'a fee that is told is not taken': (book, order, seen, fills, known, busts) =>
      takeVenueAnswer(
        book,
        order,
        seen,
        fills.map((fill) => ({ ...fill, fee: null })),
        known,
        busts,
      ),
  },
});
