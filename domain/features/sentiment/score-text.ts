/**
 * The sentiment of one text by lexicon and grammar: movements and what moves ("cuts costs"
 * against "cuts guidance"), fixed expressions, judging words, negation, concessions, surprises and
 * comparisons of two amounts. Pure, no learning, no network.
 */
import { comparisonPoints } from './comparisons.ts';
import {
  ADVICE_BUY,
  ADVICE_SELL,
  CONCESSIONS,
  HEDGES,
  NEGATORS,
  phraseAt,
  REASONS,
  REMOVERS,
  roleOf,
  STILL,
} from './lexicon.ts';
import { ratingPoints } from './rating-points.ts';
import { surprisesIn } from './surprises.ts';
import { type Token, tokensOf } from './tokens.ts';

export type SentimentLabel = 'positive' | 'neutral' | 'negative';
export type TextSentiment = {
  readonly label: SentimentLabel;
  /** -1 to 1: points / (points + 1), so one clear statement gives 0.5. */
  readonly score: number;
};

type Hit = { readonly at: number; readonly points: number };

/** Points from which a text takes a side; chosen on SEntFiN headlines (0.3 to 0.6 tried). */
const SIDE_POINTS = 0.3;
const REACH_BACK = 5;
const REACH_FORTH = 4;
const NEGATION_REACH = 3;
const CONCESSION_WEIGHT = 0.2;
const REASON_WEIGHT = 0.6;
const QUESTION_WEIGHT = 0.5;
const HEDGE_WEIGHT = 0.7;
const STILL_WEIGHT = 0.6;
const ADVICE_POINTS = 0.9;
const BARE_MOVE_POINTS = 0.9;
const EXTREMES = new Set(['low', 'lows', 'high', 'highs', 'lowest', 'highest']);
const PREPOSITIONS = new Set(['in', 'on', 'to', 'by', 'from', 'as', 'after', 'at', 'for', 'with', 'of', '#']);

export function scoreText(text: string): TextSentiment {
  const tokens = tokensOf(text);
  const points = pointsOf(tokens) * (/\?\s*$/.test(text.trim()) ? QUESTION_WEIGHT : 1);
  const score = points / (Math.abs(points) + 1);
  const label = Math.abs(points) < SIDE_POINTS ? 'neutral' : points > 0 ? 'positive' : 'negative';
  return { label, score };
}

function pointsOf(tokens: readonly Token[]): number {
  const hits = hitsOf(tokens);
  const weights = weightsOf(tokens);
  const has = (words: ReadonlySet<string>): boolean => tokens.some(({ text }) => words.has(text));
  const hedge = (has(HEDGES) ? HEDGE_WEIGHT : 1) * (has(STILL) ? STILL_WEIGHT : 1);
  const said = hits.reduce((sum, { at, points }) => sum + points * (weights[at] ?? 1) * negation(tokens, at), 0);
  return said * hedge + comparisonPoints(tokens);
}

function hitsOf(tokens: readonly Token[]): Hit[] {
  const texts = tokens.map(({ text }) => text);
  const surprises = surprisesIn(tokens);
  const taken = new Set<number>(surprises.flatMap(({ used }) => used));
  const hits: Hit[] = [...surprises];
  for (let at = 0; at < texts.length; at += 1) {
    const phrase = taken.has(at) ? undefined : phraseAt(texts, at);
    if (phrase === undefined) continue;
    for (let i = 0; i < phrase.words.length; i += 1) taken.add(at + i);
    hits.push({ at, points: phrase.points * extremeSign(tokens, at, phrase.words) });
    at += phrase.words.length - 1;
  }
  const moves = tokens.flatMap((_, at) => (taken.has(at) ? [] : moveHit(tokens, at, taken)));
  const judged = tokens.flatMap((_, at) => (taken.has(at) ? [] : judgedHit(tokens, at)));
  return [...hits, ...moves, ...judged, ...adviceHits(tokens), ...ratingHits(tokens)];
}

/** A low of what is better low is good news: "unemployment at a ten-year low". */
function extremeSign(tokens: readonly Token[], at: number, words: readonly string[]): number {
  if (!EXTREMES.has(words.at(-1) ?? '')) return 1;
  for (let i = at - 1; i >= Math.max(0, at - REACH_BACK); i -= 1) {
    if (tokens[i]?.clause !== tokens[at]?.clause) return 1;
    if (roleOf(tokens[i]?.text ?? '').quantity < 0) return -1;
  }
  return 1;
}

/** What is bad is good when it is avoided; the avoiding says nothing by itself then. */
function judgedHit(tokens: readonly Token[], at: number): Hit[] {
  const isBad = (i: number): boolean => roleOf(tokens[i]?.text ?? '').points < 0;
  const inClause = (i: number): boolean => tokens[i]?.clause === tokens[at]?.clause;
  const isRemover = (i: number): boolean => REMOVERS.has(tokens[i]?.text ?? '');
  const reach = Array.from({ length: NEGATION_REACH }, (_, n) => n + 1);
  const { points } = roleOf(tokens[at]?.text ?? '');
  if (points === 0 || (isRemover(at) && reach.some((n) => inClause(at + n) && isBad(at + n)))) return [];
  const isRemoved = points < 0 && reach.some((n) => inClause(at - n) && isRemover(at - n));
  return [{ at, points: isRemoved ? -points : points }];
}

/** "Sell Titan with a target of 380": advice is the first word of a clause. */
function adviceHits(tokens: readonly Token[]): Hit[] {
  return tokens.flatMap(({ text, clause }, at) => {
    if (clause === tokens[at - 1]?.clause) return [];
    return ADVICE_BUY.has(text)
      ? [{ at, points: ADVICE_POINTS }]
      : ADVICE_SELL.has(text)
        ? [{ at, points: -ADVICE_POINTS }]
        : [];
  });
}

const ratingHits = (tokens: readonly Token[]): Hit[] =>
  tokens.flatMap((_, at) => {
    const points = ratingPoints(tokens, at);
    return points === null ? [] : [{ at, points }];
  });

/** A movement with its quantity; where it has none, only a clear movement or one by a percentage says something. */
function moveHit(tokens: readonly Token[], at: number, taken: Set<number>): Hit[] {
  const { move, isClear } = roleOf(tokens[at]?.text ?? '');
  if (move === 0) return [];
  const found = quantityNear(tokens, at, taken);
  if (found === null) {
    const isMeasured = tokens[at + 1]?.amount != null || tokens[at + 2]?.isPercent === true;
    return isClear || isMeasured ? [{ at, points: move * BARE_MOVE_POINTS }] : [];
  }
  const { quantity } = roleOf(tokens[found]?.text ?? '');
  if (quantity < 0) taken.add(found);
  return [{ at, points: move * quantity }];
}

/**
 * The quantity that moves. "cuts costs" and "fall in sales" have it behind the movement, "sales fall" before it; a verb
 * that needs an object looks forward first, up to the next preposition.
 */
function quantityNear(tokens: readonly Token[], at: number, taken: ReadonlySet<number>): number | null {
  const isQuantity = (i: number): boolean =>
    !taken.has(i) && tokens[i]?.clause === tokens[at]?.clause && roleOf(tokens[i]?.text ?? '').quantity !== 0;
  const isNoun = ['in', 'of'].includes(tokens[at + 1]?.text ?? '');
  const { isClear } = roleOf(tokens[at]?.text ?? '');
  const forth = (from: number): number | null => {
    for (let i = from; i <= from + REACH_FORTH; i += 1) {
      if (isQuantity(i)) return i;
      if (PREPOSITIONS.has(tokens[i]?.text ?? '')) return null;
    }
    return null;
  };
  const ahead = isNoun ? forth(at + 2) : isClear ? null : forth(at + 1);
  if (ahead !== null) return ahead;
  for (let i = at - 1; i >= Math.max(0, at - REACH_BACK); i -= 1) if (isQuantity(i)) return i;
  return forth(at + 1);
}

/** -1 where a negator stands shortly before in the clause. */
function negation(tokens: readonly Token[], at: number): number {
  for (let i = at - 1; i >= Math.max(0, at - NEGATION_REACH); i -= 1) {
    if (tokens[i]?.clause !== tokens[at]?.clause) return 1;
    if (NEGATORS.has(tokens[i]?.text ?? '')) return -0.7;
  }
  return 1;
}

/** What stands behind "despite" or "after" in its clause weighs less than the statement itself. */
function weightsOf(tokens: readonly Token[]): number[] {
  let weight = 1;
  return tokens.map(({ text, clause }, i) => {
    if (clause !== tokens[i - 1]?.clause) weight = 1;
    if (CONCESSIONS.has(text)) weight = CONCESSION_WEIGHT;
    else if (REASONS.has(text)) weight = Math.min(weight, REASON_WEIGHT);
    return weight;
  });
}
