/**
 * The one shape of every refusal: what was found, what was expected, where, and how to mend it.
 * `got` is cut to 80 characters. A list of problems is always complete: all mistakes at once.
 */
import { z } from 'zod';
import { cutText } from './cut-text.ts';
import { marketHintOf } from './market-hints.ts';

export const problemSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  path: z.string(),
  got: z.string(),
  expected: z.string(),
  hint: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

const GOT_LENGTH_MAX = 80;

/** Prints any value for `got`: JSON where possible, cut to 80 characters. */
export function showGot(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? JSON.stringify(value) : printJson(value);
  return cutText(text, GOT_LENGTH_MAX, '…');
}

function printJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** Builds a problem; `message` is made from the parts when absent, the hint of market data from its code. */
export function problem(
  code: string,
  path: string,
  got: unknown,
  expected: string,
  hint = '',
  message = `${path === '' ? 'input' : path}: got ${showGot(got)}, expected ${expected}`,
): Problem {
  return { code, message, path, got: showGot(got), expected, hint: hint === '' ? marketHintOf(code) : hint };
}

/** One line per problem, for terminals and failure messages. */
export const describeProblems = (problems: readonly Problem[]): string =>
  problems.map((one) => `${one.code} ${one.message}${one.hint === '' ? '' : ` (${one.hint})`}`).join('\n');

/** Carries a complete list of problems through code that cannot go on. Scripts end with `exitCode`. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly problems: readonly Problem[];
  readonly exitCode: number;
  constructor(problems: readonly Problem[], exitCode = 2) {
    super(describeProblems(problems));
    this.problems = problems;
    this.exitCode = exitCode;
  }
}
