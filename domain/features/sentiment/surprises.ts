/**
 * What comes otherwise than it was thought: "profit falls less than expected" is good news, "profit rises less than
 * expected" is bad. Less of a bad movement is good, more of it is bad, and so for the size of a quantity by itself.
 */
import { roleOf } from './lexicon.ts';
import type { Token } from './tokens.ts';

type Surprise = {
  /** The word that compares. */
  readonly at: number;
  readonly points: number;
  /** Words that have had their say in it. */
  readonly used: readonly number[];
};

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const MORE = wordsOf('more faster quicker bigger larger greater higher wider steeper deeper hotter');
const LESS = wordsOf('less slower smaller lower narrower shallower fewer milder cooler');
const THOUGHT = wordsOf(
  'expected expectations feared fears forecast forecasts forecasted anticipated estimated estimates predicted ' +
    'thought consensus',
);

const POINTS = 1.2;
const THOUGHT_REACH = 4;
const SUBJECT_REACH = 8;
const OBJECT_REACH = 4;

export const surprisesIn = (tokens: readonly Token[]): Surprise[] =>
  tokens.flatMap(({ text }, than) => (text === 'than' ? (surpriseAt(tokens, than) ?? []) : []));

function surpriseAt(tokens: readonly Token[], than: number): Surprise | null {
  const at = than - 1;
  const word = tokens[at]?.text ?? '';
  const more = MORE.has(word) ? 1 : LESS.has(word) ? -1 : 0;
  const thought = near(tokens, than, THOUGHT_REACH, ({ text }) => THOUGHT.has(text));
  if (more === 0 || thought === null) return null;
  const subject = subjectOf(tokens, at, thought);
  if (subject === null) return more < 0 ? { at, points: -POINTS, used: [at] } : null;
  const between = Array.from({ length: thought - at + 1 }, (_, i) => at + i);
  return { at, points: POINTS * more * subject.sign, used: [...between, ...subject.used] };
}

type Subject = { readonly sign: number; readonly used: readonly number[] };

/** What is compared: a movement of a quantity before it, else a quantity before or behind it. */
function subjectOf(tokens: readonly Token[], at: number, thought: number): Subject | null {
  const isQuantity = ({ text }: Token): boolean => roleOf(text).quantity !== 0;
  const move = near(tokens, at, -SUBJECT_REACH, ({ text }) => roleOf(text).move !== 0);
  const before = near(tokens, at, -SUBJECT_REACH, isQuantity);
  const quantity = before ?? near(tokens, thought, OBJECT_REACH, isQuantity);
  const used = [move, quantity].filter((one) => one !== null);
  if (used.length === 0) return null;
  const role = (place: number | null) => roleOf(tokens[place ?? -1]?.text ?? '');
  return { sign: (role(move).move || 1) * (role(quantity).quantity || 1), used };
}

/** The next word of the clause for which `test` holds; null where none is in reach. */
function near(tokens: readonly Token[], from: number, reach: number, test: (token: Token) => boolean): number | null {
  const step = Math.sign(reach);
  for (let i = from + step; i !== from + reach + step; i += step) {
    const token = tokens[i];
    if (token === undefined || token.clause !== tokens[from]?.clause) return null;
    if (test(token)) return i;
  }
  return null;
}
