/**
 * Where news comes from: `alpaca`, `rss`, `file`. Each source hands on what it read; here it
 * becomes an item: text cleaned and cut, symbols in one spelling, and the moment we learned it. A
 * date in the future is the moment we learned it.
 */
import { cleanUntrusted } from '../../domain/llm/untrusted-text.ts';
import { HEADLINE_LENGTH_MAX, NEWS_SYMBOLS_MAX, type NewsItem, SUMMARY_LENGTH_MAX } from '../../schemas/news.ts';

/** News as a source wrote it. Nothing in it is trusted. */
export type RawNews = {
  readonly source: string;
  readonly url: string | null;
  readonly headline: string;
  readonly summary: string;
  readonly symbols: readonly string[];
  readonly publishedAtMs: number;
  /** When the desk learned it; null: now. */
  readonly knownAtMs: number | null;
  readonly social: boolean;
};

export type NewsSource = {
  readonly name: string;
  /** Page by page. @throws VendorFailure, or InvalidInput for settings and files that cannot be used */
  readonly read: () => AsyncGenerator<readonly RawNews[]>;
};

const SOURCE_LENGTH_MAX = 100;
const URL_LENGTH_MAX = 2_000;
const SYMBOL = /^[A-Z0-9][A-Z0-9.:/-]{0,29}$/;
/** A script without an end goes on to the end, as in a browser: looked for again and again it would cost minutes. */
const TAGS = /<(?:script|style)\b[\s\S]*?(?:<\/(?:script|style)\s*>|$)|<\/?[a-zA-Z!][^<>]*>/gi;
/** What lies beyond never becomes a headline or a summary. */
const LOOKED_AT_MAX = 200_000;

/** null where nothing is left that could be read. */
export function newsItemOf(raw: RawNews, nowMs: number): NewsItem | null {
  const headline = plainText(raw.headline, HEADLINE_LENGTH_MAX);
  if (headline === '') return null;
  const knownAtMs = Math.min(nowMs, raw.knownAtMs ?? nowMs);
  return {
    source: plainText(raw.source, SOURCE_LENGTH_MAX) || 'unknown',
    url: addressOf(raw.url),
    headline,
    summary: plainText(raw.summary, SUMMARY_LENGTH_MAX),
    symbols: [...new Set(raw.symbols.map((one) => one.trim().toUpperCase()))]
      .filter((one) => SYMBOL.test(one))
      .slice(0, NEWS_SYMBOLS_MAX),
    publishedAtMs: Math.min(raw.publishedAtMs, knownAtMs),
    knownAtMs,
    social: raw.social,
  };
}

const plainText = (text: string, lengthMax: number): string =>
  cleanUntrusted(text.slice(0, LOOKED_AT_MAX).replace(TAGS, ' '), lengthMax).text.replace(/\s+/g, ' ').trim();

/** Only addresses that a reader could follow. */
function addressOf(url: string | null): string | null {
  if (url === null || url.length > URL_LENGTH_MAX || !URL.canParse(url)) return null;
  return /^https?:$/.test(new URL(url).protocol) ? url : null;
}
