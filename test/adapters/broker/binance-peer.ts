/**
 * A Binance of our own for tests: spot and USD-M futures in their wire format, one account, immediate fills at the
 * price a test sets. It checks signatures, holds real orders, and misbehaves when told to. No order book, no margin.
 */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Decimal, toDecimal, ZERO } from '../../../domain/decimal.ts';
import type { Misbehaviour } from '../../contracts/venue-contract.ts';

export const PEER_KEY = 'PEERKEY:peer-secret';
export type PeerFault = Misbehaviour | 'status418';
/** `commission`: fraction of the value, taken in `commissionAsset`. `firstId`: of orders and trades. */
export type PeerOptions = {
  readonly market: 'spot' | 'swap';
  readonly commission?: string;
  readonly commissionAsset?: string;
  readonly firstId?: string;
  readonly quantityStep?: string;
};
export type Asked = { readonly method: string; readonly path: string; readonly fields: URLSearchParams };
export type BinancePeer = Awaited<ReturnType<typeof startBinancePeer>>;

type PeerOrder = {
  readonly symbol: string;
  readonly orderId: bigint;
  readonly clientOrderId: string;
  readonly side: string;
  readonly type: string;
  readonly quantity: Decimal;
  readonly price: string;
  readonly stopPrice: string;
  readonly time: number;
  readonly conditional: boolean;
  status: string;
  filled: Decimal;
  value: Decimal;
  actualOrderId: string;
};
type Trade = {
  readonly order: PeerOrder;
  readonly id: bigint;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly time: number;
};
type Reply = { readonly status: number; readonly body: unknown };

/** Ids are written as JSON numbers, whatever their length. */
const numberOf = (id: bigint): string => `@@${id}@@`;
const written = (body: unknown): string => JSON.stringify(body).replace(/"@@(\d+)@@"/g, '$1');
const ok = (body: unknown): Reply => ({ status: 200, body });
const refuse = (code: number, msg: string, status = 400): Reply => ({ status, body: { code, msg } });

export async function startBinancePeer(options: PeerOptions) {
  const { market, quantityStep = '0.000000001', commissionAsset = 'USD' } = options;
  const commission = toDecimal(options.commission ?? '0');
  const symbols = ['BTCUSD', 'ETHUSD'];
  const prices = new Map<string, Decimal>(symbols.map((symbol) => [symbol, toDecimal('100')]));
  const orders: PeerOrder[] = [];
  const trades: Trade[] = [];
  const asked: Asked[] = [];
  let cash = toDecimal('100000');
  const held = new Map<string, Decimal>();
  const delisted = new Set<string>();
  const isListed = (symbol: string): boolean => symbols.includes(symbol) && !delisted.has(symbol);
  const cost = new Map<string, Decimal>();
  let nextId = BigInt(options.firstId ?? '1');
  let fault: PeerFault | null = null;
  let always: Reply | null = null;
  let [skewMs, lagMs, counted] = [0, 0, 0];
  const now = (): number => Date.now() + skewMs;
  const takeId = (): bigint => nextId++;

  const fill = (order: PeerOrder, quantity: Decimal): void => {
    const price = prices.get(order.symbol) ?? ZERO;
    const signed = order.side === 'BUY' ? quantity : quantity.neg();
    const fee = quantity.times(price).times(commission);
    cash = cash.minus(signed.times(price)).minus(commissionAsset === 'USD' ? fee : ZERO);
    held.set(order.symbol, (held.get(order.symbol) ?? ZERO).plus(signed));
    cost.set(order.symbol, (cost.get(order.symbol) ?? ZERO).plus(signed.times(price)));
    order.filled = order.filled.plus(quantity);
    order.value = order.value.plus(quantity.times(price));
    order.status = order.filled.eq(order.quantity) ? 'FILLED' : 'PARTIALLY_FILLED';
    trades.push({ order, id: takeId(), price, fee: commissionAsset === 'USD' ? fee : fee.div(price), time: now() });
  };
  const isOpen = (order: PeerOrder): boolean => order.status === 'NEW' || order.status === 'PARTIALLY_FILLED';

  const place = (fields: URLSearchParams, conditional: boolean): Reply => {
    const quantity = toDecimal(fields.get('quantity') ?? '0');
    const symbol = fields.get('symbol') ?? '';
    const clientOrderId = fields.get(conditional ? 'clientAlgoId' : 'newClientOrderId') ?? '';
    const price = prices.get(symbol);
    if (price === undefined) return refuse(-1121, 'Invalid symbol.');
    if (!quantity.mod(quantityStep).isZero()) return refuse(-1013, 'Filter failure: LOT_SIZE');
    const isTaken = orders.some((one) => one.clientOrderId === clientOrderId && isOpen(one));
    if (isTaken && market === 'spot') return refuse(-2010, 'Duplicate order sent.');
    if (isTaken) return refuse(-4116, 'ClientOrderId is duplicated.');
    if (quantity.times(price).gt('1000000')) {
      return market === 'spot'
        ? refuse(-2010, 'Account has insufficient balance for requested action.')
        : refuse(-2019, 'Margin is insufficient.');
    }
    const order: PeerOrder = {
      symbol,
      orderId: takeId(),
      clientOrderId,
      side: fields.get('side') ?? '',
      type: fields.get('type') ?? '',
      quantity,
      price: fields.get('price') ?? '0.00000000',
      stopPrice: fields.get(conditional ? 'triggerPrice' : 'stopPrice') ?? '0.00000000',
      time: now(),
      conditional,
      status: 'NEW',
      filled: ZERO,
      value: ZERO,
      actualOrderId: '',
    };
    orders.push(order);
    if (order.type === 'MARKET') fill(order, quantity);
    return ok(wireOf(order));
  };

  const wireOf = (order: PeerOrder): unknown => (order.conditional ? conditionalOf(order) : plainOf(order));
  const conditionalOf = (order: PeerOrder): unknown => ({
    algoId: numberOf(order.orderId),
    clientAlgoId: order.clientOrderId,
    algoType: 'CONDITIONAL',
    orderType: order.type,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity.toFixed(),
    algoStatus: order.status,
    actualOrderId: order.actualOrderId,
    triggerPrice: order.stopPrice,
    price: order.price,
    createTime: order.time,
  });
  const plainOf = (order: PeerOrder): unknown => ({
    symbol: order.symbol,
    orderId: numberOf(order.orderId),
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    price: order.price,
    origQty: order.quantity.toFixed(),
    executedQty: order.filled.toFixed(),
    ...(market === 'spot'
      ? { cummulativeQuoteQty: order.value.toFixed() }
      : { avgPrice: order.filled.isZero() ? '0.00' : order.value.div(order.filled).toFixed() }),
    status: order.status,
    type: order.type,
    side: order.side,
    stopPrice: order.stopPrice,
    time: order.time,
    updateTime: order.time,
  });

  const find = (fields: URLSearchParams, conditional: boolean): PeerOrder | null => {
    const id = fields.get(conditional ? 'clientAlgoId' : 'origClientOrderId');
    const number = fields.get('orderId');
    const fits = (order: PeerOrder): boolean =>
      order.conditional === conditional &&
      (conditional || order.symbol === fields.get('symbol')) &&
      (id === null ? String(order.orderId) === number : order.clientOrderId === id);
    return orders.filter(fits).at(-1) ?? null;
  };
  const look = (fields: URLSearchParams, conditional: boolean): Reply => {
    const order = find(fields, conditional);
    if (order === null || now() - order.time < lagMs) return refuse(-2013, 'Order does not exist.');
    return ok(wireOf(order));
  };
  const cancel = (fields: URLSearchParams, conditional: boolean): Reply => {
    const order = find(fields, conditional);
    if (order === null || !isOpen(order)) return refuse(-2011, 'Unknown order sent.');
    order.status = 'CANCELED';
    return ok(conditional ? { algoId: numberOf(order.orderId), code: '200', msg: 'success' } : wireOf(order));
  };
  const cancelAll = (fields: URLSearchParams, conditional: boolean): Reply => {
    const open = orders.filter(
      (one) => one.symbol === fields.get('symbol') && one.conditional === conditional && isOpen(one),
    );
    for (const order of open) order.status = 'CANCELED';
    if (market === 'swap') return ok({ code: 200, msg: 'The operation of cancel all open order is done.' });
    return open.length === 0 ? refuse(-2011, 'Unknown order sent.') : ok(open.map(wireOf));
  };
  /** From a number or a time on; without either the last ones, of futures those of a week. */
  const tradesOf = (fields: URLSearchParams): Reply => {
    const [from, since, until] = [fields.get('fromId'), fields.get('startTime'), fields.get('endTime')];
    if (from !== null && (since !== null || until !== null))
      return refuse(-1128, 'Combination of optional parameters invalid.');
    const windowMs = (market === 'spot' ? 24 : 7 * 24) * 3_600_000;
    const isLatest = from === null && since === null;
    const startMs = Number(since ?? (isLatest && market === 'swap' ? now() - windowMs : 0));
    const endMs = Number(until ?? (since === null ? Number.MAX_SAFE_INTEGER : startMs + windowMs));
    if (since !== null && endMs - startMs > windowMs)
      return refuse(-1127, `Lookup interval is too big. More than ${windowMs / 3_600_000} hours between them.`);
    const wanted = trades.filter(
      ({ order, id, time }) =>
        order.symbol === fields.get('symbol') &&
        (from === null ? time >= startMs && time <= endMs : id >= BigInt(from)),
    );
    const limit = Number(fields.get('limit') ?? 500);
    return ok((isLatest ? wanted.slice(-limit) : wanted.slice(0, limit)).map(tradeOf));
  };
  const tradeOf = ({ order, id, price, fee, time }: Trade): unknown => ({
    symbol: order.symbol,
    id: numberOf(id),
    orderId: numberOf(order.orderId),
    price: price.toFixed(),
    qty: order.quantity.toFixed(),
    commission: fee.toFixed(),
    commissionAsset,
    time,
    [market === 'spot' ? 'isBuyer' : 'buyer']: order.side === 'BUY',
  });
  const heldOf = (symbol: string): Decimal => held.get(symbol) ?? ZERO;
  const entryOf = (symbol: string): Decimal =>
    heldOf(symbol).isZero() ? ZERO : (cost.get(symbol) ?? ZERO).div(heldOf(symbol));
  const notional = (symbol: string): Decimal => heldOf(symbol).times(prices.get(symbol) ?? ZERO);
  const spent = (): Decimal => [...cost.values()].reduce((sum, one) => sum.plus(one), ZERO);
  const spotAccount = (): unknown => ({
    uid: 354937868,
    balances: [
      { asset: 'USD', free: cash.toFixed(), locked: '0.00000000' },
      ...symbols.map((one) => ({ asset: one.slice(0, 3), free: heldOf(one).toFixed(), locked: '0.00000000' })),
    ],
  });
  const swapAccount = (): unknown => ({
    assets: [{ asset: 'USD', walletBalance: cash.plus(spent()).toFixed() }],
    positions: symbols.map((symbol) => ({
      symbol,
      notional: notional(symbol).toFixed(),
      unrealizedProfit: notional(symbol)
        .minus(cost.get(symbol) ?? ZERO)
        .toFixed(),
    })),
  });
  const positionRisk = (): unknown =>
    symbols
      .filter((symbol) => !heldOf(symbol).isZero())
      .map((symbol) => ({
        symbol,
        positionSide: 'BOTH',
        positionAmt: heldOf(symbol).toFixed(),
        entryPrice: entryOf(symbol).toFixed(),
      }));
  const exchangeInfo = (fields: URLSearchParams): Reply => {
    const named: string[] = JSON.parse(fields.get('symbols') ?? '[]');
    return named.every(isListed) ? ok(listed()) : refuse(-1121, 'Invalid symbol.');
  };
  const listed = (): unknown => ({
    symbols: symbols.filter(isListed).map((symbol) => ({
      symbol,
      baseAsset: symbol.slice(0, 3),
      quoteAsset: 'USD',
      ...(market === 'swap' && { contractType: 'PERPETUAL' }),
      filters: [
        { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
        { filterType: 'LOT_SIZE', stepSize: quantityStep },
      ],
    })),
  });
  const openOf = (conditional: boolean): unknown =>
    orders.filter((one) => isOpen(one) && one.conditional === conditional).map(wireOf);

  const spot: Readonly<Record<string, (fields: URLSearchParams) => Reply>> = {
    'GET /api/v3/time': () => ok({ serverTime: now() }),
    'GET /api/v3/exchangeInfo': exchangeInfo,
    'POST /api/v3/order': (fields) => place(fields, false),
    'GET /api/v3/order': (fields) => look(fields, false),
    'DELETE /api/v3/order': (fields) => cancel(fields, false),
    'GET /api/v3/openOrders': () => ok(openOf(false)),
    'DELETE /api/v3/openOrders': (fields) => cancelAll(fields, false),
    'GET /api/v3/myTrades': tradesOf,
    'GET /api/v3/account': () => ok(spotAccount()),
  };
  const swap: typeof spot = {
    'GET /fapi/v1/time': () => ok({ serverTime: now() }),
    'GET /fapi/v1/exchangeInfo': exchangeInfo,
    'POST /fapi/v1/order': (fields) => place(fields, false),
    'GET /fapi/v1/order': (fields) => look(fields, false),
    'DELETE /fapi/v1/order': (fields) => cancel(fields, false),
    'POST /fapi/v1/algoOrder': (fields) => place(fields, true),
    'GET /fapi/v1/algoOrder': (fields) => look(fields, true),
    'DELETE /fapi/v1/algoOrder': (fields) => cancel(fields, true),
    'GET /fapi/v1/openOrders': () => ok(openOf(false)),
    'GET /fapi/v1/openAlgoOrders': () => ok(openOf(true)),
    'DELETE /fapi/v1/allOpenOrders': (fields) => cancelAll(fields, false),
    'DELETE /fapi/v1/algoOpenOrders': (fields) => cancelAll(fields, true),
    'GET /fapi/v1/userTrades': tradesOf,
    'GET /fapi/v3/account': () => ok(swapAccount()),
    'GET /fapi/v3/balance': () => ok([{ accountAlias: 'SgsR', asset: 'USD', balance: cash.toFixed() }]),
    'GET /fapi/v3/positionRisk': () => ok(positionRisk()),
  };
  const routes = market === 'spot' ? spot : swap;
  const isPublic = (path: string): boolean => /\/(time|exchangeInfo)$/.test(path);

  const answer = (one: Asked, key: string | undefined, query: string): Reply => {
    const route = routes[`${one.method} ${one.path}`];
    if (route === undefined) return { status: 404, body: 'no such path' };
    if (isPublic(one.path)) return route(one.fields);
    if (key !== 'PEERKEY') return refuse(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    if (!isSigned(query)) return refuse(-1022, 'Signature for this request is not valid.');
    const lateMs = Math.abs(now() - Number(one.fields.get('timestamp')));
    if (!(lateMs <= Number(one.fields.get('recvWindow')))) {
      return refuse(-1021, 'Timestamp for this request is outside of the recvWindow.');
    }
    if (delisted.has(one.fields.get('symbol') ?? '')) return refuse(-1121, 'Invalid symbol.');
    return route(one.fields);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://peer');
    const query = request.method === 'POST' ? Buffer.concat(chunks).toString() : url.search.slice(1);
    const one = { method: request.method ?? '', path: url.pathname, fields: new URLSearchParams(query) };
    asked.push(one);
    counted += 1;
    if (fault === 'cutBefore') return void response.destroy();
    const status = Number(/\d+$/.exec(fault ?? '')?.[0] ?? 0);
    if (status > 0)
      return void response.writeHead(status).end(JSON.stringify({ code: -1003, msg: 'Too many requests.' }));
    const reply = always ?? answer(one, String(request.headers['x-mbx-apikey']), query);
    if (fault === 'cutAfter') return void response.destroy();
    if (fault === 'garbage') return void response.writeHead(200).end('{"symbols":7,"msg":"ok"}');
    response.writeHead(reply.status, { location: '/api/v3/order' });
    response.end(typeof reply.body === 'string' ? reply.body : written(reply.body));
  };

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    orders,
    requests: () => counted,
    forgetRequests: () => {
      counted = 0;
      asked.length = 0;
    },
    ordersOf: (clientOrderId: string) => orders.filter((one) => one.clientOrderId === clientOrderId).length,
    setPrice: (symbol: string, price: string) => void prices.set(symbol.replace('/', ''), toDecimal(price)),
    misbehave: (how: PeerFault | null) => {
      fault = how;
    },
    setClockSkew: (ms: number) => {
      skewMs = ms;
    },
    /** Its market is gone, its orders with it; what is held of it stays. */
    delist: (symbol: string) => {
      delisted.add(symbol.replace('/', ''));
      for (const order of orders.filter((one) => isOpen(one) && delisted.has(one.symbol))) order.status = 'CANCELED';
    },
    setReadLag: (ms: number) => {
      lagMs = ms;
    },
    /** Every reply from now on; a text goes out as it is. */
    answerAlways: (body: unknown, status = 200) => {
      always = { status, body };
    },
    /** As if the last fill had come `count` times more, each with a number of its own. */
    repeatTrades: (count: number) => {
      const last = trades.at(-1);
      if (last === undefined) throw new Error('no fill yet');
      for (let index = 0; index < count; index += 1) trades.push({ ...last, id: takeId() });
    },
    /** All fills so far came `ms` earlier. */
    ageTrades: (ms: number) =>
      void trades.splice(0, trades.length, ...trades.map((one) => ({ ...one, time: one.time - ms }))),
    /** A conditional order becomes a market order, which fills. */
    trigger: (clientOrderId: string) => {
      const from = orders.find((one) => one.clientOrderId === clientOrderId);
      if (from === undefined) throw new Error(`no order ${clientOrderId}`);
      const actual = { ...from, orderId: takeId(), clientOrderId: `actual-${clientOrderId}`, conditional: false };
      orders.push(actual);
      fill(actual, actual.quantity);
      from.status = 'FINISHED';
      from.actualOrderId = String(actual.orderId);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function isSigned(query: string): boolean {
  const [signed = '', signature] = query.split('&signature=');
  return createHmac('sha256', 'peer-secret').update(signed).digest('hex') === signature;
}
