/**
 * The one documented way from a model's text to its answer: the whole text, white space aside, is one JSON object, or
 * one fenced block (``` or ```json) with one JSON object. Nothing is searched for in prose and nothing is mended.
 * Codes: LLM_EMPTY, LLM_TOO_LARGE, LLM_TOO_DEEP, LLM_TRUNCATED, LLM_AMBIGUOUS, LLM_REFUSED,
 * LLM_NOT_JSON, LLM_DUPLICATE_KEY, LLM_NOT_A_NUMBER.
 */
import { REPLY_BYTES_MAX, REPLY_DEPTH_MAX } from '../../schemas/llm/model-call.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { scanJson } from './json-scan.ts';

export type Extracted =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const FENCE = '```';
const EXPECTED = 'one JSON object and nothing else';

/** White space, and format characters, which are not seen either. */
const UNSEEN = /[\s\p{Cf}]/u;

/** Sign by sign from both ends: a pattern that ends in `$` takes seconds over a long run of spaces. */
function seenPart(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && UNSEEN.test(text.charAt(from))) from += 1;
  while (to > from && UNSEEN.test(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

export function extractObject(text: string): Extracted {
  const bare = seenPart(text);
  if (bare === '') return refuse('LLM_EMPTY', text, EXPECTED);
  const body = (fencedPart(bare) ?? bare).trim();
  if (isTooLarge(text)) return tooLarge(text, body);
  if (body.startsWith('{') || body.startsWith('[')) return readObject(body);
  return objectsIn(body) > 1 ? ambiguous(body) : withoutObject(body);
}

/** What stands in the one fenced block that the whole text is; null where it is none. */
function fencedPart(bare: string): string | null {
  const begin = bare.indexOf('\n');
  const isFenced = bare.startsWith(FENCE) && bare.endsWith(FENCE) && begin > 0 && bare.length > begin + FENCE.length;
  if (!isFenced || !/^(?:json)?$/i.test(bare.slice(FENCE.length, begin).trim())) return null;
  const inside = bare.slice(begin + 1, -FENCE.length);
  return inside.includes(FENCE) ? null : inside;
}

const refuse = (code: string, got: unknown, expected: string, hint = ''): Extracted => ({
  ok: false,
  problems: [problem(code, '', got, expected, hint)],
});

/** UTF-8 never takes fewer bytes than UTF-16 takes units, and never more than three times as many. */
const isTooLarge = (text: string): boolean =>
  text.length > REPLY_BYTES_MAX ||
  (3 * text.length > REPLY_BYTES_MAX && new TextEncoder().encode(text).length > REPLY_BYTES_MAX);

function tooLarge(text: string, body: string): Extracted {
  const read = scanJson(body.slice(0, REPLY_BYTES_MAX), 0, REPLY_DEPTH_MAX);
  if (read.kind === 'tooDeep') return tooDeep();
  return refuse('LLM_TOO_LARGE', `${text.length} characters`, `at most ${REPLY_BYTES_MAX} bytes`);
}

const tooDeep = (): Extracted => refuse('LLM_TOO_DEEP', 'deeper nesting', `at most ${REPLY_DEPTH_MAX} levels`);
const ambiguous = (body: string): Extracted =>
  refuse('LLM_AMBIGUOUS', body, 'one JSON object', 'two of them may contradict each other');
const notJson = (body: string): Extracted => refuse('LLM_NOT_JSON', body, EXPECTED, 'no words before or after it');

function readObject(body: string): Extracted {
  const read = scanJson(body, 0, REPLY_DEPTH_MAX);
  if (read.kind === 'tooDeep') return tooDeep();
  if (read.kind === 'cut') return refuse('LLM_TRUNCATED', body.slice(-60), 'an answer that was written to its end');
  if (objectsIn(body) > 1) return ambiguous(body);
  if (read.kind === 'syntax') return syntaxProblem(body, read.at);
  if (body.slice(read.end).trim() !== '' || body.startsWith('[')) return notJson(body);
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  return parsed(body);
}

/** The scan and JSON.parse know the same language: what the one has read, the other does not refuse. */
function parsed(body: string): Extracted {
  try {
    const value: unknown = JSON.parse(body);
    return { ok: true, value };
  } catch {
    return notJson(body);
  }
}

function syntaxProblem(body: string, at: number): Extracted {
  return refuse('LLM_NOT_JSON', body.slice(at), `valid JSON at character ${at}`);
}

const TRIES_MAX = 200;

/**
 * How many whole objects stand in a text beside each other, one after the other; looks at a bounded number of places.
 */
function objectsIn(text: string): number {
  let count = 0;
  let from = text.indexOf('{');
  for (let tries = 0; from >= 0 && tries < TRIES_MAX && count < 2; tries += 1) {
    const read = scanJson(text, from, REPLY_DEPTH_MAX);
    if (read.kind === 'cut') break;
    if (read.kind === 'whole') count += 1;
    // What stands inside an object that went wrong is a part of it, not an object beside it.
    from = text.indexOf('{', read.kind === 'whole' ? read.end : Math.max(from + 1, read.at));
  }
  return count;
}

/** How models say that they will not. Only asked of a text that carries no object. */
const REFUSALS = [
  /\bI(?:['’]m| am) (?:sorry|unable|not able|not allowed|not in a position)\b/i,
  /\bI (?:can(?:['’]t|not| not)|could not|couldn['’]t|won['’]t|will not|must decline|have to decline|decline|refuse|apologi[sz]e)\b/i,
  /\bI (?:must|have to|need to|will have to)(?: \w+)? (?:decline|refuse)\b/i,
  /\bI(?:['’]d| would) (?:rather|prefer) not\b/i,
  /\bI (?:do not|don['’]t|am not|['’]m not)(?: \w+)? (?:feel )?comfortable\b/i,
  /\b(?:request|question)\b.{0,40}\b(?:can(?:not|['’]t)|can not|could not) be (?:fulfilled|completed|answered|processed|met)\b/i,
  /\b(?:sorry|apologies)\b[^.]*\b(?:can(?:['’]t|not)|unable|not able)\b/i,
  /\bas an? (?:AI|artificial intelligence|language model)\b/i,
  /\b(?:against|violates?) (?:my|our|the) (?:guidelines|policy|policies|instructions)\b/i,
  /\b(?:unable|not able) to (?:help|assist|comply|provide|answer|give)\b/i,
];
const REFUSAL_LOOKED_AT = 1_000;

function withoutObject(body: string): Extracted {
  if (objectsIn(body) > 0) return notJson(body);
  const opening = body.slice(0, REFUSAL_LOOKED_AT);
  const refused = REFUSALS.some((pattern) => pattern.test(opening));
  return refused ? refuse('LLM_REFUSED', body, 'an answer') : notJson(body);
}
