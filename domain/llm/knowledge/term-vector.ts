/**
 * A text as a vector of hashed terms: each word and pair of words falls into one of 256 places by its hash
 * (FNV-1a), with the weight 1 + ln(count); length 1. Offline and deterministic. Rare terms count more at
 * the time of asking: the question's vector is weighted by idf² = (1 + ln(N / n))², n of N documents having
 * the place, so the dot product is that of TF-IDF.
 */

export const VECTOR_SIZE = 256;
const WORDS_MAX = 20_000;
const STOP_WORDS = new Set(
  (
    'a an the of to in on at by for from with and or not no is are was were be been it its this that these those as if ' +
    'then than so but can may will would should what which who when where why how do does did has have had i you we ' +
    'they he she my your our their there into over under after before more most less least about between during while ' +
    'also such only each other any all'
  ).split(' '),
);

/** Words without endings that only bend them. */
export function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z][a-z0-9]+|\d{2,}/g) ?? [];
  return words
    .slice(0, WORDS_MAX)
    .filter((word) => !STOP_WORDS.has(word))
    .map(stem);
}

const stem = (word: string): string => (word.length <= 4 ? word : word.replace(/(?:ations?|ings?|ies|ed|es|s)$/, ''));

export function termVector(text: string): number[] {
  const counts = new Map<number, number>();
  const terms = termsOf(text);
  terms.forEach((term, i) => {
    const next = terms[i + 1];
    for (const one of next === undefined ? [term] : [term, `${term} ${next}`]) {
      const place = hash(one) % VECTOR_SIZE;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
  });
  const weights = Array.from({ length: VECTOR_SIZE }, (_, i) => {
    const count = counts.get(i) ?? 0;
    return count === 0 ? 0 : 1 + Math.log(count);
  });
  return unit(weights);
}

/** @param documentCounts how many of `documentCount` documents have each place */
export function questionVector(question: string, documentCounts: readonly number[], documentCount: number): number[] {
  const weighted = termVector(question).map((weight, i) => {
    const count = documentCounts[i] ?? 0;
    return count === 0 ? 0 : weight * (1 + Math.log(documentCount / count)) ** 2;
  });
  return unit(weighted);
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

function unit(values: readonly number[]): number[] {
  const length = Math.sqrt(dot(values, values));
  return length === 0 ? [...values] : values.map((value) => value / length);
}

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // FNV's low bits mix late: fold the upper half in.
  return (state ^ (state >>> 16)) >>> 0;
}
