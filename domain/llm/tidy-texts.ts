/**
 * Makes the texts of an accepted answer fit to be kept: cut to the length the desk stores, without characters that
 * Postgres cannot store (NUL, half a surrogate pair). Everything else stays as it came; screens escape it.
 */
import { cutText } from '../../schemas/cut-text.ts';
import { pathText } from '../../schemas/path-text.ts';
import { storableText } from '../../schemas/storable-text.ts';

/** Characters of one text. */
export const ANSWER_TEXT_MAX = 4_000;
/** Where a text was cut. */
const CUT = ' […]';

type Tidied = { readonly value: unknown; readonly cut: readonly string[] };

export function tidyTexts(answer: unknown): Tidied {
  const cut: string[] = [];
  const value = tidy(answer, [], cut);
  return { value, cut };
}

function tidy(value: unknown, path: readonly PropertyKey[], cut: string[]): unknown {
  if (typeof value === 'string') return tidyText(value, path, cut);
  if (Array.isArray(value)) return value.map((one, index) => tidy(one, [...path, index], cut));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tidy(one, [...path, key], cut)]));
}

function tidyText(text: string, path: readonly PropertyKey[], cut: string[]): string {
  const storable = storableText(text.replaceAll('\0', ''));
  if (storable.length > ANSWER_TEXT_MAX) cut.push(pathText(path));
  return cutText(storable, ANSWER_TEXT_MAX, CUT);
}
