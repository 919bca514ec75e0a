/**
 * Alpaca's news (/v1beta1/news, 50 a page, pages go on by token, a key is needed). It has no
 * sentiment of its own; a pair such as BTC/USD is asked for as BTCUSD. An item counts as known when
 * it is read, or, for the past, when it was updated last.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { z } from 'zod';
import { ALPACA_KEY_EXPECTED, keyIdOf, secretOf } from '../../schemas/alpaca-settings.ts';
import { ALPACA_DATA_HOST, type MarketSettings, marketProblems } from '../../schemas/market-settings.ts';
import { isPrivateHost } from '../../schemas/outside-url.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import { cleanText } from '../broker/reply-text.ts';
import { createTokenBucket } from '../broker/token-bucket.ts';
import { requestOnce } from '../http/venue-http.ts';
import { instantCell } from '../market-data/vendor-cells.ts';
import { askVendor } from '../market-data/vendor-client.ts';
import { timesOf, type VendorParts } from '../market-data/vendor-parts.ts';
import { parseReply } from '../market-data/vendor-reply.ts';
import type { NewsSource, RawNews } from './news-source.ts';

export type AlpacaNewsQuestion = {
  /** Empty: the whole market. */
  readonly symbols: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Known when it was last updated, in place of now: for the past, on the vendor's word. */
  readonly knownAsPublished: boolean;
};

const PLACE = 'alpaca /v1beta1/news';
const ITEMS_A_PAGE = 50;
const PAGES_MAX = 1_000;
const REQUESTS_PER_MINUTE = 190;
const REQUESTS_PER_MINUTE_LOCAL = 60_000;
const PAGE_BYTES_MAX = 8_000_000;

const pageSchema = z.looseObject({
  news: z
    .array(
      z.looseObject({
        headline: z.string(),
        summary: z.string().nullish(),
        url: z.string().nullish(),
        source: z.string().nullish(),
        symbols: z.array(z.string()).nullish(),
        created_at: instantCell,
        updated_at: instantCell.optional(),
      }),
    )
    .max(10_000)
    .nullable(),
  next_page_token: z.string().min(1).max(4_096).nullish(),
});

/**
 * @throws InvalidInput CONFIG_REQUIRED without a key, or where address and
 * rules do not agree; nothing was requested then
 */
export function createAlpacaNews(
  settings: MarketSettings,
  question: AlpacaNewsQuestion,
  parts: VendorParts = {},
): NewsSource {
  const problems = marketProblems(settings);
  if (problems.length > 0) throw new InvalidInput(problems);
  const { key, url } = settings.alpaca;
  if (key === null) {
    throw new InvalidInput([problem('CONFIG_REQUIRED', 'ALPACA_DATA_KEY', undefined, ALPACA_KEY_EXPECTED)]);
  }
  const client = clientOf(key, url, parts);
  const { totalTimeoutMs, idleTimeoutMs } = timesOf(parts);
  const ask = (path: string) => {
    const request = {
      method: 'GET',
      baseUrl: new URL(url).origin,
      path,
      headers: { accept: 'application/json', 'apca-api-key-id': keyIdOf(key), 'apca-api-secret-key': secretOf(key) },
      body: null,
      hosts: [ALPACA_DATA_HOST],
      allowLoopback: settings.allowLoopback,
      totalTimeoutMs,
      idleTimeoutMs,
      bodyBytesMax: PAGE_BYTES_MAX,
    } as const;
    return askVendor(client, { place: PLACE, send: () => requestOnce('news.read', request) });
  };
  return { name: 'alpaca', read: () => readPages(question, ask) };
}

function clientOf(key: string, url: string, parts: VendorParts) {
  const { nowMs = Date.now, sleep = sleepFor } = parts;
  const isLocal = isPrivateHost(new URL(url).hostname);
  const requestsPerMinute = parts.requestsPerMinute ?? (isLocal ? REQUESTS_PER_MINUTE_LOCAL : REQUESTS_PER_MINUTE);
  const bucket = createTokenBucket({ requestsPerMinute, nowMs, sleep });
  const clean = (text: string): string => cleanText(text, { keyId: keyIdOf(key), secret: secretOf(key) });
  return { bucket, nowMs, sleep, giveUpAfterMs: timesOf(parts).barsGiveUpMs, clean };
}

type Ask = (path: string) => Promise<{ readonly json: unknown }>;

async function* readPages(question: AlpacaNewsQuestion, ask: Ask): AsyncGenerator<readonly RawNews[]> {
  const seen = new Set<string>();
  let token: string | null = null;
  do {
    const page: z.output<typeof pageSchema> = parseReply(pageSchema, (await ask(pathOf(question, token))).json, PLACE);
    yield (page.news ?? []).map((one) => newsOf(one, question));
    token = page.next_page_token ?? null;
    if (token !== null && (seen.has(token) || seen.size >= PAGES_MAX)) {
      const expected = `a token that was not given before, at most ${PAGES_MAX} pages`;
      throw new VendorFailure([problem('VENDOR_PAGES', PLACE, token, expected)]);
    }
    if (token !== null) seen.add(token);
  } while (token !== null);
}

function pathOf({ symbols, fromMs, toMs }: AlpacaNewsQuestion, token: string | null): string {
  const query = new URLSearchParams({
    start: new Date(fromMs).toISOString(),
    end: new Date(toMs).toISOString(),
    limit: String(ITEMS_A_PAGE),
    sort: 'asc',
    include_content: 'false',
  });
  if (symbols.length > 0) query.set('symbols', symbols.map((one) => one.replace('/', '')).join(','));
  if (token !== null) query.set('page_token', token);
  return `/v1beta1/news?${query}`;
}

type Told = NonNullable<z.output<typeof pageSchema>['news']>[number];

const newsOf = (told: Told, { knownAsPublished }: AlpacaNewsQuestion): RawNews => ({
  source: `alpaca:${told.source ?? 'unknown'}`,
  url: told.url ?? null,
  headline: told.headline,
  summary: told.summary ?? '',
  symbols: told.symbols ?? [],
  publishedAtMs: told.created_at,
  knownAtMs: knownAsPublished ? Math.max(told.created_at, told.updated_at ?? 0) : null,
  social: false,
});
