/**
 * Turns what a schema found wrong in a configuration file into problems a person can act on.
 * Limits are positive magnitudes: a negative one is told with the value to write instead.
 */
import type { z } from 'zod';
import { nearestName } from '../schemas/nearest-name.ts';
import { type Problem, problem } from '../schemas/problem.ts';

type Issue = z.core.$ZodIssue;

/** One problem per issue; a key that is missing because it was mistyped is told once, as the unknown key. */
export function configProblems(issues: readonly Issue[], schema: z.ZodType): Problem[] {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue, schema) : []));
  const mistyped = new Set(unknown.map((one) => one.meant));
  const others = issues.filter((issue) => issue.code !== 'unrecognized_keys').map(problemOf);
  return [
    ...unknown.map((one) => one.problem),
    ...others.filter((one) => !(one.code === 'CONFIG_REQUIRED' && mistyped.has(one.path))),
  ];
}

const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.');

type UnknownKey = { readonly problem: Problem; readonly meant: string | null };

function unknownKeys(issue: Extract<Issue, { code: 'unrecognized_keys' }>, schema: z.ZodType): UnknownKey[] {
  const here = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const near = nearestName(key, here) ?? nearestName(key, allKeys(schema));
    const hint = near === null ? 'remove it' : `did you mean ${near}`;
    const expected = `one of ${here.join(', ')}`;
    return {
      problem: problem('CONFIG_UNKNOWN_KEY', pathText([...issue.path, key]), key, expected, hint),
      meant: near === null ? null : pathText([...issue.path, near]),
    };
  });
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  if ('shape' in schema && typeof schema.shape === 'object' && schema.shape !== null) return { ...schema.shape };
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? shapeOf(schema.unwrap()) : {};
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(shapeOf(schema));
  if (typeof first === 'number') return keysAt(schema, rest);
  const inner = shapeOf(schema)[String(first)];
  return inner === undefined ? [] : keysAt(inner, rest);
}

const allKeys = (schema: z.ZodType): string[] =>
  Object.entries(shapeOf(schema)).flatMap(([key, inner]) => [key, ...allKeys(inner)]);

function problemOf(issue: Issue): Problem {
  const path = pathText(issue.path);
  const { input } = issue;
  if (input === undefined) return problem('CONFIG_REQUIRED', path, input, 'a value', 'add this key');
  if (typeof input === 'number' && !Number.isFinite(input)) {
    return problem('CONFIG_LIMIT_RANGE', path, input, 'a finite number');
  }
  if (typeof input === 'number' && input < 0) {
    return problem('CONFIG_SIGN', path, input, 'a positive number', `limits are positive: write ${-input}`);
  }
  switch (issue.code) {
    case 'too_small':
      return outOfRange(path, input, bound('above', issue.minimum, issue.inclusive));
    case 'too_big':
      return outOfRange(path, input, bound('below', issue.maximum, issue.inclusive));
    case 'invalid_value':
      return enumProblem(path, input, issue.values.map(String));
    case 'invalid_type':
      return problem('CONFIG_TYPE', path, input, expectedType(issue.expected), unquoteHint(input));
    default:
      return problem('CONFIG_TYPE', path, input, issue.message);
  }
}

const outOfRange = (path: string, input: unknown, expected: string): Problem =>
  problem('CONFIG_LIMIT_RANGE', path, input, expected, fractionHint(path, input));

const bound = (word: string, limit: number | bigint, inclusive: boolean | undefined): string =>
  `a number ${word} ${inclusive === false ? '' : 'or equal to '}${limit}`;

const expectedType = (expected: string): string => (expected === 'int' ? 'a whole number' : `a ${expected}`);

const unquoteHint = (input: unknown): string =>
  typeof input === 'string' && input.trim() !== '' && Number.isFinite(Number(input))
    ? `write ${Number(input)}, without quotes`
    : '';

function fractionHint(path: string, input: unknown): string {
  const isFraction = /fraction|concentration|correlation|exposure|confidence/i.test(path.split('.').at(-1) ?? '');
  if (!isFraction || typeof input !== 'number' || !(input > 1 && input <= 100)) return '';
  return `a fraction, not percent: write ${input / 100}`;
}

function enumProblem(path: string, input: unknown, values: readonly string[]): Problem {
  const near = typeof input === 'string' ? nearestName(input, values) : null;
  return problem(
    'CONFIG_ENUM',
    path,
    input,
    `one of ${values.join(', ')}`,
    near === null ? '' : `did you mean ${near}`,
  );
}
