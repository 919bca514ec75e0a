/**
 * Property 9, determinism: the same actions on the same account leave the same rows, byte for byte, when they run
 * again, when the clock and the random numbers of the machine are forbidden, and when the book went through its stored
 * rows at any step, as after a restart. (Replays of workflows: test/histories.test.ts.)
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { decimalText } from '../../domain/decimal.ts';
import type { Book } from '../../domain/execution/book.ts';
import { bookFromRows, positionRows } from '../../domain/execution/rows.ts';
import type { Costs } from '../../schemas/execution.ts';
import { itHolds, type Mark } from './property.ts';
import { type Action, action, advance, costsArbitrary, newWorld, PAPER_VENUE, type Venue } from './random-account.ts';

/** The venue, and what a restart makes of a book. */
type Desk = { readonly venue: Venue; readonly restart: (book: Book) => Book };

const restart = (book: Book): Book =>
  bookFromRows({
    account: { accountId: book.accountId, currency: book.currency, cash: decimalText(book.cash) },
    positions: positionRows(book),
    orders: book.orders,
  });
const DESK: Desk = { venue: PAPER_VENUE, restart };

type Case = { readonly actions: readonly Action[]; readonly costs: Costs; readonly restartAt: number };
type Kind = 'partial fills' | 'restarted with a position' | 'restarted with orders' | 'closed trades';

const cases: fc.Arbitrary<Case> = fc.record({
  actions: fc.array(action, { minLength: 5, maxLength: 10, size: 'max' }),
  costs: costsArbitrary,
  restartAt: fc.nat(9),
});

/** Everything the account ever wrote, as one text. */
function audit(desk: Desk, { actions, costs, restartAt }: Case, restarts: boolean, mark: Mark<Kind>): string {
  const world = newWorld();
  for (const [index, one] of actions.entries()) {
    if (restarts && index === restartAt) {
      if (world.book.positions.some((position) => !position.quantity.isZero())) mark('restarted with a position');
      if (world.book.orders.length > 0) mark('restarted with orders');
      world.book = desk.restart(world.book);
    }
    advance(world, one, costs, desk.venue);
  }
  if (world.fills.some((fill) => world.orders.get(fill.clientOrderId)?.state !== 'FILLED')) mark('partial fills');
  if (!world.pnl.isZero()) mark('closed trades');
  const { fills, entries, orders } = world;
  return canonicalJson({ fills, entries, orders: [...orders.values()], positions: positionRows(world.book) });
}

const forbidden = (): never => {
  throw new Error('the machine was asked');
};

/** Runs `work` where the machine's clock and random numbers may not be asked. */
function withoutMachine<T>(work: () => T): T {
  const [now, random] = [Date.now, Math.random];
  Object.assign(Date, { now: forbidden });
  Object.assign(Math, { random: forbidden });
  try {
    return work();
  } finally {
    Object.assign(Date, { now });
    Object.assign(Math, { random });
  }
}

function isDeterministic(desk: Desk, one: Case, mark: Mark<Kind>): void {
  const first = withoutMachine(() => audit(desk, one, false, mark));
  expect(audit(desk, one, true, mark)).toBe(first);
}

let tradesEver = 0;
function nextNumber(): string {
  tradesEver += 1;
  return String(tradesEver);
}
const namedBy = (name: () => string): Desk => ({
  ...DESK,
  venue: {
    ...PAPER_VENUE,
    matchBar: (...args) => {
      const step = PAPER_VENUE.matchBar(...args);
      return { ...step, fills: step.fills.map((fill) => ({ ...fill, tradeId: `${fill.tradeId}-${name()}` })) };
    },
  },
});

itHolds<Desk, Case, Kind>({
  name: 'property 9, determinism',
  cases,
  holds: isDeterministic,
  kinds: ['partial fills', 'restarted with a position', 'restarted with orders', 'closed trades'],
  subject: DESK,
  faults: {
    'fills are named by the clock': namedBy(() => String(Date.now())),
    'fills are numbered since the process began': namedBy(nextNumber),
    'a restart forgets orders that are partly filled': {
      ...DESK,
      restart: (book) => ({ ...restart(book), orders: book.orders.filter((one) => one.state !== 'PARTIAL') }),
    },
    'a restart rounds the cost of a position': {
      ...DESK,
      restart: (book) => ({
        ...restart(book),
        positions: book.positions.map((one) => ({ ...one, cost: one.cost.toDecimalPlaces(2) })),
      }),
    },
  },
});
