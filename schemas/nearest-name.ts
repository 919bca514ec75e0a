/** Finds what a mistyped name was meant to be, for hints. Pure. */

/**
 * The known name closest by edit distance, or null when none is near
 * enough to be meant: at most a third of the letters.
 * Case is ignored, and so is the order of the words: `maxPostions` finds `positionsMax`.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wanted = name.slice(0, LENGTH_MAX);
  let best: { one: string; distance: number } | null = null;
  for (const one of known) {
    const distance = nameDistance(wanted, one);
    if (best === null || distance < best.distance) best = { one, distance };
  }
  return best !== null && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.one : null;
}

const LENGTH_MAX = 100;

function nameDistance(a: string, b: string): number {
  const plain = editDistance(a.toLowerCase(), b.toLowerCase());
  return Math.min(plain, editDistance(sortedWords(a), sortedWords(b)));
}

/** The words of camelCase, snake_case and kebab-case names, sorted: `positionsMax` is `max positions`. */
function sortedWords(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_-]+/);
  return words.sort().join(' ');
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
