/** Takes an order in: reads it, refuses or accepts it, and fills what fills at once. Every answer is in the journal. */
import { randomUUID } from 'node:crypto';
import { type Decimal, decimalText, floorToStep, toDecimal, ZERO } from '../../../domain/decimal.ts';
import type { Body } from './body-fields.ts';
import type { Engine } from './engine.ts';
import type { JournalDraft } from './journal-record.ts';
import { matchArrival } from './match-orders.ts';
import { checkOrder } from './order-checks.ts';
import { type OrderRequest, readOrderRequest } from './order-request.ts';
import { type OrderOrigin, oppositeOf, type Refusal, refusal, type VenueOrder } from './venue-order.ts';
import { type AccountBook, currentOrder } from './venue-state.ts';

const DAY_MS = 86_400_000;
const NOTIONAL_STEP = toDecimal('0.000000001');
const NOT_VALID = 40010001;

type Accept = Extract<JournalDraft, { kind: 'accept' }>;

/** The accepted order as it stands after its first fills, or why not. */
export function placeOrder(engine: Engine, book: AccountBook, body: Body, origin: OrderOrigin): VenueOrder | Refusal {
  const request = readOrderRequest(body);
  if ('code' in request) return rejected(engine, book, body, origin, request);
  const quantity = request.quantity ?? unitsFor(engine, request);
  const refused = quantity.gt(ZERO)
    ? checkOrder(engine, book, request, quantity)
    : refusal(422, NOT_VALID, 'notional is too small for this price');
  if (refused !== null) return rejected(engine, book, body, origin, refused);
  const id = acceptAll(engine, book, request, quantity, origin);
  matchArrival(engine, book, id);
  return currentOrder(book, id);
}

function unitsFor(engine: Engine, { notional, limitPrice, symbol }: OrderRequest): Decimal {
  return floorToStep((notional ?? ZERO).div(limitPrice ?? engine.price(symbol)), NOTIONAL_STEP);
}

/** Also of an order that could not be read the journal keeps what it said. */
function rejected(engine: Engine, book: AccountBook, body: Body, origin: OrderOrigin, why: Refusal): Refusal {
  const said = (name: string): string | null => {
    const value = body[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  engine.emit({
    kind: 'reject',
    account: book.account,
    clientOrderId: said('client_order_id'),
    symbol: said('symbol'),
    side: said('side'),
    quantity: said('qty'),
    origin,
    status: why.status,
    code: why.code,
    message: why.message,
  });
  return why;
}

function acceptAll(
  engine: Engine,
  book: AccountBook,
  request: OrderRequest,
  quantity: Decimal,
  origin: OrderOrigin,
): string {
  const { orderClass, type, side, limitPrice, stopPrice } = request;
  const shared = sharedParts(engine, book, request, quantity, origin);
  const id = engine.nextId();
  const isOco = orderClass === 'oco';
  engine.emit({
    ...shared,
    orderId: id,
    clientOrderId: request.clientOrderId ?? randomUUID(),
    side,
    type,
    notional: request.notional === null ? null : decimalText(request.notional),
    limitPrice: textOrNull(limitPrice),
    stopPrice: textOrNull(stopPrice),
    role: orderClass === 'simple' ? null : isOco ? 'take_profit' : 'entry',
    parentId: null,
    status: 'new',
  });
  for (const leg of legsFor(request)) {
    const status = isOco ? 'new' : 'held';
    const ids = { orderId: engine.nextId(), clientOrderId: randomUUID(), parentId: id };
    engine.emit({ ...shared, ...leg, ...ids, side: isOco ? side : oppositeOf(side), notional: null, status });
  }
  return id;
}

type Shared = Pick<
  Accept,
  'kind' | 'account' | 'symbol' | 'orderClass' | 'timeInForce' | 'quantity' | 'origin' | 'expiresAtMs'
>;

/** An order for the day ends with the day, UTC. */
function sharedParts(
  engine: Engine,
  book: AccountBook,
  { symbol, orderClass, timeInForce }: OrderRequest,
  quantity: Decimal,
  origin: OrderOrigin,
): Shared {
  const endOfDayMs = (Math.floor(engine.nowMs() / DAY_MS) + 1) * DAY_MS;
  const expiresAtMs = timeInForce === 'day' ? endOfDayMs : null;
  const named = { account: book.account, symbol, orderClass, timeInForce, origin };
  return { kind: 'accept', ...named, quantity: decimalText(quantity), expiresAtMs };
}

type Leg = Pick<Accept, 'type' | 'limitPrice' | 'stopPrice' | 'role'>;

/** The take-profit of an OCO is the order itself. */
function legsFor({ orderClass, takeProfit, stopLoss }: OrderRequest): Leg[] {
  const legs: Leg[] = [];
  if (takeProfit !== null && orderClass !== 'oco')
    legs.push({ type: 'limit', limitPrice: decimalText(takeProfit), stopPrice: null, role: 'take_profit' });
  if (stopLoss !== null) {
    const type = stopLoss.limitPrice === null ? 'stop' : 'stop_limit';
    const prices = { limitPrice: textOrNull(stopLoss.limitPrice), stopPrice: decimalText(stopLoss.stopPrice) };
    legs.push({ type, ...prices, role: 'stop_loss' });
  }
  return legs;
}

const textOrNull = (amount: Decimal | null): string | null => (amount === null ? null : decimalText(amount));
