/**
 * A whole run of the paper account from bars and orders alone: what `calc paper` and checks of the rules call.
 * Not the broker of a session: that stores a book after every bar. Bars of one symbol, orders sent as they fall due.
 */
import type { Costs, Order, Position } from '../../schemas/execution.ts';
import { decimalText, toDecimal } from '../decimal.ts';
import type { BarRow } from '../market/bar-series.ts';
import { type Book, type BookStep, equityOf, matchBar, openBook, placeOrders } from './book.ts';
import { depositEntries } from './ledger.ts';
import { positionRows } from './rows.ts';

export type PaperRunInput = {
  readonly accountId: string;
  readonly currency: string;
  readonly startingCash: string;
  readonly symbol: string;
  readonly intervalMs: number;
  readonly costs: Costs;
  /** In time order. A bar is used when it has closed by `nowMs`. */
  readonly bars: readonly BarRow[];
  readonly orders: readonly Order[];
  readonly nowMs: number;
};

/** `orders` holds the last version of each order; `entries` begin with the deposit of the starting cash. */
export type PaperRun = Omit<BookStep, 'book'> & {
  readonly cash: string;
  readonly equity: string;
  readonly positions: readonly Position[];
};

/** Walks the closed bars; before each, the orders sent by its open are placed, earliest first. */
export function runPaper(input: PaperRunInput): PaperRun {
  const startMs = input.bars[0]?.openTimeMs ?? input.nowMs;
  const deposit = depositEntries(input.accountId, toDecimal(input.startingCash), startMs, input.currency);
  const collected = collect(openBook(input.accountId, input.startingCash, input.currency));
  collected.entries.push(...deposit);
  let waiting = [...input.orders].sort((a, b) => (a.sentAtMs ?? 0) - (b.sentAtMs ?? 0));
  for (const bar of input.bars) {
    if (bar.openTimeMs + input.intervalMs > input.nowMs) break;
    const due = waiting.filter((order) => (order.sentAtMs ?? 0) <= bar.openTimeMs);
    waiting = due.length === 0 ? waiting : waiting.slice(due.length);
    if (due.length > 0) collected.add(placeOrders(collected.book(), due));
    collected.add(matchBar(collected.book(), input.symbol, bar, input.intervalMs, input.costs));
  }
  return collected.result();
}

function collect(start: Book) {
  let book = start;
  const fills: BookStep['fills'][number][] = [];
  const entries: BookStep['entries'][number][] = [];
  const closedTrades: BookStep['closedTrades'][number][] = [];
  const orders = new Map<string, Order>();
  const add = (step: BookStep): void => {
    book = step.book;
    fills.push(...step.fills);
    entries.push(...step.entries);
    closedTrades.push(...step.closedTrades);
    for (const order of step.orders) orders.set(order.clientOrderId, order);
  };
  const result = (): PaperRun => ({
    fills,
    entries,
    orders: [...orders.values()],
    closedTrades,
    positions: positionRows(book),
    cash: decimalText(book.cash),
    equity: decimalText(equityOf(book)),
  });
  return { add, result, entries, book: () => book };
}
