/**
 * Words of analysts: "cuts Acme to Hold" is bad whatever Hold means, "starts Acme at Buy" is what the rating is. The
 * rating stands behind `to` or `at`, the verb some words before.
 */
import { RATINGS_BAD, RATINGS_FLAT, RATINGS_GOOD, roleOf } from './lexicon.ts';
import type { Token } from './tokens.ts';

const VERB_REACH = 6;
const MOVE_POINTS = 1;
const COVERAGE_POINTS = 0.8;
const COVERAGE = /^(?:initiat|start|reiterat|resum|assum|maintain|keep|rate)/;

/** The points of a rating that begins behind word `at`, null where there is none. */
export function ratingPoints(tokens: readonly Token[], at: number): number | null {
  const link = tokens[at]?.text;
  if (link !== 'to' && link !== 'at') return null;
  const rating = ratingBehind(tokens, at);
  if (rating === null) return null;
  for (let i = at - 1; i >= Math.max(0, at - VERB_REACH); i -= 1) {
    const text = tokens[i]?.text ?? '';
    const { move } = roleOf(text);
    if (link === 'to' && move !== 0) return move * MOVE_POINTS;
    if (COVERAGE.test(text)) return rating * COVERAGE_POINTS;
  }
  return null;
}

function ratingBehind(tokens: readonly Token[], at: number): -1 | 0 | 1 | null {
  const one = tokens[at + 1]?.text ?? '';
  const two = `${one} ${tokens[at + 2]?.text ?? ''}`;
  const isIn = (names: ReadonlySet<string>): boolean => names.has(two) || names.has(one);
  if (isIn(RATINGS_GOOD)) return 1;
  if (isIn(RATINGS_BAD)) return -1;
  return isIn(RATINGS_FLAT) ? 0 : null;
}
