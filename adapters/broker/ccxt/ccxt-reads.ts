/**
 * What stands in the account: open orders, fills and the clock. Lists come whole or not at all: every page must be read
 * and every row understood, else the read has failed.
 */
import { z } from 'zod';
import { type Decimal, toDecimal } from '../../../domain/decimal.ts';
import type { VenueAnswer, VenueFill, VenueOrder } from '../../../schemas/venue.ts';
import type { RequestKind } from '../token-bucket.ts';
import type { VenueClock } from '../venue.ts';
import { type NumberedFill, wireFillSchema, wireOrderSchema, wireTimeSchema } from './binance-wire.ts';
import type { CcxtDesk, Markets, VenueMarket } from './ccxt-markets.ts';
import { readReply, soon } from './ccxt-reply.ts';
import { wireConditionalSchema } from './conditional-wire.ts';

const FILLS_A_PAGE = 1_000;
const PAGES_MAX = 1_000;
const LIST_BYTES_MAX = 16_000_000;
/** What Binance tells at once by time. */
const WINDOW_MS = { spot: 86_400_000, swap: 7 * 86_400_000 } as const;
/**
 * So many windows without a fill are walked, a request each: the days of a desk that was off for a week. Further back
 * is read by number from the first fill on, which costs one for each thousand, however many days they lie apart.
 */
const WINDOWS_MAX = 8;

/** Of the whole account, also in symbols that are not traded here. `kind`: what the read counts as, below the limit. */
export async function readOpenOrders(
  desk: CcxtDesk,
  kind: RequestKind = 'read',
): Promise<VenueAnswer<readonly VenueOrder[]>> {
  const markets = await desk.askMarkets(soon(desk.client).deadlineMs);
  if (markets.kind === 'failed') return markets;
  const orders = await readReply(desk.client, z.array(wireOrderSchema(markets.value)), {
    effect: 'venue.openOrders',
    kind,
    call: (exchange) =>
      desk.access.market === 'spot' ? exchange.privateGetOpenOrders({}) : exchange.fapiPrivateGetOpenOrders({}),
    bodyBytesMax: LIST_BYTES_MAX,
  });
  if (orders.kind === 'failed' || desk.access.market === 'spot') return orders;
  const conditional = await readReply(desk.client, z.array(wireConditionalSchema(markets.value)), {
    effect: 'venue.openOrders',
    kind,
    call: (exchange) => exchange.fapiPrivateGetOpenAlgoOrders({}),
    bodyBytesMax: LIST_BYTES_MAX,
  });
  if (conditional.kind === 'failed') return conditional;
  return { kind: 'answered', value: [...orders.value, ...conditional.value.map(({ order }) => order)] };
}

export async function readFills(desk: CcxtDesk, sinceMs: number): Promise<VenueAnswer<readonly VenueFill[]>> {
  const markets = await desk.askMarkets(soon(desk.client).deadlineMs);
  if (markets.kind === 'failed') return markets;
  const all: VenueFill[] = [];
  for (const market of markets.value.bySymbol.values()) {
    const fills = await readFillsOf(desk, markets.value, market, sinceMs);
    if (fills.kind === 'failed') return fills;
    all.push(...fills.value);
  }
  return { kind: 'answered', value: all.sort((a, b) => a.atMs - b.atMs) };
}

async function readFillsOf(
  desk: CcxtDesk,
  markets: Markets,
  market: VenueMarket,
  sinceMs: number,
): Promise<VenueAnswer<readonly VenueFill[]>> {
  const readPage: ReadPage = (query) =>
    readFillPage(desk, markets, { symbol: market.id, limit: FILLS_A_PAGE, ...query });
  const first = await firstPage(desk, readPage, Math.floor(sinceMs));
  if (first.kind === 'failed') return first;
  const fills = new Map(first.value.page.map(({ id, fill }) => [id, fill]));
  const rest = first.value.isLast ? first : await readOn(readPage, fills);
  return rest.kind === 'failed' ? rest : { kind: 'answered', value: inOrder(fills, sinceMs) };
}

type ReadPage = (query: object) => Promise<VenueAnswer<readonly NumberedFill[]>>;
/** `isLast`: no fill comes after those of the page. */
type FirstPage = { readonly page: readonly NumberedFill[]; readonly isLast: boolean };

/** Windows are walked up to the first fill; a page of an older time begins with the first fill there ever was. */
async function firstPage(
  { client, access }: CcxtDesk,
  readPage: ReadPage,
  sinceMs: number,
): Promise<VenueAnswer<FirstPage>> {
  const windowMs = WINDOW_MS[access.market];
  const nowMs = client.nowMs();
  if (nowMs - sinceMs >= WINDOWS_MAX * windowMs) return asFirst(await readPage({ fromId: '0' }), true);
  for (let startTime = sinceMs; ; startTime += windowMs) {
    const isNow = startTime + windowMs > nowMs;
    const page = await readPage({ startTime, endTime: startTime + windowMs - 1 });
    if (isNow || page.kind === 'failed' || page.value.length > 0) return asFirst(page, isNow);
  }
}

const asFirst = (page: VenueAnswer<readonly NumberedFill[]>, reachesNow: boolean): VenueAnswer<FirstPage> =>
  page.kind === 'failed'
    ? page
    : { kind: 'answered', value: { page: page.value, isLast: reachesNow && isShort(page.value) } };

const isShort = (page: readonly NumberedFill[]): boolean => page.length < FILLS_A_PAGE;

/** Pages go by the number of the fill; a full page without a new one means that the rest cannot be reached. */
async function readOn(readPage: ReadPage, fills: Map<string, VenueFill>): Promise<VenueAnswer<null>> {
  for (let count = 1; count < PAGES_MAX; count += 1) {
    const fromId = highest([...fills.keys()])
      .plus(1)
      .toFixed();
    const page = await readPage({ fromId });
    if (page.kind === 'failed') return page;
    const before = fills.size;
    for (const { id, fill } of page.value) fills.set(id, fill);
    if (isShort(page.value)) return { kind: 'answered', value: null };
    if (fills.size === before) return { kind: 'failed', reason: 'the pages of fills do not go on' };
  }
  return { kind: 'failed', reason: `more than ${PAGES_MAX} pages of fills` };
}

const readFillPage = (desk: CcxtDesk, markets: Markets, query: object): Promise<VenueAnswer<readonly NumberedFill[]>> =>
  readReply(desk.client, z.array(wireFillSchema(markets)), {
    effect: 'venue.fills',
    call: (exchange) =>
      desk.access.market === 'spot'
        ? exchange.privateGetMyTrades({ ...query })
        : exchange.fapiPrivateGetUserTrades({ ...query }),
    bodyBytesMax: LIST_BYTES_MAX,
  });

const highest = (ids: readonly string[]): Decimal => ids.map(toDecimal).reduce((top, one) => (one.gt(top) ? one : top));

const inOrder = (fills: ReadonlyMap<string, VenueFill>, sinceMs: number): VenueFill[] =>
  [...fills]
    .sort(([a], [b]) => toDecimal(a).comparedTo(b))
    .map(([, fill]) => fill)
    .filter(({ atMs }) => atMs >= sinceMs);

/** The venue's time is taken to be that of the middle between asking and answer. */
export async function readClock({ client, access }: CcxtDesk): Promise<VenueAnswer<VenueClock>> {
  const askedAtMs = client.nowMs();
  const answer = await readReply(client, wireTimeSchema, {
    effect: 'venue.clock',
    call: (exchange) => (access.market === 'spot' ? exchange.publicGetTime({}) : exchange.fapiPublicGetTime({})),
  });
  if (answer.kind === 'failed') return answer;
  const roundTripMs = client.nowMs() - askedAtMs;
  const venueMs = answer.value.serverTime;
  return { kind: 'answered', value: { venueMs, offsetMs: venueMs - (askedAtMs + roundTripMs / 2), roundTripMs } };
}
