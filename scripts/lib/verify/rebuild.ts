/**
 * An account made anew from its fills: cash, what each position holds at which cost, every round trip, and the posting
 * each fill must have. Average cost; a fill beyond flat closes first and opens the other side with the rest.
 */
import { type Amount, amount, Amount as Decimal, NONE, toCents } from './amounts.ts';
import type { StoredFill } from './read-account.ts';

export type Trip = {
  readonly decisionId: string;
  readonly openedAtMs: number;
  readonly isLong: boolean;
  readonly entryQuantity: Amount;
  readonly entryValue: Amount;
  readonly exitQuantity: Amount;
  readonly exitValue: Amount;
  readonly realized: Amount;
  readonly fees: Amount;
};

/** Signed quantity and cost; `decisionIds`: of all its round trips, which is how funding finds its position. */
export type Holding = {
  readonly strategyId: string;
  readonly symbol: string;
  readonly quantity: Amount;
  readonly cost: Amount;
  readonly realized: Amount;
  readonly fees: Amount;
  readonly trip: Trip | null;
  readonly decisionIds: readonly string[];
};

export type RoundTrip = { readonly fill: StoredFill; readonly holding: Holding; readonly trip: Trip };

/** What each book of a fill's posting adds up to. */
export type Booking = { readonly fill: StoredFill; readonly books: ReadonlyMap<string, Amount> };

export type Rebuilt = {
  readonly cash: Amount;
  readonly holdings: ReadonlyMap<string, Holding>;
  readonly roundTrips: readonly RoundTrip[];
  readonly bookings: readonly Booking[];
};

export const holdingKey = (one: { strategy_id: string; symbol: string }): string => `${one.strategy_id}.${one.symbol}`;

/**
 * A fill that was taken back is left out from there on, as if it had never been: its posting is what that changes.
 * @param startingCash before the first fill; funding is not in here
 */
export function rebuild(startingCash: Amount, fills: readonly StoredFill[]): Rebuilt {
  const markets = new Map<string, Market>();
  const bookings: Booking[] = [];
  let cash = startingCash;
  for (const fill of fills) {
    const key = holdingKey(fill);
    const before = markets.get(key) ?? { fills: [], holding: emptyHolding(fill), roundTrips: [] };
    const after = fill.takes_back === null ? withFill(before, fill) : withoutFill(before, fill);
    markets.set(key, after);
    const fee = amount(fill.fee);
    const paid = signedOf(fill).times(fill.price);
    cash = cash.minus(paid).minus(fee);
    const costChange = after.holding.cost.minus(before.holding.cost);
    const realized = after.holding.realized.minus(before.holding.realized);
    bookings.push({ fill, books: booksOf(fill.symbol, paid.plus(fee).neg(), costChange, realized, fee) });
  }
  const holdings = new Map([...markets].map(([key, { holding }]) => [key, holding]));
  return { cash, holdings, roundTrips: [...markets.values()].flatMap((one) => one.roundTrips), bookings };
}

/** One strategy in one symbol: the fills that count, and what they make. Both lists grow with every fill. */
type Market = { readonly fills: StoredFill[]; readonly holding: Holding; readonly roundTrips: RoundTrip[] };

/** What a fill changes of what is held: a fee taken of the coin itself is not. */
export const signedOf = (fill: StoredFill): Amount =>
  amount(fill.quantity)
    .times(fill.side === 'buy' ? 1 : -1)
    .minus(fill.fee_quantity ?? '0');

const withoutFill = ({ fills }: Market, reversal: StoredFill): Market =>
  fills
    .filter((one) => one.trade_id !== reversal.takes_back)
    .reduce<Market>(withFill, { fills: [], holding: emptyHolding(reversal), roundTrips: [] });

function withFill({ fills, holding: before, roundTrips }: Market, fill: StoredFill): Market {
  const fee = amount(fill.fee);
  const signed = signedOf(fill);
  const closing = closingPart(before.quantity, signed);
  const closingFee = closing.isZero() ? NONE : toCents(fee.times(closing).div(signed));
  const closed = closing.isZero() ? before : close(before, fill, closing, closing.eq(signed) ? fee : closingFee);
  const hasClosed = before.trip !== null && closed.quantity.isZero() && !closing.isZero();
  if (hasClosed && closed.trip !== null) roundTrips.push({ fill, holding: before, trip: closed.trip });
  fills.push(fill);
  const settled = closed.quantity.isZero() ? { ...closed, trip: null } : closed;
  const rest = signed.minus(closing);
  const holding = rest.isZero() ? settled : open(settled, fill, rest, closing.isZero() ? fee : fee.minus(closingFee));
  return { fills, holding, roundTrips };
}

const booksOf = (symbol: string, cash: Amount, costChange: Amount, realized: Amount, fee: Amount) =>
  new Map([
    ['cash', cash],
    [`position:${symbol}`, costChange],
    ['realizedPnl', realized.neg()],
    ['fees', fee],
  ]);

const emptyHolding = (fill: StoredFill): Holding => ({
  strategyId: fill.strategy_id,
  symbol: fill.symbol,
  quantity: NONE,
  cost: NONE,
  realized: NONE,
  fees: NONE,
  trip: null,
  decisionIds: [],
});

/** The part of `signed` that works against what is held, with its sign. */
function closingPart(held: Amount, signed: Amount): Amount {
  const against = !held.isZero() && held.isPositive() !== signed.isPositive();
  if (!against) return NONE;
  return Decimal.min(signed.abs(), held.abs()).times(signed.isPositive() ? 1 : -1);
}

/** Cost leaves pro rata, all of it at flat. */
function close(before: Holding, fill: StoredFill, signed: Amount, fee: Amount): Holding {
  const quantity = before.quantity.plus(signed);
  const share = before.cost.times(signed.abs()).div(before.quantity.abs());
  const costRemoved = quantity.isZero() ? before.cost : toCents(share);
  const realized = signed.times(fill.price).neg().minus(costRemoved);
  const trip = before.trip ?? newTrip(fill, !signed.isPositive());
  return {
    ...before,
    quantity,
    cost: before.cost.minus(costRemoved),
    realized: before.realized.plus(realized),
    fees: before.fees.plus(fee),
    trip: {
      ...trip,
      exitQuantity: trip.exitQuantity.plus(signed.abs()),
      exitValue: trip.exitValue.plus(signed.abs().times(fill.price)),
      realized: trip.realized.plus(realized),
      fees: trip.fees.plus(fee),
    },
  };
}

function open(before: Holding, fill: StoredFill, signed: Amount, fee: Amount): Holding {
  const trip = before.trip ?? newTrip(fill, signed.isPositive());
  const isNew = before.trip === null;
  return {
    ...before,
    quantity: before.quantity.plus(signed),
    cost: before.cost.plus(signed.times(fill.price)),
    fees: before.fees.plus(fee),
    decisionIds: isNew ? [...before.decisionIds, trip.decisionId] : before.decisionIds,
    trip: {
      ...trip,
      entryQuantity: trip.entryQuantity.plus(signed.abs()),
      entryValue: trip.entryValue.plus(signed.abs().times(fill.price)),
      fees: trip.fees.plus(fee),
    },
  };
}

const newTrip = (fill: StoredFill, isLong: boolean): Trip => ({
  decisionId: fill.order?.decision_id ?? '',
  openedAtMs: fill.at.getTime(),
  isLong,
  entryQuantity: NONE,
  entryValue: NONE,
  exitQuantity: NONE,
  exitValue: NONE,
  realized: NONE,
  fees: NONE,
});
