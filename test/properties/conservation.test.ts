/**
 * Property 1, conservation of value: cash + Σ quantity × price changes by price moves, minus fees and funding, and by
 * nothing else; with prices frozen by exactly the fees. Two accounts in two currencies never touch. A bust gives back
 * to the last digit what its fill has moved. Integer oracle.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { decimalText, toDecimal } from '../../domain/decimal.ts';
import { type BookStep, equityOf } from '../../domain/execution/book.ts';
import { takeVenueAnswer, type VenueTake } from '../../domain/execution/venue-step.ts';
import type { Costs, Fill } from '../../schemas/execution.ts';
import { times, toCents, units } from './integer-money.ts';
import { itHolds, type Mark } from './property.ts';
import {
  type Action,
  action,
  advance,
  costsArbitrary,
  newWorld,
  PAPER_VENUE,
  type Venue,
  type World,
} from './random-account.ts';
import { CASH, counting, type Take, takeAll } from './venue-account.ts';
import { type Answer, answer, type VenueLife, venueLife } from './venue-life.ts';

type Case = { readonly actions: readonly Action[]; readonly costs: Costs; readonly frozen: boolean };
type Kind = 'partial fills' | 'prices frozen' | 'long and short' | 'two currencies';

const cases: fc.Arbitrary<Case> = fc
  .record({
    actions: fc.array(action, { minLength: 6, maxLength: 14, size: 'max' }),
    costs: costsArbitrary,
    frozen: fc.boolean(),
  })
  .map(({ actions, costs, frozen }) => ({
    frozen,
    actions: frozen ? actions.map(atRest) : actions,
    costs: frozen ? { ...costs, halfSpreadBps: 0, slippageBps: 0, fundingRate: 0 } : costs,
  }));

const atRest = (one: Action): Action => (one.kind === 'bar' ? { ...one, moves: [0, 0, 0, 0] } : one);

const equity = (world: World): bigint => units(decimalText(equityOf(world.book)));
const signed = (fill: Fill): bigint => (fill.side === 'buy' ? units(fill.quantity) : -units(fill.quantity));
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, one) => sum + one, 0n);

/** Commission in tenths of a basis point, so that 7.5 is a whole number. */
const feeOf = (fill: Fill, costs: Costs): bigint =>
  toCents(times(units(fill.quantity), units(fill.price)) * BigInt(costs.commissionBps * 10), 100_000n);

/** What is held of each (strategy, symbol), by the fills alone, valued at the symbol's last close. */
function valueHeld(world: World): bigint {
  const marks = new Map([...world.prices].map(([symbol, price]) => [symbol, units(String(price))]));
  return total(world.fills.map((fill) => times(signed(fill), marks.get(fill.symbol) ?? 0n)));
}

function conserves(venue: Venue, { actions, costs, frozen }: Case, mark: Mark<Kind>): void {
  const worlds = [newWorld('USD'), newWorld('EUR')] as const;
  for (const [index, one] of actions.entries()) {
    const world = worlds[index % 2 === 0 ? 0 : 1];
    const before = { equity: equity(world), held: valueHeld(world), fills: world.fills.length };
    const paidBefore = fundingPaid(world);
    advance(world, one, costs, venue);
    const fresh = world.fills.slice(before.fills);
    const traded = total(fresh.map((fill) => times(signed(fill), units(fill.price))));
    const fees = total(fresh.map((fill) => feeOf(fill, costs)));
    const moved = valueHeld(world) - before.held - traded;
    const change = equity(world) - before.equity;
    expect(change).toBe(moved - fees - (fundingPaid(world) - paidBefore));
    if (frozen) expect(change).toBe(-fees);
  }
  for (const world of worlds) for (const one of world.entries) expect(one.currency).toBe(world.book.currency);
  tell(worlds, frozen, mark);
}

const fundingPaid = (world: World): bigint =>
  total(world.entries.filter((one) => one.book === 'funding').map((one) => units(one.amount)));

function tell(worlds: readonly World[], frozen: boolean, mark: Mark<Kind>): void {
  const fills = worlds.flatMap((world) => world.fills);
  const orders = worlds.flatMap((world) => [...world.orders.values()]);
  if (orders.some((one) => Number(one.quantityFilled) > 0 && one.state !== 'FILLED')) mark('partial fills');
  if (frozen && fills.length > 0) mark('prices frozen');
  if (new Set(fills.map((fill) => fill.side)).size === 2) mark('long and short');
  if (worlds.every((world) => world.fills.length > 0)) mark('two currencies');
}

/** The paper venue with something done to every step that had fills. */
const matching = (change: (step: BookStep) => BookStep): Venue => ({
  ...PAPER_VENUE,
  matchBar: (...args) => {
    const step = PAPER_VENUE.matchBar(...args);
    return step.fills.length === 0 ? step : change(step);
  },
});
const withCash = (step: BookStep, cash: BookStep['book']['cash']): BookStep => ({
  ...step,
  book: { ...step.book, cash },
});
const filledQuantity = (fill: Fill) => toDecimal(fill.quantity).times(fill.side === 'buy' ? 1 : -1);

itHolds<Venue, Case, Kind>({
  name: 'property 1, conservation of value',
  cases,
  holds: conserves,
  kinds: ['partial fills', 'prices frozen', 'long and short', 'two currencies'],
  subject: PAPER_VENUE,
  faults: {
    'the fee is never taken': matching((step) =>
      withCash(
        step,
        step.fills.reduce((cash, fill) => cash.plus(fill.fee), step.book.cash),
      ),
    ),
    'a fill is put into the position twice': matching((step) => ({
      ...step,
      book: {
        ...step.book,
        positions: step.book.positions.map((one) => {
          const again = step.fills.find((fill) => fill.symbol === one.symbol && fill.strategyId === one.strategyId);
          return again === undefined ? one : { ...one, quantity: one.quantity.plus(filledQuantity(again)) };
        }),
      },
    })),
    'cash goes through a double': matching((step) => withCash(step, toDecimal(step.book.cash.toNumber()))),
  },
});

type BustCase = { readonly lives: readonly VenueLife[]; readonly answers: readonly Answer[] };
type BustKind = 'busts' | 'corrections' | 'both sides' | 'a fee is returned';

/**
 * After every answer: cash is what it was at first, less what counts of the fills has cost; and each posting is zero.
 */
function conservesUnderBusts(take: Take, { lives, answers }: BustCase, mark: Mark<BustKind>): void {
  const all = lives.map((_, which) => ({ which, upTo: 9, skip: 9, sees: true, tells: true }));
  const end = takeAll(take, lives, [...answers, ...all], (now) => {
    const fills = counting(now.booked);
    const spent = total(fills.map((fill) => times(signed(fill), units(fill.price)) + units(fill.fee)));
    const cash = units(decimalText(now.book.cash));
    expect(cash).toBe(units(CASH) - spent);
    expect(total(now.entries.filter((one) => one.book === 'cash').map((one) => units(one.amount)))).toBe(-spent);
    expect(total(now.entries.map((one) => units(one.amount)))).toBe(0n);
    const held = total(now.book.positions.map((one) => units(decimalText(one.quantity))));
    expect(held).toBe(total(fills.map(signed)));
    const fees = total(now.book.positions.map((one) => units(decimalText(one.fees))));
    expect(fees).toBe(total(fills.map((fill) => units(fill.fee))));
  });
  const reversals = end.booked.filter((one) => (one.takesBack ?? null) !== null);
  if (reversals.length > 0) mark('busts');
  if (end.booked.some(({ tradeId }) => tradeId.endsWith('-corrected'))) mark('corrections');
  if (new Set(lives.map((one) => one.side)).size === 2 && reversals.length > 0) mark('both sides');
  if (reversals.some(({ fee }) => Number(fee) < 0)) mark('a fee is returned');
}

const bustTake =
  (change: (step: VenueTake, reversal: Fill) => VenueTake): Take =>
  (...args) => {
    const step = takeVenueAnswer(...args);
    const reversal = step.fills.find((one) => (one.takesBack ?? null) !== null);
    return reversal === undefined ? step : change(step, reversal);
  };

itHolds<Take, BustCase, BustKind>({
  name: 'property 1, a bust gives back what its fill has moved',
  cases: fc.record({
    lives: fc.array(venueLife, { minLength: 1, maxLength: 3, size: 'max' }),
    answers: fc.array(answer, { maxLength: 8, size: 'max' }),
  }),
  holds: conservesUnderBusts,
  kinds: ['busts', 'corrections', 'both sides', 'a fee is returned'],
  subject: takeVenueAnswer,
  faults: {
    'the fee of a busted fill is kept': bustTake((step, { fee }) => ({
      ...step,
      book: { ...step.book, cash: step.book.cash.plus(fee) },
    })),
    'the busted quantity stays in the position': bustTake((step, reversal) => ({
      ...step,
      book: {
        ...step.book,
        positions: step.book.positions.map((one) => ({
          ...one,
          quantity: one.quantity.minus(filledQuantity(reversal)),
        })),
      },
    })),
    'the reversing posting has one leg only': bustTake((step, reversal) => ({
      ...step,
      entries: step.entries.filter((one) => one.tradeId !== reversal.tradeId || one.book === 'cash'),
    })),
  },
});
