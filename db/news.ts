/**
 * Stored news, read point-in-time: nothing that was learned after the instant asked about comes out of here. Rows are
 * only added; a story whose text has changed gets another row. Several importers at once store each version once.
 */
import { type Selectable, sql } from 'kysely';
import { itemSentiment, newsSentiment } from '../domain/features/sentiment/news-sentiment.ts';
import { type NewsRefusal, newsKnownAt } from '../domain/llm/news/known-at.ts';
import { newsIdOf, newsNamesOf, storyIdOf, versionOf } from '../domain/llm/news/news-identity.ts';
import { type TopicTrend, TREND_DAYS, topicTrend } from '../domain/llm/news/topic-trend.ts';
import type { NewsItem } from '../schemas/news.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database, Tables } from './tables.ts';

export type StoredNews = NewsItem & {
  readonly newsId: string;
  readonly storyId: string;
  readonly sentiment: 'positive' | 'neutral' | 'negative';
  readonly score: number;
  readonly topics: readonly string[];
};
/** Published in [fromMs, toMs] and known at `asOfMs`. `symbol` null: the whole market. */
export type NewsQuestion = {
  readonly symbol: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly asOfMs: number;
};
export type KnownNews = { readonly items: readonly StoredNews[]; readonly refused: readonly NewsRefusal[] };

/** Versions that are read for one question, the newest first. */
const ROWS_MAX = 5_000;
const HEADLINES_MAX = 20;
const DAY_MS = 86_400_000;

/** Stores what is new: a version that its story already had when it was learned is left out. @returns how many rows */
export async function saveNews(db: Database, items: readonly NewsItem[]): Promise<{ inserted: number; same: number }> {
  if (items.length === 0) return { inserted: 0, same: 0 };
  return inTransaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('quarterdeck news'))`.execute(trx);
    const stories = await versionsOf(trx, items);
    const fresh = items
      .toSorted((a, b) => a.knownAtMs - b.knownAtMs)
      .filter((item) => {
        const known = stories.get(storyIdOf(item)) ?? [];
        const before = known.findLast(({ knownAtMs }) => knownAtMs <= item.knownAtMs);
        if (before?.version === versionOf(item)) return false;
        const version = { version: versionOf(item), knownAtMs: item.knownAtMs };
        stories.set(
          storyIdOf(item),
          [...known, version].sort((a, b) => a.knownAtMs - b.knownAtMs),
        );
        return true;
      });
    const inserted = await insertRows(trx, 'news_items', fresh.map(rowOf), { onConflict: 'nothing' });
    return { inserted, same: items.length - inserted };
  });
}

type Version = { readonly version: string; readonly knownAtMs: number };

async function versionsOf(trx: Database, items: readonly NewsItem[]): Promise<Map<string, readonly Version[]>> {
  const ids = [...new Set(items.map(storyIdOf))];
  const rows = await trx
    .selectFrom('news_items')
    .selectAll()
    .where(sql<boolean>`story_id = any(${ids})`)
    .orderBy('known_at')
    .execute();
  const stories = new Map<string, readonly Version[]>();
  for (const row of rows.map(newsOf)) {
    const version = { version: versionOf(row), knownAtMs: row.knownAtMs };
    stories.set(row.storyId, [...(stories.get(row.storyId) ?? []), version]);
  }
  return stories;
}

function rowOf(item: NewsItem) {
  const { label, score, topics } = itemSentiment(item);
  return {
    news_id: newsIdOf(item),
    story_id: storyIdOf(item),
    source: item.source,
    url: item.url,
    headline: item.headline,
    summary: item.summary,
    symbols: item.symbols,
    published_at: toInstant(item.publishedAtMs),
    known_at: toInstant(item.knownAtMs),
    sentiment: label,
    score,
    topics,
    social: item.social,
  };
}

/** Newest first. What was published in the range and learned after `asOfMs` is listed by id only. */
export async function readNews(db: Database, { symbol, fromMs, toMs, asOfMs }: NewsQuestion): Promise<KnownNews> {
  const rows = await db
    .selectFrom('news_items')
    .selectAll()
    .where('published_at', '>=', new Date(fromMs))
    .where('published_at', '<=', new Date(toMs))
    .$if(symbol !== null, (query) => query.where(sql<boolean>`symbols && ${newsNamesOf(symbol ?? '')}::text[]`))
    .orderBy('published_at', 'desc')
    .orderBy('news_id')
    .limit(ROWS_MAX)
    .execute();
  const { known, refused } = newsKnownAt(rows.map(newsOf), asOfMs);
  return { items: known, refused };
}

/** What the news said together: the answer of the tool `get_news_sentiment`. */
export async function lookAtNews(db: Database, question: NewsQuestion) {
  const { items, refused } = await readNews(db, question);
  const { label, score, itemCount, sourceCount, topics } = newsSentiment(items);
  return {
    ...{ label, score, itemCount, sourceCount },
    topics: topics.map(({ topic }) => topic),
    headlines: items.slice(0, HEADLINES_MAX).map(({ headline }) => headline),
    withheldCount: refused.length,
  };
}

/** Topics of the whole market's news over the last 1, 7 and 30 days. */
export async function readTopicTrend(db: Database, asOfMs: number): Promise<TopicTrend[]> {
  const fromMs = asOfMs - TREND_DAYS * DAY_MS;
  const { items } = await readNews(db, { symbol: null, fromMs, toMs: asOfMs, asOfMs });
  return topicTrend(items, asOfMs);
}

const newsOf = (row: Selectable<Tables['news_items']>): StoredNews => ({
  newsId: row.news_id,
  storyId: row.story_id,
  source: row.source,
  url: row.url,
  headline: row.headline,
  summary: row.summary,
  symbols: [...row.symbols],
  publishedAtMs: row.published_at.getTime(),
  knownAtMs: row.known_at.getTime(),
  sentiment: row.sentiment,
  score: row.score,
  topics: row.topics,
  social: row.social,
});
