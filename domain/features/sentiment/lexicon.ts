/** The lexicon as tables to look words up in: single words by role, phrases by their first word. Built once. */
import { PHRASES } from './lexicon-phrases.ts';
import * as words from './lexicon-words.ts';

/** What a word does: move (up or down, by itself or only of something), name a quantity, judge, turn or weaken. */
export type Role = {
  /** 1 up, -1 down, 0 no movement. */
  readonly move: -1 | 0 | 1;
  /** The movement means something without a quantity beside it. */
  readonly isClear: boolean;
  /** 1: more of it is good news, -1: bad news, 0: no quantity. */
  readonly quantity: -1 | 0 | 1;
  /** Points by itself. */
  readonly points: number;
};

type Phrase = { readonly words: readonly string[]; readonly points: number };

const NOTHING: Role = { move: 0, isClear: false, quantity: 0, points: 0 };
const roles = new Map<string, Role>();

const listed = (text: string): [word: string, strength: number][] =>
  text.split(/\s+/).map((word) => (word.endsWith('!') ? [word.slice(0, -1), 0.5] : [word, 1]));

function add(text: string, role: (strength: number) => Partial<Role>, isVerb = false): void {
  for (const [word, strength] of listed(text)) {
    for (const form of isVerb ? inflected(word) : [word]) {
      roles.set(form, { ...NOTHING, ...roles.get(form), ...role(strength) });
    }
  }
}

const isVowel = (sign: string | undefined): boolean => 'aeiou'.includes(sign ?? '-');

/** rise: rises, rised, rising; slip: slips, slipped, slipping. A form that does not exist does no harm. */
function inflected(base: string): string[] {
  if (base.endsWith('e')) return [base, `${base}s`, `${base}d`, `${base.slice(0, -1)}ing`];
  if (base.endsWith('y') && !isVowel(base.at(-2))) {
    return [base, `${base.slice(0, -1)}ies`, `${base.slice(0, -1)}ied`, `${base}ing`];
  }
  const doubles = /[^aeiou][aeiou][bdgmnpt]$/.test(base) && base.length <= 5 ? base + base.at(-1) : base;
  return [base, `${base}s`, `${base}es`, `${doubles}ed`, `${doubles}ing`];
}

add(words.GOOD_QUANTITIES, () => ({ quantity: 1 }));
add(words.BAD_QUANTITIES, (strength) => ({ quantity: -1, points: -0.3 * strength }));
add(words.GOOD_CLEAR, (strength) => ({ points: strength * 0.8 }));
add(words.BAD_CLEAR, (strength) => ({ points: strength * -0.8 }));
add(words.RISE_OF, () => ({ move: 1, isClear: false, points: 0 }), true);
add(words.FALL_OF, () => ({ move: -1, isClear: false, points: 0 }), true);
add(words.RISE_STRONG, () => ({ move: 1, isClear: true, points: 0 }), true);
add(words.FALL_STRONG, () => ({ move: -1, isClear: true, points: 0 }), true);
add(words.BEAT, () => ({ move: 1, isClear: true, points: 0 }));
add(words.MISS, () => ({ move: -1, isClear: true, points: 0 }));

const phrases = new Map<string, Phrase[]>();
for (const [points, list] of Object.entries(PHRASES)) {
  for (const phrase of list) {
    const parts = phrase.split(' ');
    const first = parts[0] ?? '';
    phrases.set(first, [...(phrases.get(first) ?? []), { words: parts, points: Number(points) }]);
  }
}
for (const list of phrases.values()) list.sort((a, b) => b.words.length - a.words.length);

export const roleOf = (word: string): Role => roles.get(word) ?? NOTHING;

/** The longest phrase that begins at word `at`. */
export const phraseAt = (texts: readonly string[], at: number): Phrase | undefined =>
  phrases.get(texts[at] ?? '')?.find(({ words: parts }) => parts.every((part, i) => part === texts[at + i]));

const setOf = (text: string): ReadonlySet<string> => new Set(listed(text).map(([word]) => word));
export const NEGATORS = setOf(words.NEGATORS);
export const REMOVERS = setOf(words.REMOVERS);
export const CONCESSIONS = setOf(words.CONCESSIONS);
export const REASONS = setOf(words.REASONS);
export const HEDGES = setOf(words.HEDGES);
export const RATINGS_GOOD: ReadonlySet<string> = new Set(words.RATINGS_GOOD);
export const RATINGS_BAD: ReadonlySet<string> = new Set(words.RATINGS_BAD);
export const RATINGS_FLAT: ReadonlySet<string> = new Set(words.RATINGS_FLAT);
export const STILL = setOf(words.STILL);
export const ADVICE_BUY = setOf(words.ADVICE_BUY);
export const ADVICE_SELL = setOf(words.ADVICE_SELL);

/** How many words and phrases it knows, inflected forms not counted apart. */
export const LEXICON_SIZE =
  Object.values(words).reduce((sum, list) => sum + (typeof list === 'string' ? listed(list) : list).length, 0) +
  Object.values(PHRASES).flat().length;
