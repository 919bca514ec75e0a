/**
 * A book from stored rows and back, exactly: bookFromRows(rows of a book) behaves like that book, digit for digit.
 * Also the step from a recorded intent to an order at a venue. No SQL here; rows are the schemas' shapes.
 */
import type { Order, OrderIntent, Position, TripRow } from '../../schemas/execution.ts';
import { decimalText, toDecimal, ZERO } from '../decimal.ts';
import type { Book } from './draft.ts';
import { decisionIdOf } from './identity.ts';
import { isWorking } from './order-state.ts';
import { averagePriceOf, type BookPosition, type Trip } from './position.ts';

export type AccountRow = { readonly accountId: string; readonly currency: string; readonly cash: string };
export type BookRows = {
  readonly account: AccountRow;
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
};

/** The book of an account. Orders that are not at work, and rows of other accounts, are passed over. */
export const bookFromRows = ({ account, positions, orders }: BookRows): Book => ({
  accountId: account.accountId,
  currency: account.currency,
  cash: toDecimal(account.cash),
  positions: positions.filter((row) => row.accountId === account.accountId).map(positionFromRow),
  orders: orders.filter((order) => order.accountId === account.accountId && isWorking(order.state)),
});

/** One row for every position there ever was, also those that are flat now. */
export const positionRows = (book: Book): Position[] => book.positions.map((one) => positionRow(book.accountId, one));

/** The order as it is sent at `sentAtMs` (market time): it can fill from the next bar that opens then or later. */
export const sentOrder = (
  intent: OrderIntent,
  at: { sessionId: string | null; venue: string; simulated: boolean; sentAtMs: number },
): Order => ({ ...intent, ...at, venueOrderId: null, state: 'SENT', quantityFilled: '0' });

function positionRow(accountId: string, position: BookPosition): Position {
  return {
    accountId,
    strategyId: position.strategyId,
    symbol: position.symbol,
    quantity: decimalText(position.quantity),
    cost: decimalText(position.cost),
    averagePrice: decimalText(averagePriceOf(position)),
    markPrice: decimalText(position.markPrice),
    leverage: position.leverage,
    realizedPnl: decimalText(position.realizedPnl),
    fees: decimalText(position.fees),
    funding: decimalText(position.funding),
    openedAtMs: position.openedAtMs,
    fundingDoneMs: position.fundingDoneMs,
    trip: position.trip === null ? null : tripRow(position.trip),
  };
}

function positionFromRow(row: Position): BookPosition {
  const quantity = toDecimal(row.quantity);
  const trip = row.trip ?? null;
  return {
    strategyId: row.strategyId,
    symbol: row.symbol,
    quantity,
    cost: toDecimal(row.cost),
    markPrice: toDecimal(row.markPrice),
    leverage: row.leverage,
    realizedPnl: toDecimal(row.realizedPnl),
    fees: toDecimal(row.fees),
    funding: toDecimal(row.funding),
    openedAtMs: row.openedAtMs,
    fundingDoneMs: row.fundingDoneMs ?? row.openedAtMs,
    trip: trip !== null ? tripFromRow(trip) : quantity.isZero() ? null : adoptedTrip(row),
  };
}

const tripRow = (trip: Trip): TripRow => ({
  decisionId: trip.decisionId,
  sessionId: trip.sessionId,
  venue: trip.venue,
  simulated: trip.simulated,
  entryQuantity: decimalText(trip.entryQuantity),
  entryValue: decimalText(trip.entryValue),
  exitQuantity: decimalText(trip.exitQuantity),
  exitValue: decimalText(trip.exitValue),
  realizedPnl: decimalText(trip.realizedPnl),
  fees: decimalText(trip.fees),
  funding: decimalText(trip.funding),
});

const tripFromRow = (row: TripRow): Trip => ({
  decisionId: row.decisionId,
  sessionId: row.sessionId,
  venue: row.venue,
  simulated: row.simulated,
  entryQuantity: toDecimal(row.entryQuantity),
  entryValue: toDecimal(row.entryValue),
  exitQuantity: toDecimal(row.exitQuantity),
  exitValue: toDecimal(row.exitValue),
  realizedPnl: toDecimal(row.realizedPnl),
  fees: toDecimal(row.fees),
  funding: toDecimal(row.funding),
});

/** A held position whose row has no round trip (adopted from elsewhere): the trip starts at what is held, at cost. */
const adoptedTrip = (row: Position): Trip => ({
  decisionId: decisionIdOf(row.accountId, `adopted:${row.strategyId}:${row.symbol}`, row.openedAtMs ?? 0),
  sessionId: null,
  venue: 'paper',
  simulated: row.accountId.startsWith('sim:'),
  entryQuantity: toDecimal(row.quantity).abs(),
  entryValue: toDecimal(row.cost).abs(),
  exitQuantity: ZERO,
  exitValue: ZERO,
  realizedPnl: ZERO,
  fees: ZERO,
  funding: ZERO,
});
