/**
 * Our books against a venue's: what differs, and what may only seem to because an order is under way. Nothing is
 * mended here; a difference goes to a person. Quantities and money are decimal strings.
 */
import { FINAL_ORDER_STATES, type Order, type OrderState } from '../../schemas/execution.ts';
import type { VenueFill, VenueOrder, VenuePosition } from '../../schemas/venue.ts';
import { decimalText, toDecimal, ZERO } from '../decimal.ts';
import { executionIdOf } from './identity.ts';

export type DifferenceKind = 'extraOrder' | 'missingOrder' | 'foreignFill' | 'missingFill' | 'position' | 'cash';
/** `what`: the order, fill or symbol; `ours` and `theirs` as each side has it. */
export type Difference = {
  readonly kind: DifferenceKind;
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
};

/**
 * `orders`: those open, and those that changed since `sinceMs`. `trades`: fills that are booked, with the
 * instant of each; compared are those from `sinceMs` on, on either side, so both tell some from before it
 * too. `busted`: the executions that the venue has taken back, or a person has set aside: they count on
 * neither side, whether its list has them or not.
 */
export type OurBooks = {
  readonly orders: readonly Order[];
  readonly trades: ReadonlyMap<string, number>;
  readonly busted: ReadonlySet<string>;
  readonly positions: ReadonlyMap<string, string>;
  readonly cash: string;
  readonly sinceMs: number;
  readonly nowMs: number;
  /** When each order last changed, by client order id. */
  readonly changedAtMs: ReadonlyMap<string, number>;
};
export type VenueBooks = {
  readonly openOrders: readonly VenueOrder[];
  readonly fills: readonly VenueFill[];
  readonly positions: readonly VenuePosition[];
  readonly cash: string;
};

/** `pending`: differences that an order under way may explain; they are looked at again. */
export type Comparison = { readonly different: readonly Difference[]; readonly pending: readonly Difference[] };

/** Fills are read from so long before the first that is compared: one may have two instants when it was corrected. */
export const FILLS_READ_BEFORE_MS = 3_600_000;

/** A cent is a difference, a rounding of fees below it is not. */
const CASH_DIFFERENCE_MIN = toDecimal('0.005');
/** Reads of a venue may lag behind: an order that changed so recently explains what it touches. */
const RECENT_MS = 10_000;
/** Not MANUAL: that is over for the desk, and what it leaves behind is for a person. */
const UNDER_WAY: readonly OrderState[] = ['SENT', 'UNKNOWN', 'CANCEL_SENT', 'CANCEL_UNKNOWN'];

export function compareBooks(ours: OurBooks, theirs: VenueBooks): Comparison {
  const busy = busySymbols(ours);
  const isBooking = bookingOf(ours, theirs);
  const found: (Difference & { readonly explained: boolean })[] = [
    ...orderDifferences(ours, theirs),
    ...fillDifferences(ours, theirs).map((one) => ({
      ...one,
      explained: isBooking(one.what) ?? busy.has(plain(one.symbol)),
    })),
    ...positionDifferences(ours, theirs).map((one) => ({ ...one, explained: busy.has(plain(one.what)) })),
    ...cashDifference(ours, theirs).map((one) => ({ ...one, explained: busy.size > 0 })),
  ];
  const plainOf = (explained: boolean): Difference[] =>
    found
      .filter((one) => one.explained === explained)
      .map(({ kind, what, ours: o, theirs: t }) => ({ kind, what, ours: o, theirs: t }));
  return { different: plainOf(false), pending: plainOf(true) };
}

/**
 * Fills of orders of ours are booked before books are compared: only one whose order is in doubt or has just changed
 * may still be on its way. Undefined for fills that carry no order of ours.
 */
function bookingOf(ours: OurBooks, { fills }: VenueBooks): (tradeId: string) => boolean | undefined {
  const orders = new Map(ours.orders.map((one) => [one.venueOrderId, one]));
  const ofTrade = new Map(fills.map((one) => [one.tradeId, orders.get(one.venueOrderId)]));
  return (tradeId) => {
    const order = ofTrade.get(tradeId);
    return order === undefined ? undefined : UNDER_WAY.includes(order.state) || isRecent(ours, order);
  };
}

const isRecent = ({ changedAtMs, nowMs }: Pick<OurBooks, 'changedAtMs' | 'nowMs'>, order: Order): boolean =>
  nowMs - (changedAtMs.get(order.clientOrderId) ?? 0) < RECENT_MS;

/** Plain symbols in which an order is on its way, fills, or changed a moment ago. */
function busySymbols(ours: OurBooks): Set<string> {
  const isBusy = (order: Order): boolean =>
    UNDER_WAY.includes(order.state) ||
    ((order.state === 'ACKED' || order.state === 'PARTIAL') && order.type === 'market') ||
    isRecent(ours, order);
  return new Set(ours.orders.filter(isBusy).map((one) => plain(one.symbol)));
}

/**
 * The intent of an order is committed before it leaves: an open order whose id we do not know is not ours. One that has
 * ended here and is open there is a difference too, once the venue had the time to show its end.
 */
function orderDifferences(ours: OurBooks, { openOrders }: VenueBooks): (Difference & { explained: boolean })[] {
  const { orders } = ours;
  const known = new Map(orders.map((one) => [one.clientOrderId, one]));
  const open = new Set(openOrders.map((one) => one.clientOrderId));
  const extra = openOrders.flatMap((one) => {
    const mine = known.get(one.clientOrderId);
    if (mine !== undefined && !FINAL_ORDER_STATES.includes(mine.state)) return [];
    const difference = differenceOf('extraOrder', one.clientOrderId, mine?.state ?? 'none', told(one));
    return [{ ...difference, explained: mine !== undefined && isRecent(ours, mine) }];
  });
  const missing = orders
    .filter((one) => (one.state === 'ACKED' || one.state === 'PARTIAL') && !open.has(one.clientOrderId))
    .map((one) => ({
      ...differenceOf('missingOrder', one.clientOrderId, one.state, 'none'),
      explained: one.type === 'market' || isRecent(ours, one),
    }));
  return [...extra, ...missing];
}

const told = ({ side, quantity, symbol, venueStatus }: VenueOrder): string =>
  `${side} ${quantity} ${symbol} (${venueStatus})`;

/** Both ways: fills of the venue that are not booked, and booked ones that the venue no longer tells of. */
function fillDifferences(
  { trades, busted, orders, sinceMs }: OurBooks,
  { fills }: VenueBooks,
): (Difference & { readonly symbol: string })[] {
  const symbols = new Map(orders.map((one) => [plain(one.symbol), one.symbol]));
  const told = new Set(fills.map((one) => executionIdOf(one.tradeId)));
  const booked = new Set([...trades.keys()].map(executionIdOf));
  const foreign = fills
    .filter((one) => one.atMs >= sinceMs && !isIn(booked, one.tradeId) && !isIn(busted, one.tradeId))
    .map((one) => ({
      ...differenceOf('foreignFill', one.tradeId, 'none', `${one.side} ${one.quantity} ${one.symbol} at ${one.price}`),
      symbol: symbols.get(plain(one.symbol)) ?? one.symbol,
    }));
  const missing = [...trades].filter(([id, atMs]) => atMs >= sinceMs && !isIn(told, id) && !isIn(busted, id));
  return [...foreign, ...missing.map(([id]) => ({ ...differenceOf('missingFill', id, 'booked', 'none'), symbol: '' }))];
}

const isIn = (executions: ReadonlySet<string>, tradeId: string): boolean => executions.has(executionIdOf(tradeId));

function positionDifferences(ours: OurBooks, theirs: VenueBooks): Difference[] {
  const venue = new Map(theirs.positions.map((one) => [plain(one.symbol), one.quantity]));
  const own = new Map([...ours.positions].map(([symbol, quantity]) => [plain(symbol), { symbol, quantity }]));
  const names = new Set([...venue.keys(), ...own.keys()]);
  return [...names].flatMap((name) => {
    const mine = toDecimal(own.get(name)?.quantity ?? '0');
    const their = toDecimal(venue.get(name) ?? '0');
    const what = own.get(name)?.symbol ?? theirs.positions.find((one) => plain(one.symbol) === name)?.symbol ?? name;
    return mine.eq(their) ? [] : [differenceOf('position', what, decimalText(mine), decimalText(their))];
  });
}

function cashDifference(ours: OurBooks, theirs: VenueBooks): Difference[] {
  const difference = toDecimal(ours.cash).minus(theirs.cash).abs();
  return difference.gte(CASH_DIFFERENCE_MIN) || !difference.gte(ZERO)
    ? [differenceOf('cash', 'cash', ours.cash, theirs.cash)]
    : [];
}

const plain = (symbol: string): string => symbol.replace('/', '');

const differenceOf = (kind: DifferenceKind, what: string, ours: string, theirs: string): Difference => ({
  kind,
  what,
  ours,
  theirs,
});

/** Differences that both comparisons show alike: a read that lagged is gone the second time. */
export function lasting(first: readonly Difference[], second: readonly Difference[]): Difference[] {
  const keyOf = ({ kind, what, ours, theirs }: Difference): string => [kind, what, ours, theirs].join('|');
  const before = new Set(first.map(keyOf));
  return second.filter((one) => before.has(keyOf(one)));
}
