/** The commands of `npm run news`: news into the database, and out of it as it was known at an instant. */
import { type NewsSource, newsItemOf } from '../../../adapters/news/news-source.ts';
import { type NewsQuestion, readNews, readTopicTrend, saveNews } from '../../../db/news.ts';
import type { Database } from '../../../db/tables.ts';
import { newsSentiment } from '../../../domain/features/sentiment/news-sentiment.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import type { NewsItem } from '../../../schemas/news.ts';
import type { Answer } from '../bars/answer.ts';

const LINES_MAX = 200;

/** Stores what the source has, page by page. Items of which no text is left are counted, not stored. */
export async function storeNews(db: Database, source: NewsSource, nowMs: number): Promise<Answer> {
  const counts = { read: 0, inserted: 0, same: 0, empty: 0 };
  for await (const page of source.read()) {
    const items = page.map((raw) => newsItemOf(raw, nowMs)).filter((item): item is NewsItem => item !== null);
    const { inserted, same } = await saveNews(db, items);
    counts.read += page.length;
    counts.empty += page.length - items.length;
    counts.inserted += inserted;
    counts.same += same;
  }
  const { read, inserted, same, empty } = counts;
  const line = `${source.name}: ${read} items read, ${inserted} new, ${same} known already, ${empty} without text`;
  return { exitCode: 0, document: { ok: true, source: source.name, ...counts }, lines: [line] };
}

export async function listNews(db: Database, question: NewsQuestion): Promise<Answer> {
  const { items, refused } = await readNews(db, question);
  const sentiment = newsSentiment(items);
  const document = { ok: true, asOfMs: question.asOfMs, symbol: question.symbol, sentiment, items, refused };
  const lines = items
    .slice(0, LINES_MAX)
    .map((item) => `${isoText(item.publishedAtMs)}  ${item.sentiment.padEnd(8)} ${item.source}  ${item.headline}`);
  const rest = items.length > LINES_MAX ? [`… and ${items.length - LINES_MAX} more (--json lists all)`] : [];
  const { label, score, sourceCount } = sentiment;
  const sum = `${items.length} items of ${sourceCount} sources: ${label} ${score.toFixed(2)}`;
  const held = refused.length === 0 ? [] : [`${refused.length} items not known at ${isoText(question.asOfMs)}`];
  return { exitCode: 0, document, lines: [...lines, ...rest, sum, ...held] };
}

export async function newsTrend(db: Database, asOfMs: number): Promise<Answer> {
  const topics = await readTopicTrend(db, asOfMs);
  const head = `${'topic'.padEnd(20)} ${['1 day', '7 days', '30 days'].map((one) => one.padStart(8)).join('')}`;
  const lines = topics.map(({ topic, days1, days7, days30 }) => {
    return `${topic.padEnd(20)} ${[days1, days7, days30].map((count) => String(count).padStart(8)).join('')}`;
  });
  const none = 'no news of the last 30 days: npm run news -- import FILE';
  return { exitCode: 0, document: { ok: true, asOfMs, topics }, lines: lines.length === 0 ? [none] : [head, ...lines] };
}
