/**
 * What would stand at the venue if every entry that may still live filled at full size, against the limits of the gate,
 * in whole numbers and from the venue's truth. An order of which nobody knows counts in full.
 */
import type { Order, OrderState } from '../../schemas/execution.ts';
import { CASH, GROSS_FRACTION_MAX, POSITION_FRACTION_MAX, PRICES, SYMBOL_FRACTION_MAX } from './limits.ts';
import { cashOf, counts, hundredths, type ModelVenue } from './model-venue.ts';

const OVER: readonly OrderState[] = ['DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED', 'ABSENT'];
/** The gate values by the last fill, here everything is worth its first price: they differ by less than this. */
const TOLERANCE = 1.03;

type Worst = { held: number; buys: number; sells: number };

/** Null when the account with `order` stays within the limits. */
export function exposureProblem(
  order: Order,
  recorded: readonly Order[],
  venue: ModelVenue,
  nowMs: number,
): string | null {
  if (recorded.some((one) => isBehind(one, venue))) return null;
  const books = new Map<string, Worst>();
  const bookOf = (one: { strategyId: string; symbol: string }): Worst => {
    const key = `${one.symbol}|${one.strategyId}`;
    const book = books.get(key) ?? { held: 0, buys: 0, sells: 0 };
    books.set(key, book);
    return book;
  };
  for (const one of venue.fills.filter((fill) => counts(fill, nowMs) && !fill.order.foreign)) {
    bookOf(one.order).held += signed(one.order.side, one.quantity);
  }
  for (const one of recorded.filter(({ leg }) => leg === 'entry')) {
    bookOf(one)[one.side === 'buy' ? 'buys' : 'sells'] += signed(one.side, mayStillFill(one, venue));
  }
  const equity = equityOf(books, venue, nowMs);
  const total = (matches: (key: string) => boolean): number =>
    [...books].filter(([key]) => matches(key)).reduce((sum, [key, one]) => sum + worstOf(one) * priceOf(key), 0);
  const { symbol, strategyId } = order;
  const found: [string, number, number][] = [
    ['position', total((key) => key === `${symbol}|${strategyId}`), POSITION_FRACTION_MAX],
    ['symbol', total((key) => key.startsWith(`${symbol}|`)), SYMBOL_FRACTION_MAX],
    ['gross', total(() => true), GROSS_FRACTION_MAX],
  ];
  const broken = found.find(([, value, fraction]) => value > equity * fraction * TOLERANCE);
  return broken === undefined ? null : `${broken[0]} ${broken[1]} above ${broken[2]} of ${equity}`;
}

/**
 * A trade was busted of which the desk cannot know yet, or the leg of a busted entry has filled before its cancel came:
 * what the desk holds is not what it believes, until it looks.
 */
function isBehind(order: Order, venue: ModelVenue): boolean {
  const hasBust = venue.fills.some((one) => one.bustedAtMs !== null);
  const isLeg = order.leg === 'stop' || order.leg === 'target';
  const believed = hundredths(order.quantityFilled);
  const there = venue.orders.filter((one) => one.clientOrderId === order.clientOrderId);
  return there.some(({ filled }) => filled < believed || (hasBust && isLeg && filled > believed));
}

const signed = (side: 'buy' | 'sell', quantity: number): number => (side === 'buy' ? quantity : -quantity);
const worstOf = ({ held, buys, sells }: Worst): number => Math.max(Math.abs(held + buys), Math.abs(held + sells));

/** What the venue has open of it; all of it while it may still arrive there. */
function mayStillFill(order: Order, venue: ModelVenue): number {
  const there = venue.orders.filter((one) => one.clientOrderId === order.clientOrderId);
  if (there.length === 0) return OVER.includes(order.state) ? 0 : hundredths(order.quantity);
  return there.reduce((sum, one) => sum + (one.state === 'open' ? one.quantity - one.filled : 0), 0);
}

const priceOf = (key: string): number => PRICES[key.split('|')[0] as keyof typeof PRICES];

function equityOf(books: ReadonlyMap<string, Worst>, venue: ModelVenue, nowMs: number): number {
  const own = venue.fills.filter((one) => !one.order.foreign && counts(one, nowMs));
  const cash = own.reduce((sum, one) => sum + cashOf(one), CASH);
  return [...books].reduce((sum, [key, { held }]) => sum + held * priceOf(key), cash);
}
