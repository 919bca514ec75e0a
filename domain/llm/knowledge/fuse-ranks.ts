/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): each list gives
 * 1 / (60 + rank) to what it names, rank from 1.
 * Only ranks count, so lists of different scales can be joined.
 */
const RANK_OFFSET = 60;

/** Ids with their scores, the best first; equal scores by id. */
export function fuseRanks(lists: readonly (readonly string[])[]): { readonly id: string; readonly score: number }[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    list.forEach((id, index) => {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (RANK_OFFSET + index + 1));
    });
  }
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
