/**
 * What makes two pieces of news the same story: source and address, or source and headline where it has none. A version
 * of a story is told apart by all that it says. Names by which news speaks of a symbol.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { NewsItem } from '../../../schemas/news.ts';

export const storyIdOf = ({ source, url, headline }: NewsItem): string => hashOf(source, url ?? headline);

/** Differs where anything a reader would see differs. */
export const versionOf = ({ headline, summary, symbols, social }: Omit<NewsItem, 'knownAtMs'>): string =>
  hashOf(headline, summary, symbols.toSorted().join(' '), String(social));

export const newsIdOf = (item: NewsItem): string => hashOf(storyIdOf(item), versionOf(item), String(item.knownAtMs));

/**
 * For a pair also its first currency, and the forms that vendors write: BTC/USDT is told of as BTC, BTCUSD, BTC/USD.
 */
export function newsNamesOf(symbol: string): string[] {
  const [base = symbol, rest] = symbol.split('/');
  if (rest === undefined) return [symbol];
  const quotes = new Set([rest.split(':')[0] ?? rest, 'USD', 'USDT']);
  const pairs = [...quotes].flatMap((quote) => [`${base}/${quote}`, `${base}${quote}`]);
  return [...new Set([symbol, base, ...pairs])];
}

function hashOf(...parts: readonly string[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts)))).slice(0, 32);
}
