/**
 * Folds the journal into the books: live and after a restart the same function runs over the same lines, so both give
 * the same books. Pure but for the books it is given; positions and cash follow from fills and from changes by hand.
 */
import { type Decimal, toDecimal, ZERO } from '../../../domain/decimal.ts';
import type { JournalRecord, RecordOf } from './journal-record.ts';
import { effectsOf, isOpen, type OrderStatus, signed, type VenueOrder, type VenuePosition } from './venue-order.ts';
import { type AccountBook, bookOf, currentHoldings, currentOrder, type VenueState } from './venue-state.ts';

/** Takes one line into the books. @throws Error when it speaks of an account or order that is not there */
export function applyRecord(state: VenueState, record: JournalRecord): void {
  state.sequence = record.sequence;
  state.firstAtMs ??= record.atMs;
  state.lastAtMs = record.atMs;
  switch (record.kind) {
    case 'start':
    case 'reject':
      return;
    case 'account':
      state.books.set(record.account, newBook(record));
      return;
    case 'price':
      if (record.price === null) state.pinnedPrices.delete(record.symbol);
      else state.pinnedPrices.set(record.symbol, toDecimal(record.price));
      return;
    default:
      applyToBook(bookOf(state, record.account), record);
  }
}

type BookRecord = Exclude<JournalRecord, { kind: 'start' | 'reject' | 'account' | 'price' }>;

function applyToBook(book: AccountBook, record: BookRecord): void {
  switch (record.kind) {
    case 'accept':
      accepted(book, record);
      break;
    case 'fill':
      filled(book, record);
      break;
    case 'bust':
      busted(book, record);
      break;
    case 'change':
      changed(book, record);
      break;
    case 'cancel':
      ended(book, record, { status: 'canceled', canceledAtMs: record.atMs });
      break;
    case 'expire':
      ended(book, record, { status: 'expired', expiredAtMs: record.atMs });
      break;
    case 'position': {
      const position = { quantity: toDecimal(record.after), averagePrice: toDecimal(record.averagePrice) };
      hold(book, record.atMs, currentHoldings(book).cash, record.symbol, position);
      break;
    }
    case 'cash':
      hold(book, record.atMs, toDecimal(record.after), null, null);
  }
}

const newBook = (record: RecordOf<'account'>): AccountBook => ({
  account: record.account,
  openedAtMs: record.atMs,
  holdings: [{ atMs: record.atMs, cash: toDecimal(record.cash), positions: new Map() }],
  orders: new Map(),
  idsByClientOrderId: new Map(),
  openIds: new Set(),
  fills: [],
  busts: [],
});

function accepted(book: AccountBook, record: RecordOf<'accept'>): void {
  const { orderId: id, clientOrderId, symbol, side, type, orderClass, timeInForce, role, parentId, origin } = record;
  const { atMs, status, expiresAtMs } = record;
  const amounts = { filledQuantity: ZERO, filledValue: ZERO, triggered: false };
  const times = { submittedAtMs: atMs, updatedAtMs: atMs, filledAtMs: null, canceledAtMs: null, expiredAtMs: null };
  const numbers = {
    quantity: toDecimal(record.quantity),
    notional: decimalOrNull(record.notional),
    limitPrice: decimalOrNull(record.limitPrice),
    stopPrice: decimalOrNull(record.stopPrice),
  };
  const named = { id, clientOrderId, symbol, side, type, orderClass, timeInForce, role, parentId, origin };
  setVersion(book, { ...named, ...numbers, ...amounts, ...times, status, expiresAtMs });
  book.idsByClientOrderId.set(clientOrderId, [...(book.idsByClientOrderId.get(clientOrderId) ?? []), id]);
}

function filled(book: AccountBook, record: RecordOf<'fill'>): void {
  const { tradeId, orderId, symbol, side, atMs } = record;
  const order = currentOrder(book, orderId);
  const quantity = toDecimal(record.quantity);
  const price = toDecimal(record.price);
  const filledQuantity = toDecimal(record.filledQuantity);
  const leavesQuantity = toDecimal(record.leavesQuantity);
  const fee = toDecimal(record.fee ?? '0');
  const fill = { tradeId, orderId, symbol, side, quantity, price, filledQuantity, leavesQuantity, fee, atMs };
  book.fills.push(fill);
  const isDone = leavesQuantity.isZero();
  const status: OrderStatus = isDone ? 'filled' : 'partially_filled';
  const filledValue = order.filledValue.plus(quantity.times(price));
  const filledAtMs = isDone ? atMs : null;
  setVersion(book, { ...order, status, filledQuantity, filledValue, filledAtMs, updatedAtMs: atMs });
  const { cash, positions } = currentHoldings(book);
  const effects = effectsOf(fill);
  const position = nextPosition(positions.get(symbol) ?? null, effects.held, price);
  hold(book, atMs, cash.plus(effects.cash), symbol, position);
}

function busted(book: AccountBook, record: RecordOf<'bust'>): void {
  const { tradeId, orderId, executionId, symbol, side, status, atMs } = record;
  const fill = book.fills.find((one) => one.tradeId === tradeId);
  if (fill === undefined) throw new Error(`no trade ${tradeId}`);
  const corrected = decimalOrNull(record.correctedPrice);
  const replacement = corrected === null ? null : { ...fill, tradeId: executionId, price: corrected, atMs };
  book.busts.push({ executionId, fill, replacement, atMs });
  if (replacement !== null) book.fills.push(replacement);
  const order = currentOrder(book, orderId);
  const valueLost = fill.quantity.times(fill.price.minus(corrected ?? ZERO));
  const filledQuantity = toDecimal(record.filledQuantity);
  const filledValue = order.filledValue.minus(valueLost);
  const times = {
    updatedAtMs: atMs,
    ...(status === 'canceled' && order.status === 'filled' && { canceledAtMs: atMs }),
  };
  setVersion(book, { ...order, status, filledQuantity, filledValue, ...times });
  const { cash, positions } = currentHoldings(book);
  const before = positions.get(symbol) ?? { quantity: ZERO, averagePrice: ZERO };
  const value = before.quantity.times(before.averagePrice).minus(signed(side, valueLost));
  const quantity = toDecimal(record.positionAfter);
  const isSame = !quantity.isZero() && value.div(quantity).gt(ZERO);
  const averagePrice = isSame ? value.div(quantity) : fill.price;
  const feeBack = corrected === null && side === 'sell' ? fill.fee : ZERO;
  hold(book, atMs, cash.plus(signed(side, valueLost)).plus(feeBack), symbol, { quantity, averagePrice });
}

function changed(book: AccountBook, record: RecordOf<'change'>): void {
  const { status, triggered, atMs } = record;
  const order = currentOrder(book, record.orderId);
  setVersion(book, { ...order, quantity: toDecimal(record.quantity), status, triggered, updatedAtMs: atMs });
}

function ended(book: AccountBook, record: RecordOf<'cancel' | 'expire'>, end: Partial<VenueOrder>): void {
  setVersion(book, { ...currentOrder(book, record.orderId), ...end, updatedAtMs: record.atMs });
}

function setVersion(book: AccountBook, order: VenueOrder): void {
  book.orders.set(order.id, [...(book.orders.get(order.id) ?? []), order]);
  if (isOpen(order)) book.openIds.add(order.id);
  else book.openIds.delete(order.id);
}

function hold(
  book: AccountBook,
  atMs: number,
  cash: Decimal,
  symbol: string | null,
  position: VenuePosition | null,
): void {
  const positions = new Map(currentHoldings(book).positions);
  if (symbol !== null && position !== null) {
    if (position.quantity.isZero()) positions.delete(symbol);
    else positions.set(symbol, position);
  }
  book.holdings.push({ atMs, cash, positions });
}

/** A position after `change` units at `price`: its average moves when it grows and starts anew when it turns. */
export function nextPosition(before: VenuePosition | null, change: Decimal, price: Decimal): VenuePosition {
  const held = before?.quantity ?? ZERO;
  const quantity = held.plus(change);
  if (before === null || held.times(quantity).lte(ZERO)) return { quantity, averagePrice: price };
  if (quantity.abs().lte(held.abs())) return { quantity, averagePrice: before.averagePrice };
  const value = held.times(before.averagePrice).plus(change.times(price));
  return { quantity, averagePrice: value.div(quantity) };
}

const decimalOrNull = (text: string | null): Decimal | null => (text === null ? null : toDecimal(text));
