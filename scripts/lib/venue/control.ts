/**
 * What a drill does to the venue behind its clients' backs: prices, positions and cash by hand, orders of a second bot,
 * time, faults. The same functions stand behind `/control/…` and `startVenue(…).control`. Changes are in the journal.
 */
import { Decimal, decimalText } from '../../../domain/decimal.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import type { Body } from './body-fields.ts';
import { bustTrade } from './bust-trade.ts';
import type { Engine } from './engine.ts';
import type { FaultRates } from './faults.ts';
import { matchResting, tick } from './match-orders.ts';
import { endOrder } from './order-group.ts';
import { placeOrder } from './place-order.ts';
import type { Refusal, VenueOrder } from './venue-order.ts';
import { type AccountBook, currentHoldings, currentOrder, findOrder, openOrders } from './venue-state.ts';
import { orderToWire } from './wire.ts';

export type VenueStats = {
  requests: number;
  repliesCut: number;
  effectsCutBefore: number;
  rateLimited: number;
  statusesFaked: number;
  garbage: number;
  laggedReads: number;
};

export const noStats = (): VenueStats => ({
  requests: 0,
  repliesCut: 0,
  effectsCutBefore: 0,
  rateLimited: 0,
  statusesFaked: 0,
  garbage: 0,
  laggedReads: 0,
});

/** `account` is its number, as the account endpoint and the journal tell it; without one the first account is meant. */
export type Control = {
  /** Sets a price and matches the resting orders of the symbol; null lets it walk again. */
  readonly price: (symbol: string, price: Decimal | null) => void;
  readonly position: (symbol: string, quantity: Decimal, averagePrice: Decimal | null, account?: string) => void;
  readonly cash: (amount: Decimal, account?: string) => void;
  /** An order that another program sent with the same account. */
  readonly order: (body: Body, account?: string) => VenueOrder | Refusal;
  /**
   * Takes a trade back, or corrects its price; the id is that of the journal or of the activity. Answers the bust's.
   */
  readonly bust: (tradeId: string, price: Decimal | null, account?: string) => string;
  /** One step of the market: rests of partial fills, resting orders, ends of the day. */
  readonly tick: () => void;
  /** Ends open orders of the day now, or this one order. */
  readonly expire: (id: string | null, account?: string) => number;
  readonly faults: (change?: Partial<FaultRates>) => FaultRates;
  readonly state: () => Record<string, unknown>;
  readonly stats: () => Readonly<VenueStats>;
};

export function createControl(engine: Engine, stats: VenueStats): Control {
  const book = (account?: string): AccountBook => findBook(engine, account);
  return {
    price: (symbol, price) => engine.transact(() => setPrice(engine, symbol, price)),
    position: (symbol, quantity, averagePrice, account) =>
      engine.transact(() => setPosition(engine, book(account), symbol, quantity, averagePrice)),
    cash: (amount, account) =>
      engine.transact(() => {
        const { cash } = currentHoldings(book(account));
        const named = { kind: 'cash', account: book(account).account } as const;
        engine.emit({ ...named, before: decimalText(cash), after: decimalText(amount) });
      }),
    order: (body, account) => engine.transact(() => placeOrder(engine, book(account), body, 'control')),
    bust: (tradeId, price, account) => engine.transact(() => bustTrade(engine, book(account), tradeId, price)),
    tick: () => engine.transact(() => tick(engine)),
    expire: (id, account) => engine.transact(() => expireNow(engine, book(account), id)),
    faults: (change) => {
      if (change !== undefined) engine.faults.change(change);
      return engine.faults.rates();
    },
    state: () => showState(engine),
    stats: () => ({ ...stats }),
  };
}

/** @throws InvalidInput when there is no such account */
function findBook(engine: Engine, account: string | undefined): AccountBook {
  const known = [...engine.state.books.keys()];
  const book = engine.state.books.get(account ?? known[0] ?? '');
  if (book !== undefined) return book;
  throw new InvalidInput([problem('ACCOUNT_UNKNOWN', 'account', account, known.join(' | '))]);
}

function setPrice(engine: Engine, symbol: string, price: Decimal | null): void {
  engine.emit({ kind: 'price', symbol, price: price === null ? null : decimalText(price) });
  for (const book of engine.state.books.values()) matchResting(engine, book, (order) => order.symbol === symbol);
}

function setPosition(
  engine: Engine,
  book: AccountBook,
  symbol: string,
  quantity: Decimal,
  averagePrice: Decimal | null,
): void {
  const before = currentHoldings(book).positions.get(symbol);
  const average = averagePrice ?? before?.averagePrice ?? engine.price(symbol);
  engine.emit({
    kind: 'position',
    account: book.account,
    symbol,
    before: decimalText(before?.quantity ?? new Decimal(0)),
    after: decimalText(quantity),
    averagePrice: decimalText(average),
  });
}

function expireNow(engine: Engine, book: AccountBook, id: string | null): number {
  const isMeant = (order: VenueOrder): boolean => (id === null ? order.timeInForce === 'day' : order.id === id);
  const meant = openOrders(book).filter((order) => isMeant(order) && (order.status !== 'held' || id !== null));
  for (const order of meant) {
    if (findOrder(book, order.id) === order) endOrder(engine, book, order, 'expire', 'expired by hand');
  }
  return meant.length;
}

/** Everything, as the API would show it without lag. */
function showState(engine: Engine): Record<string, unknown> {
  const accounts = [...engine.state.books.values()].map((book) => {
    const { cash, positions } = currentHoldings(book);
    return {
      account: book.account,
      cash: decimalText(cash),
      positions: [...positions].map(([symbol, { quantity, averagePrice }]) => ({
        symbol,
        quantity: decimalText(quantity),
        averagePrice: decimalText(averagePrice.toDecimalPlaces(12)),
      })),
      orders: [...book.orders.keys()].map((id) => orderToWire(currentOrder(book, id))),
      fills: book.fills.length,
      busts: book.busts.length,
    };
  });
  const { profile, mode, seed } = engine.settings;
  const prices = [...engine.state.pinnedPrices].map(([symbol, price]) => [symbol, decimalText(price)]);
  const pinnedPrices = Object.fromEntries(prices);
  return { profile, mode, seed, sequence: engine.state.sequence, accounts, pinnedPrices, journal: engine.journal.file };
}
