/**
 * The endpoints of Alpaca's trading API that the venue answers. A handler is synchronous and gets the account of the
 * key; reads look at `view` (which may lag), effects change `book` and run inside one transaction.
 */
import { toDecimal } from '../../../domain/decimal.ts';
import type { Body } from './body-fields.ts';
import type { BookView } from './book-view.ts';
import { type CancelOutcome, cancelAllOrders, cancelOrder, closePosition } from './cancel-order.ts';
import type { Engine } from './engine.ts';
import { listActivities } from './list-activities.ts';
import { listOrders } from './list-orders.ts';
import { legsOf } from './order-group.ts';
import { placeOrder } from './place-order.ts';
import { notFound, notValid, ok, type Reply, refuse } from './reply.ts';
import { streamActivities } from './stream-activities.ts';
import type { VenueOrder } from './venue-order.ts';
import { type AccountBook, currentHoldings, currentOrder } from './venue-state.ts';
import { orderToWire } from './wire.ts';
import { accountToWire, clockToWire, positionSymbol, positionToWire } from './wire-account.ts';

export type Call = {
  readonly engine: Engine;
  readonly book: AccountBook;
  readonly view: BookView;
  readonly query: URLSearchParams;
  readonly body: Body;
  /** What stood in the path's place for an id or symbol. */
  readonly name: string;
};

type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly isEffect: boolean;
  readonly answer: (call: Call) => Reply;
};

const DECIMAL = /^\d+(\.\d+)?$/;

const ROUTES: readonly Route[] = [
  effect('POST', /^\/v2\/orders$/, postOrder),
  read(/^\/v2\/orders$/, ({ view, query }) => listOrders(view, query)),
  read(/^\/v2\/orders:by_client_order_id$/, orderByClientId),
  read(/^\/v2\/orders\/([^/]+)$/, (call) => oneOrder(call, call.view.order(call.name), call.name)),
  effect('DELETE', /^\/v2\/orders$/, ({ engine, book }) => ({
    status: 207,
    body: cancelAllOrders(engine, book).map((one) => cancelToWire(book, one)),
  })),
  effect('DELETE', /^\/v2\/orders\/([^/]+)$/, ({ engine, book, name }) => {
    const refused = cancelOrder(engine, book, name);
    return refused === null ? { status: 204 } : refuse(refused);
  }),
  read(/^\/v2\/positions$/, positions),
  read(/^\/v2\/positions\/(.+)$/, onePosition),
  effect('DELETE', /^\/v2\/positions$/, closeAll),
  effect('DELETE', /^\/v2\/positions\/(.+)$/, closeOne),
  read(/^\/v2\/account$/, ({ engine, view, book }) => ok(accountToWire(engine, view, book))),
  read(/^\/v2\/account\/activities$/, ({ view, query }) =>
    listActivities(view, query, (query.get('activity_types') ?? 'FILL').split(',')),
  ),
  read(/^\/v2\/account\/activities\/([^/]+)$/, ({ view, query, name }) => listActivities(view, query, [name])),
  read(/^\/v2beta1\/events\/activities$/, ({ view, query }) => streamActivities(view, query)),
  read(/^\/v2\/clock$/, ({ engine }) => ok(clockToWire(Date.now() + engine.faults.rates().clockSkewMs))),
];

function read(path: RegExp, answer: Route['answer']): Route {
  return { method: 'GET', path, isEffect: false, answer };
}

function effect(method: 'POST' | 'DELETE', path: RegExp, answer: Route['answer']): Route {
  return { method, path, isEffect: true, answer };
}

/** The route of a request and what stands in its path; null when there is none. */
export function findRoute(method: string, path: string): { readonly route: Route; readonly name: string } | null {
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match !== null) return { route, name: decode(match[1] ?? '') };
  }
  return null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function postOrder({ engine, book, body }: Call): Reply {
  const placed = placeOrder(engine, book, body, 'client');
  if ('code' in placed) return refuse(placed);
  const orders = () => [...book.orders.keys()].map((id) => currentOrder(book, id));
  return ok(orderToWire(placed, legsOf(placed, orders)));
}

function orderByClientId(call: Call): Reply {
  const id = call.query.get('client_order_id') ?? '';
  if (id === '') return notValid('client_order_id is required');
  return oneOrder(call, call.view.byClientOrderId(id), id);
}

function oneOrder({ view }: Call, order: VenueOrder | null, id: string): Reply {
  if (order === null) return notFound(`order not found for ${id}`);
  return ok(orderToWire(order, legsOf(order, view.orders)));
}

const cancelToWire = (book: AccountBook, { id, status, body }: CancelOutcome) =>
  body === null
    ? { id, status, body: orderToWire(currentOrder(book, id)) }
    : { id, status, body: { code: body.code, message: body.message } };

function positions({ engine, view }: Call): Reply {
  const held = [...view.holdings.positions];
  return ok(held.map(([symbol, position]) => positionToWire(engine, view.account, symbol, position)));
}

/** By its name with or without slash. */
const isNamed = (symbol: string, name: string): boolean => symbol === name || positionSymbol(symbol) === name;

function onePosition({ engine, view, name }: Call): Reply {
  const found = [...view.holdings.positions].find(([symbol]) => isNamed(symbol, name));
  if (found === undefined) return notFound('position does not exist');
  return ok(positionToWire(engine, view.account, ...found));
}

function closeAll({ engine, book, query }: Call): Reply {
  if (query.get('cancel_orders') === 'true') cancelAllOrders(engine, book);
  const closed = [...currentHoldings(book).positions.keys()].map((symbol) => {
    const order = closePosition(engine, book, symbol, {});
    return 'code' in order
      ? { symbol: positionSymbol(symbol), status: order.status, body: refuse(order).body }
      : { symbol: positionSymbol(symbol), status: 200, body: orderToWire(order) };
  });
  return { status: 207, body: closed };
}

function closeOne({ engine, book, query, name }: Call): Reply {
  const symbol = [...currentHoldings(book).positions.keys()].find((one) => isNamed(one, name)) ?? name;
  const quantity = query.get('qty');
  const percentage = query.get('percentage');
  const wrong = [quantity, percentage].find((text) => text !== null && !DECIMAL.test(text));
  if (wrong !== undefined) return notValid(`not a positive number: ${wrong}`);
  const order = closePosition(engine, book, symbol, {
    ...(quantity === null ? {} : { quantity: toDecimal(quantity) }),
    ...(percentage === null ? {} : { fraction: toDecimal(percentage).div(100) }),
  });
  return 'code' in order ? refuse(order) : ok(orderToWire(order));
}
