/**
 * News of an RSS 2.0 or Atom feed. One request, again only where the vendor's client may; entities are not expanded
 * beyond XML's own, and a feed that is no feed is refused. What a feed dropped before we looked is not there.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { cutText } from '../../schemas/cut-text.ts';
import { outsideUrlProblems } from '../../schemas/outside-url.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import { createTokenBucket } from '../broker/token-bucket.ts';
import { requestOnce } from '../http/venue-http.ts';
import { askForText } from '../market-data/vendor-client.ts';
import { timesOf, type VendorParts } from '../market-data/vendor-parts.ts';
import type { NewsSource, RawNews } from './news-source.ts';

export type RssSettings = {
  readonly url: string;
  readonly symbols: readonly string[];
  readonly allowLoopback: boolean;
};

const FEED_BYTES_MAX = 8_000_000;
const ITEMS_MAX = 2_000;
const REQUESTS_PER_MINUTE = 60;

/** @throws InvalidInput CONFIG_URL_BLOCKED; no request has been made then */
export function createRssNews({ url, symbols, allowLoopback }: RssSettings, parts: VendorParts = {}): NewsSource {
  const address = feedAddress(url, allowLoopback);
  const { nowMs = Date.now, sleep = sleepFor } = parts;
  const bucket = createTokenBucket({
    requestsPerMinute: parts.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    nowMs,
    sleep,
  });
  const times = timesOf(parts);
  const client = {
    bucket,
    nowMs,
    sleep,
    giveUpAfterMs: times.quoteGiveUpMs,
    clean: (text: string) => cutText(text, 200),
  };
  const place = `rss ${address.host}`;
  const request = {
    method: 'GET',
    baseUrl: address.origin,
    path: `${address.pathname}${address.search}`,
    headers: { accept: 'application/rss+xml, application/atom+xml, application/xml, text/xml' },
    body: null,
    hosts: [address.hostname],
    allowLoopback,
    totalTimeoutMs: times.totalTimeoutMs,
    idleTimeoutMs: times.idleTimeoutMs,
    bodyBytesMax: FEED_BYTES_MAX,
  } as const;
  return {
    name: 'rss',
    async *read() {
      const { answer } = await askForText(client, { place, send: () => requestOnce('news.read', request) });
      yield readFeed(answer.body, { place, source: address.hostname, symbols, nowMs: nowMs() });
    },
  };
}

function feedAddress(url: string, allowLoopback: boolean): URL {
  if (!URL.canParse(url)) {
    throw new InvalidInput([problem('CONFIG_URL_BLOCKED', '--url', url, 'an address such as https://host/feed.xml')]);
  }
  const address = new URL(url);
  const bare = `${address.protocol}//${address.username === '' ? '' : 'user@'}${address.host}`;
  const problems = outsideUrlProblems('--url', bare, { hosts: [address.hostname], allowLoopback });
  if (problems.length > 0) throw new InvalidInput(problems);
  return address;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: true,
  htmlEntities: true,
  removeNSPrefix: true,
  isArray: (name) => ['item', 'entry', 'category', 'link'].includes(name),
});

/** All text of a tag and of the tags in it; attributes are none. */
function wholeText(node: unknown): string {
  if (typeof node !== 'object' || node === null) return typeof node === 'string' ? node : '';
  const inner = Object.entries(node).filter(([name]) => !name.startsWith('@'));
  return inner.map(([, one]) => wholeText(one)).join(' ');
}

/** Without their prefixes `title` and `media:title` are two of one name: the first that says something counts. */
const firstText = (node: unknown): string => [node].flat().map(wholeText).find(saysSomething) ?? '';
const saysSomething = (text: string): boolean => text.trim() !== '';
const textSchema = z.unknown().transform(firstText);
const linkSchema = z.union([
  z.string(),
  z.looseObject({ '@href': z.string().optional(), '@rel': z.string().optional(), '#text': z.string().optional() }),
]);
const entrySchema = z.looseObject({
  title: textSchema.optional(),
  description: textSchema.optional(),
  summary: textSchema.optional(),
  content: textSchema.optional(),
  link: z.array(linkSchema).catch([]).optional(),
  pubDate: textSchema.optional(),
  published: textSchema.optional(),
  updated: textSchema.optional(),
  date: textSchema.optional(),
});
const entriesSchema = z.array(z.unknown()).catch([]);
const feedSchema = z.looseObject({
  rss: z.looseObject({ channel: z.looseObject({ item: entriesSchema.default([]) }) }).optional(),
  RDF: z.looseObject({ item: entriesSchema.default([]) }).optional(),
  feed: z.looseObject({ entry: entriesSchema.default([]) }).optional(),
});

type Context = {
  readonly place: string;
  readonly source: string;
  readonly symbols: readonly string[];
  readonly nowMs: number;
};

/** @throws VendorFailure VENDOR_REPLY for what is no feed */
function readFeed(body: string, context: Context): RawNews[] {
  const valid = /<!DOCTYPE/i.test(body)
    ? 'a feed without DOCTYPE'
    : XMLValidator.validate(body) === true
      ? null
      : 'XML';
  const parsed = feedSchema.safeParse(valid === null ? treeOf(body) : null);
  const feed = parsed.success ? parsed.data : null;
  const entries = feed?.rss?.channel.item ?? feed?.RDF?.item ?? feed?.feed?.entry;
  if (entries === undefined) {
    throw new VendorFailure([
      problem('VENDOR_REPLY', context.place, body.slice(0, 80), valid ?? 'an RSS or Atom feed'),
    ]);
  }
  return entries.slice(0, ITEMS_MAX).flatMap((entry) => {
    const read = entrySchema.safeParse(entry);
    return read.success ? [newsOf(read.data, context)] : [];
  });
}

/** Null for what the parser will not read: tags too deep, names that code would trip over. */
function treeOf(body: string): unknown {
  try {
    return parser.parse(body);
  } catch {
    return null;
  }
}

/** An entry without a date that can be, from 1970 on, was published when we saw it. */
function newsOf(entry: z.output<typeof entrySchema>, { source, symbols, nowMs }: Context): RawNews {
  const stamp = Date.parse(entry.pubDate ?? entry.published ?? entry.date ?? entry.updated ?? '');
  return {
    source,
    url: linkOf(entry.link ?? []),
    headline: entry.title ?? '',
    summary: entry.description || entry.summary || entry.content || '',
    symbols,
    publishedAtMs: stamp > 0 ? stamp : nowMs,
    knownAtMs: null,
    social: false,
  };
}

/** Atom has several links of an entry: to the story leads the one that is `alternate`, or says nothing of itself. */
function linkOf(links: readonly z.output<typeof linkSchema>[]): string | null {
  const relOf = (link: (typeof links)[number]): string =>
    typeof link === 'string' ? 'alternate' : (link['@rel'] ?? 'alternate');
  const link = links.find((one) => relOf(one) === 'alternate') ?? links[0] ?? '';
  const address = (typeof link === 'string' ? link : (link['@href'] ?? link['#text'] ?? '')).trim();
  return address === '' ? null : address;
}
