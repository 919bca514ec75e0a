/**
 * The sentiment of several pieces of news together. A social post weighs half of a report; what a source repeats in the
 * same words counts once. A text that takes no side counts as 0, so that much small talk waters a statement down.
 */
import { type SentimentLabel, scoreText } from './score-text.ts';
import { type Topic, topicsOf } from './topics.ts';

export type NewsText = {
  readonly headline: string;
  readonly summary: string;
  readonly source: string;
  readonly social: boolean;
};
export type ItemSentiment = {
  readonly label: SentimentLabel;
  readonly score: number;
  readonly topics: readonly Topic[];
};
export type NewsSentiment = {
  readonly label: SentimentLabel;
  /** Weighted mean of the items, -1 to 1; 0 without items. */
  readonly score: number;
  readonly itemCount: number;
  readonly sourceCount: number;
  /** With how many items each, the most frequent first. */
  readonly topics: readonly { readonly topic: Topic; readonly count: number }[];
};

const SOCIAL_WEIGHT = 0.5;
/** The headline is what a reader acts on; a summary repeats it with more words. */
const SUMMARY_WEIGHT = 0.3;
/** A mean from which on the news together take a side. */
const SIDE_SCORE = 0.1;
const SUMMARY_LENGTH_MAX = 1_000;

export function itemSentiment({ headline, summary }: Pick<NewsText, 'headline' | 'summary'>): ItemSentiment {
  const told = scoreText(headline);
  const topics = topicsOf(`${headline} ${summary.slice(0, SUMMARY_LENGTH_MAX)}`);
  if (summary.trim() === '') return { ...told, topics };
  const more = scoreText(summary.slice(0, SUMMARY_LENGTH_MAX));
  if (told.label === 'neutral') return { ...more, score: more.score * (1 - SUMMARY_WEIGHT), topics };
  return { label: told.label, score: (1 - SUMMARY_WEIGHT) * told.score + SUMMARY_WEIGHT * more.score, topics };
}

export function newsSentiment(items: readonly NewsText[]): NewsSentiment {
  const once = [...new Map(items.map((item) => [`${item.source}\n${item.headline}`, item])).values()];
  const judged = once.map((item) => ({ ...itemSentiment(item), weight: item.social ? SOCIAL_WEIGHT : 1 }));
  const weight = judged.reduce((sum, one) => sum + one.weight, 0);
  const points = judged.reduce((sum, one) => sum + (one.label === 'neutral' ? 0 : one.score * one.weight), 0);
  const score = weight === 0 ? 0 : points / weight;
  return {
    label: Math.abs(score) < SIDE_SCORE ? 'neutral' : score > 0 ? 'positive' : 'negative',
    score,
    itemCount: once.length,
    sourceCount: new Set(once.map(({ source }) => source)).size,
    topics: countTopics(judged.flatMap(({ topics }) => topics)),
  };
}

function countTopics(topics: readonly Topic[]): { topic: Topic; count: number }[] {
  const counts = new Map<Topic, number>();
  for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return [...counts].map(([topic, count]) => ({ topic, count })).sort((a, b) => b.count - a.count);
}
