/**
 * Which news was known at an instant. Published before and learned after is not known; of a story that was revised the
 * version of that instant counts. What is left out is listed by id and reason, without its text.
 */

export type Dated = {
  readonly newsId: string;
  readonly storyId: string;
  readonly publishedAtMs: number;
  readonly knownAtMs: number;
};
export type NewsRefusal = {
  readonly newsId: string;
  /** PUBLISHED_LATER: it was not there yet. KNOWN_LATER: it was, but we had not learned it, or not this version. */
  readonly code: 'PUBLISHED_LATER' | 'KNOWN_LATER';
};

/** The known items, newest first, and the refused ones. Versions that a later known one replaces are in neither. */
export function newsKnownAt<T extends Dated>(
  items: readonly T[],
  asOfMs: number,
): { known: T[]; refused: NewsRefusal[] } {
  const latest = new Map<string, T>();
  const refused: NewsRefusal[] = [];
  for (const item of items) {
    if (item.publishedAtMs > asOfMs) refused.push({ newsId: item.newsId, code: 'PUBLISHED_LATER' });
    else if (item.knownAtMs > asOfMs) refused.push({ newsId: item.newsId, code: 'KNOWN_LATER' });
    else {
      const before = latest.get(item.storyId);
      if (before === undefined || item.knownAtMs > before.knownAtMs) latest.set(item.storyId, item);
    }
  }
  const known = [...latest.values()].sort((a, b) => b.publishedAtMs - a.publishedAtMs || compare(a.newsId, b.newsId));
  return { known, refused };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
