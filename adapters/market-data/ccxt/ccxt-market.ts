/**
 * The public market data of any exchange that ccxt knows, spot and, where the symbol names a settlement currency
 * (BTC/USDT:USDT), contracts. Pages go on by time. Exchanges keep different lengths of history and answer what is older
 * with their oldest bars; nothing is made up for what is missing. Nothing is requested, and ccxt is not loaded, when
 * one is made; the first question brings the exchange's list of symbols along.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Exchange } from 'ccxt';
import type { Quote } from '../../../domain/market/quote.ts';
import { type JoinedPage, joinPage, lastOf, NO_PAGE, type PageRange } from '../../../domain/market/vendor-page.ts';
import { intervalText } from '../../../schemas/interval.ts';
import { type Bar, CCXT_ID_PATTERN } from '../../../schemas/market.ts';
import { type MarketSettings, marketProblems } from '../../../schemas/market-settings.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { VendorFailure } from '../../../schemas/vendor-failure.ts';
import { createTokenBucket } from '../../broker/token-bucket.ts';
import type { VendorClientParts } from '../vendor-client.ts';
import type { BarsRequest, VendorMarket } from '../vendor-market.ts';
import {
  BAR_ANSWER_BYTES_MAX,
  QUOTE_ANSWER_BYTES_MAX,
  timesOf,
  type VendorParts,
  type VendorTimes,
} from '../vendor-parts.ts';
import { openPublicExchange, type PublicAccess, type PublicExchange } from './ccxt-public.ts';
import { readCcxtBars, readCcxtQuote } from './ccxt-wire.ts';

/** Of this process; the throttle of ccxt, which knows each exchange's weights, stands behind it. */
const REQUESTS_PER_MINUTE = 240;
const REQUESTS_PER_MINUTE_LOCAL = 60_000;
/** Binance lists its markets in some 20 MB. */
const SYMBOLS_BYTES_MAX = 64_000_000;
const BARS_A_PAGE = 500;
const PAGES_MAX = 100_000;

type Kind = 'spot' | 'contract';
type Desk = {
  readonly name: `ccxt:${string}`;
  readonly client: VendorClientParts;
  readonly times: VendorTimes;
  readonly open: (symbol: string) => Promise<PublicExchange>;
};

/** @throws InvalidInput when address and rules do not agree; no request has been made then */
export function createCcxtMarket(exchangeId: string, settings: MarketSettings, parts: VendorParts = {}): VendorMarket {
  const problems = marketProblems(settings);
  if (!CCXT_ID_PATTERN.test(exchangeId)) {
    problems.push(problem('INPUT_ENUM', 'exchange', exchangeId, 'an exchange that ccxt knows'));
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  const url = settings.ccxt.urls[exchangeId] ?? null;
  const { nowMs = Date.now, sleep = sleepFor } = parts;
  const times = timesOf(parts);
  const local = url === null ? REQUESTS_PER_MINUTE : REQUESTS_PER_MINUTE_LOCAL;
  const bucket = createTokenBucket({ requestsPerMinute: parts.requestsPerMinute ?? local, nowMs, sleep });
  const client = { bucket, nowMs, sleep, giveUpAfterMs: times.barsGiveUpMs, clean: plainText };
  const { allowLoopback } = settings;
  const { totalTimeoutMs, idleTimeoutMs } = times;
  const access = { exchangeId, url: url === null ? null : new URL(url).origin, allowLoopback };
  const desk: Desk = {
    name: `ccxt:${exchangeId}`,
    client,
    times,
    open: opener({ ...access, totalTimeoutMs, idleTimeoutMs }, client),
  };
  return {
    name: desk.name,
    bars: (request) => readBars(desk, request),
    quote: (symbol) => readQuote(desk, symbol),
  };
}

/** Public data has no key to hide; control signs have no place in a problem. */
const plainText = (text: string): string => text.replace(/\p{C}+/gu, ' ');

/** Opens an exchange once for spot and once for contracts; one that failed to open is tried again the next time. */
function opener(access: PublicAccess, client: VendorClientParts): Desk['open'] {
  const opened = new Map<Kind, Promise<PublicExchange>>();
  return (symbol) => {
    const kind: Kind = symbol.includes(':') ? 'contract' : 'spot';
    const known = opened.get(kind) ?? openWithSymbols(access, kind, client);
    opened.set(kind, known);
    known.catch(() => opened.delete(kind));
    return known;
  };
}

async function openWithSymbols(access: PublicAccess, kind: Kind, client: VendorClientParts): Promise<PublicExchange> {
  const opened = await openPublicExchange(access, kind === 'spot');
  const call = (exchange: Exchange) => exchange.loadMarkets();
  await opened.ask({ effect: 'market.symbols', client, bodyBytesMax: SYMBOLS_BYTES_MAX, call });
  return { ...opened, exchange: Object.assign(opened.exchange, { number: String }) };
}

async function* readBars(desk: Desk, request: BarsRequest): AsyncGenerator<readonly Bar[]> {
  const { symbol, intervalMs, toMs } = request;
  const opened = await desk.open(symbol);
  checkSymbol(opened.exchange, symbol);
  const timeframe = timeframeOf(opened.exchange, intervalMs);
  const limit = pageSize(opened.exchange, symbol);
  const range: PageRange = { ...request, path: `${desk.name} ${symbol}` };
  let state = NO_PAGE;
  let cursorMs = request.fromMs;
  let isRepeated = false;
  for (let count = 0; cursorMs < toMs; count += 1) {
    if (count >= PAGES_MAX) {
      throw new VendorFailure([problem('VENDOR_PAGES', range.path, `${PAGES_MAX} pages`, 'an end of the pages')]);
    }
    const sinceMs = cursorMs;
    const answer = await opened.ask({
      effect: 'market.bars',
      client: desk.client,
      bodyBytesMax: BAR_ANSWER_BYTES_MAX,
      call: (exchange) => exchange.fetchOHLCV(symbol, timeframe, sinceMs, limit),
    });
    if (sinceMs + intervalMs > answer.atMs) break;
    const joined: JoinedPage = joinPage(state, readCcxtBars(answer, range.path), answer.atMs, range);
    if (joined.problems.length > 0) throw new VendorFailure(joined.problems);
    state = joined.state;
    yield joined.bars;
    if (joined.isLast) break;
    // An empty page may be a slip, so it is asked for again once; then the bars after its stretch are.
    const isEmpty = joined.freshCount === 0;
    if (!isEmpty) cursorMs = (lastOf(state)[0]?.openTimeMs ?? sinceMs) + intervalMs;
    else if (isRepeated) cursorMs += limit * intervalMs;
    isRepeated = isEmpty && !isRepeated;
  }
  yield lastOf(state);
}

async function readQuote(desk: Desk, symbol: string): Promise<Quote> {
  const opened = await desk.open(symbol);
  checkSymbol(opened.exchange, symbol);
  const answer = await opened.ask({
    effect: 'market.quote',
    client: { ...desk.client, giveUpAfterMs: desk.times.quoteGiveUpMs },
    bodyBytesMax: QUOTE_ANSWER_BYTES_MAX,
    call: (exchange) => exchange.fetchTicker(symbol),
  });
  return readCcxtQuote(answer, symbol, `${desk.name} ${symbol}`);
}

function checkSymbol({ id, markets }: Exchange, symbol: string): void {
  const names = Object.keys(markets ?? {});
  if (names.includes(symbol)) return;
  const near = nearestName(symbol, names);
  const hint = near === null ? '' : `did you mean ${near}?`;
  throw new InvalidInput([problem('SYMBOL_UNKNOWN', 'symbol', symbol, `one of the ${names.length} of ${id}`, hint)]);
}

const SECOND_MS = 1_000;

/** @throws InvalidInput INPUT_RANGE for an interval that the exchange does not have */
function timeframeOf(exchange: Exchange, intervalMs: number): string {
  const names = Object.keys(exchange.timeframes ?? {}).filter((name) => /^\d+[smhdw]$/.test(name));
  const found = names.find((name) => exchange.parseTimeframe(name) * SECOND_MS === intervalMs);
  if (found !== undefined && exchange.has.fetchOHLCV === true) return found;
  const expected = `one of ${names.join(' ')}`;
  const hint = `${exchange.id} has no others`;
  throw new InvalidInput([problem('INPUT_RANGE', 'interval', intervalText(intervalMs), expected, hint)]);
}

function pageSize(exchange: Exchange, symbol: string): number {
  const limit: unknown = exchange.featureValue(symbol, 'fetchOHLCV', 'limit');
  return typeof limit === 'number' && limit > 0 ? limit : BARS_A_PAGE;
}
