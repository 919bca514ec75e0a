/**
 * What would stand in the books if an order and everything at work filled at full size: the worst case, never the hope.
 * Buys and sells at work are not netted against each other. Margin at stake = notional / leverage; all in USD.
 */
import { Decimal, ZERO } from '../decimal.ts';
import type { AccountView, EffectiveLimits, ExposureAfter, ExposureView, GateIntent } from './gate-input.ts';

/** Signed amounts of one strategy's book in one symbol: held, buys at work (≥ 0), sells at work (≤ 0). */
type Amounts = { held: Decimal; buys: Decimal; sells: Decimal };
type Book = { readonly symbol: string; readonly notional: Amounts; readonly margin: Amounts };

const noAmounts = (): Amounts => ({ held: ZERO, buys: ZERO, sells: ZERO });

const bookKey = (view: { strategyId: string; symbol: string }): string => `${view.strategyId}|${view.symbol}`;

/** `group`: symbols that move together with the order's; the order's own symbol always counts. */
export function exposureAfter(account: AccountView, intent: GateIntent, group: readonly string[]): ExposureAfter {
  const order = orderView(intent);
  const views = [...account.positions, ...account.openOrders, order];
  const books = new Map<string, Book>();
  for (const one of account.positions) add(books, one, true);
  for (const one of account.openOrders) add(books, one, false);
  add(books, order, false);
  const all = [...books.values()];
  const ownSymbol = all.filter((one) => one.symbol === intent.symbol);
  return {
    positionMargin: sum([...books].filter(([key]) => key === bookKey(intent)).map(([, one]) => worst(one.margin))),
    positionCount: all.length,
    symbolMargin: sum(ownSymbol.map((one) => worst(one.margin))),
    groupMargin: sum(all.filter((one) => isInGroup(one.symbol, intent, group)).map((one) => worst(one.margin))),
    grossNotional: sum(all.map((one) => worst(one.notional))),
    netNotional: netInDirection(all, intent.side),
    leverageOn: views.some((one) => one.leverage > 1),
    held: heldQuantity(account, intent),
  };
}

const isInGroup = (symbol: string, intent: GateIntent, group: readonly string[]): boolean =>
  symbol === intent.symbol || group.includes(symbol);

/** Signed quantity the order's strategy holds of the order's symbol. */
function heldQuantity(account: AccountView, intent: GateIntent): Decimal {
  return sum(account.positions.filter((one) => bookKey(one) === bookKey(intent)).map((one) => one.quantity));
}

/** Share of equity that notional may reach: the desk's, times the mode's leverage cap where leverage is on. */
export const exposureCap = (deskMax: number, effective: EffectiveLimits, exposure: ExposureAfter): Decimal =>
  new Decimal(deskMax).times(exposure.leverageOn ? effective.leverageMax : 1);

/** The most an order can be worth at the prices known: its reference price or its limit, whichever is higher. */
export const orderNotional = (intent: GateIntent): Decimal =>
  intent.quantity.times(intent.limitPrice === null ? intent.price : Decimal.max(intent.price, intent.limitPrice));

function orderView(intent: GateIntent): ExposureView {
  const markPrice = intent.limitPrice === null ? intent.price : Decimal.max(intent.price, intent.limitPrice);
  const quantity = intent.side === 'buy' ? intent.quantity : intent.quantity.negated();
  const { strategyId, symbol, leverage } = intent;
  return { strategyId, symbol, quantity, markPrice, leverage };
}

function add(books: Map<string, Book>, view: ExposureView, isHeld: boolean): void {
  if (view.quantity.isZero()) return;
  const key = bookKey(view);
  const book = books.get(key) ?? { symbol: view.symbol, notional: noAmounts(), margin: noAmounts() };
  const slot = isHeld ? 'held' : view.quantity.isNegative() ? 'sells' : 'buys';
  const notional = view.quantity.times(view.markPrice);
  book.notional[slot] = book.notional[slot].plus(notional);
  book.margin[slot] = book.margin[slot].plus(notional.div(view.leverage));
  books.set(key, book);
}

const worst = ({ held, buys, sells }: Amounts): Decimal => Decimal.max(held.plus(buys).abs(), held.plus(sells).abs());

function netInDirection(books: readonly Book[], side: GateIntent['side']): Decimal {
  if (side === 'buy') return sum(books.map((one) => one.notional.held.plus(one.notional.buys)));
  return sum(books.map((one) => one.notional.held.plus(one.notional.sells))).negated();
}

function sum(amounts: readonly Decimal[]): Decimal {
  let total = ZERO;
  for (const one of amounts) total = total.plus(one);
  return total;
}
