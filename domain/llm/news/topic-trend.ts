/** How often each topic was in the news of the last day, week and month before an instant. */

type Told = { readonly publishedAtMs: number; readonly topics: readonly string[] };
export type TopicTrend = {
  readonly topic: string;
  readonly days1: number;
  readonly days7: number;
  readonly days30: number;
};

const DAY_MS = 86_400_000;
export const TREND_DAYS = 30;

/** The most frequent topics of the last day first, then of the week and the month. */
export function topicTrend(items: readonly Told[], asOfMs: number): TopicTrend[] {
  const names = [...new Set(items.flatMap(({ topics }) => topics))];
  const within = (topic: string, days: number): number =>
    items.filter(({ topics, publishedAtMs }) => topics.includes(topic) && isWithin(publishedAtMs, asOfMs, days)).length;
  return names
    .map((topic) => ({ topic, days1: within(topic, 1), days7: within(topic, 7), days30: within(topic, TREND_DAYS) }))
    .filter(({ days30 }) => days30 > 0)
    .sort((a, b) => b.days1 - a.days1 || b.days7 - a.days7 || b.days30 - a.days30 || (a.topic < b.topic ? -1 : 1));
}

const isWithin = (ms: number, asOfMs: number, days: number): boolean => ms <= asOfMs && ms > asOfMs - days * DAY_MS;
