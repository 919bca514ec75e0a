/** What really happened at the venue, read from its journal alone: orders, fills, cash and positions of one account. */
import { type Amount, amountOf, asValue, type Value, valueFor } from './amounts.ts';

export type JournalOrder = {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: Amount;
  /** `control`: sent by somebody else on the same account. */
  readonly origin: string;
  /** Number of the line that accepted it. */
  readonly line: number;
  filled: Amount;
  /** Null while it is open. */
  end: 'filled' | 'canceled' | 'expired' | null;
};
export type JournalFill = {
  readonly tradeId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: Amount;
  readonly price: Amount;
  readonly line: number;
  /** The venue has taken it back: it counts no more. */
  busted: boolean;
};
export type Journal = {
  readonly orders: readonly JournalOrder[];
  readonly fills: readonly JournalFill[];
  readonly positions: ReadonlyMap<string, Amount>;
  readonly openingCash: Value;
  readonly cash: Value;
  /** Lines that do not fit together: the venue itself is wrong then. */
  readonly faults: readonly string[];
};

type Line = Readonly<Record<string, unknown>>;

type Account = {
  readonly orders: Map<string, JournalOrder>;
  readonly fills: JournalFill[];
  readonly positions: Map<string, Amount>;
  readonly faults: string[];
  openingCash: Value;
  cash: Value;
};

/** @param text the whole file; a last line without its end counts as not written */
export function readJournal(text: string, account: string): Journal {
  const state: Account = { orders: new Map(), fills: [], positions: new Map(), faults: [], openingCash: 0n, cash: 0n };
  const lines = text.split('\n').slice(0, -1);
  for (const [index, source] of lines.entries()) {
    const line: Line = JSON.parse(source);
    if (line.sequence !== index + 1) state.faults.push(`line ${index + 1} has sequence ${String(line.sequence)}`);
    if (line.account === account) STEPS[word(line, 'kind')]?.(state, line, index + 1);
  }
  return { ...state, orders: [...state.orders.values()] };
}

/** Pairs are written with and without a slash. */
export const plainSymbol = (symbol: string): string => symbol.replaceAll('/', '');

const word = (line: Line, name: string): string => {
  const value = line[name];
  if (typeof value !== 'string') throw new Error(`line ${String(line.sequence)}: no ${name}`);
  return value;
};
const amount = (line: Line, name: string): Amount => amountOf(word(line, name));

const STEPS: Readonly<Record<string, (state: Account, line: Line, number: number) => void>> = {
  account: (state, line) => {
    state.openingCash = asValue(amount(line, 'cash'));
    state.cash = state.openingCash;
  },
  accept: (state, line, number) => {
    state.orders.set(word(line, 'orderId'), {
      orderId: word(line, 'orderId'),
      clientOrderId: word(line, 'clientOrderId'),
      symbol: plainSymbol(word(line, 'symbol')),
      side: word(line, 'side'),
      quantity: amount(line, 'quantity'),
      origin: word(line, 'origin'),
      line: number,
      filled: 0n,
      end: null,
    });
  },
  fill: takeFill,
  bust: takeBust,
  cancel: (state, line) => endOrder(state, line, 'canceled'),
  expire: (state, line) => endOrder(state, line, 'expired'),
  position: (state, line) => void state.positions.set(plainSymbol(word(line, 'symbol')), amount(line, 'after')),
  cash: (state, line) => {
    state.cash = asValue(amount(line, 'after'));
  },
};

function takeFill(state: Account, line: Line, number: number): void {
  const side = word(line, 'side');
  const quantity = amount(line, 'quantity');
  const price = amount(line, 'price');
  const symbol = plainSymbol(word(line, 'symbol'));
  const signed = side === 'buy' ? quantity : -quantity;
  state.cash -= valueFor(signed, price);
  state.positions.set(symbol, (state.positions.get(symbol) ?? 0n) + signed);
  state.fills.push({
    tradeId: word(line, 'tradeId'),
    clientOrderId: word(line, 'clientOrderId'),
    ...{ symbol, side, quantity, price, line: number, busted: false },
  });
  if (asValue(amount(line, 'cashAfter')) !== state.cash) state.faults.push(`line ${number}: cashAfter is not the sum`);
  const order = state.orders.get(word(line, 'orderId'));
  if (order === undefined) return void state.faults.push(`line ${number}: a fill of no accepted order`);
  order.filled += quantity;
  if (amount(line, 'leavesQuantity') === 0n) order.end = 'filled';
}

/** A trade counts no more; where its price was corrected another one of the same size counts in its place. */
function takeBust(state: Account, line: Line, number: number): void {
  const fill = state.fills.find((one) => one.tradeId === word(line, 'tradeId'));
  const order = state.orders.get(word(line, 'orderId'));
  if (fill === undefined || order === undefined || fill.busted) {
    return void state.faults.push(`line ${number}: a bust of no trade that counts`);
  }
  fill.busted = true;
  const signed = fill.side === 'buy' ? fill.quantity : -fill.quantity;
  state.cash += valueFor(signed, fill.price);
  if (line.correctedPrice === null) {
    state.positions.set(fill.symbol, (state.positions.get(fill.symbol) ?? 0n) - signed);
    order.filled -= fill.quantity;
    if (order.end === 'filled') order.end = 'canceled';
  } else {
    const price = amount(line, 'correctedPrice');
    state.cash -= valueFor(signed, price);
    state.fills.push({ ...fill, tradeId: word(line, 'executionId'), price, line: number, busted: false });
  }
  if (asValue(amount(line, 'cashAfter')) !== state.cash) state.faults.push(`line ${number}: cashAfter is not the sum`);
  if (amount(line, 'filledQuantity') !== order.filled)
    state.faults.push(`line ${number}: filledQuantity is not the sum`);
}

function endOrder(state: Account, line: Line, end: 'canceled' | 'expired'): void {
  const order = state.orders.get(word(line, 'orderId'));
  if (order !== undefined) order.end = end;
}
