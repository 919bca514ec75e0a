/**
 * Alpaca's market data: shares (/v2/stocks, prices as they were traded, not adjusted) and crypto where the symbol is a
 * pair (/v1beta3/crypto/us, which needs no key). Pages go on by token. Whole days begin at midnight New York, for
 * crypto at midnight Chicago, so their stamps are not midnight UTC. Nothing is requested when one is made.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { joinPage, lastOf, NO_PAGE, type PageRange } from '../../../domain/market/vendor-page.ts';
import { ALPACA_KEY_EXPECTED, keyIdOf, secretOf } from '../../../schemas/alpaca-settings.ts';
import type { Bar } from '../../../schemas/market.ts';
import { ALPACA_DATA_HOST, type MarketSettings, marketProblems } from '../../../schemas/market-settings.ts';
import { isPrivateHost } from '../../../schemas/outside-url.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { VendorFailure } from '../../../schemas/vendor-failure.ts';
import { cleanText } from '../../broker/reply-text.ts';
import { createTokenBucket } from '../../broker/token-bucket.ts';
import type { EffectName } from '../../effect.ts';
import { requestOnce } from '../../http/venue-http.ts';
import { askVendor, type VendorClientParts, type VendorReply } from '../vendor-client.ts';
import type { BarsRequest, VendorMarket } from '../vendor-market.ts';
import type { VendorParts } from '../vendor-parts.ts';
import { BAR_ANSWER_BYTES_MAX, QUOTE_ANSWER_BYTES_MAX, timesOf } from '../vendor-parts.ts';
import { alpacaTimeframe, barsPath, quotePath } from './alpaca-paths.ts';
import { readBarsPage, readQuote } from './alpaca-wire.ts';

/** Alpaca allows 200 requests a minute and account without a subscription. */
const REQUESTS_PER_MINUTE = 190;
const REQUESTS_PER_MINUTE_LOCAL = 60_000;
const PAGES_MAX = 100_000;

type Desk = {
  readonly settings: MarketSettings;
  readonly client: VendorClientParts;
  readonly parts: VendorParts;
  readonly quoteClient: VendorClientParts;
};

/** @throws InvalidInput when address and rules do not agree; no request has been made then */
export function createAlpacaMarket(settings: MarketSettings, parts: VendorParts = {}): VendorMarket {
  const problems = marketProblems(settings);
  if (problems.length > 0) throw new InvalidInput(problems);
  const { nowMs = Date.now, sleep = sleepFor } = parts;
  const times = timesOf(parts);
  const isLocal = isPrivateHost(new URL(settings.alpaca.url).hostname);
  const requestsPerMinute = parts.requestsPerMinute ?? (isLocal ? REQUESTS_PER_MINUTE_LOCAL : REQUESTS_PER_MINUTE);
  const bucket = createTokenBucket({ requestsPerMinute, nowMs, sleep });
  const client = { bucket, nowMs, sleep, giveUpAfterMs: times.barsGiveUpMs, clean: cleanerOf(settings.alpaca.key) };
  const desk: Desk = { settings, client, parts, quoteClient: { ...client, giveUpAfterMs: times.quoteGiveUpMs } };
  return {
    name: 'alpaca',
    bars: (request) => readBars(desk, request),
    quote: async (symbol) => {
      const path = quotePath(symbol, settings.alpaca.feed);
      const reply = await ask(desk, desk.quoteClient, 'market.quote', symbol, path, QUOTE_ANSWER_BYTES_MAX);
      return readQuote(reply, symbol, placeOf(path));
    },
  };
}

const cleanerOf =
  (key: string | null) =>
  (text: string): string =>
    cleanText(text, key === null ? NO_KEY : { keyId: keyIdOf(key), secret: secretOf(key) });
/** Stands in no text. */
const NO_KEY = { keyId: '\0', secret: '\0' };

const placeOf = (path: string): string => `alpaca ${path.slice(0, path.indexOf('?'))}`;

async function* readBars(desk: Desk, request: BarsRequest): AsyncGenerator<readonly Bar[]> {
  const timeframe = alpacaTimeframe(request.intervalMs);
  const { feed } = desk.settings.alpaca;
  const first = barsPath(request, timeframe, feed);
  const range: PageRange = { ...request, path: `${placeOf(first)} ${request.symbol}` };
  const tokens = new Set<string>();
  let token: string | null = null;
  let state = NO_PAGE;
  do {
    const path: string = token === null ? first : `${first}&page_token=${encodeURIComponent(token)}`;
    const reply = await ask(desk, desk.client, 'market.bars', request.symbol, path, BAR_ANSWER_BYTES_MAX);
    const page = readBarsPage(reply, request.symbol, placeOf(path));
    const joined = joinPage(state, page.bars, reply.atMs, range);
    if (joined.problems.length > 0) throw new VendorFailure(joined.problems);
    state = joined.state;
    yield joined.bars;
    token = page.nextToken;
    checkToken(token, tokens, range.path);
  } while (token !== null);
  yield lastOf(state);
}

function checkToken(token: string | null, seen: Set<string>, path: string): void {
  if (token === null) return;
  if (seen.has(token)) {
    throw new VendorFailure([problem('VENDOR_PAGES', path, token, 'a token that was not given before')]);
  }
  if (seen.size >= PAGES_MAX) {
    throw new VendorFailure([problem('VENDOR_PAGES', path, `${PAGES_MAX} pages`, 'an end of the pages')]);
  }
  seen.add(token);
}

function ask(
  { settings, parts }: Desk,
  client: VendorClientParts,
  effect: EffectName,
  symbol: string,
  path: string,
  bodyBytesMax: number,
): Promise<VendorReply> {
  const { key, url } = settings.alpaca;
  if (key === null && !symbol.includes('/')) {
    const hint = 'shares need a key; pairs such as BTC/USD need none';
    throw new InvalidInput([problem('CONFIG_REQUIRED', 'ALPACA_DATA_KEY', undefined, ALPACA_KEY_EXPECTED, hint)]);
  }
  const { totalTimeoutMs, idleTimeoutMs } = timesOf(parts);
  const request = {
    method: 'GET',
    baseUrl: new URL(url).origin,
    path,
    headers: { accept: 'application/json', ...keyHeaders(key) },
    body: null,
    hosts: [ALPACA_DATA_HOST],
    allowLoopback: settings.allowLoopback,
    totalTimeoutMs,
    idleTimeoutMs,
    bodyBytesMax,
  } as const;
  return askVendor(client, { place: placeOf(path), send: () => requestOnce(effect, request) });
}

const keyHeaders = (key: string | null): Readonly<Record<string, string>> =>
  key === null ? {} : { 'apca-api-key-id': keyIdOf(key), 'apca-api-secret-key': secretOf(key) };
