/**
 * What is wrong with a model's answer against its contract, as problems of the desk's one shape: all at once, the one
 * that says most first. Nothing is coerced, rescaled or clamped.
 * Codes: LLM_UNKNOWN_FIELD, LLM_MISSING_FIELD, LLM_NOT_A_NUMBER, LLM_TYPE, LLM_ENUM, LLM_RANGE, LLM_SYMBOL_NOT_ALLOWED,
 * GATE_SIZE.
 */
import { z } from 'zod';
import { cutText } from '../cut-text.ts';
import { nearestName } from '../nearest-name.ts';
import { pathText } from '../path-text.ts';
import { type Problem, problem } from '../problem.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The answer, if it is exactly what the contract asks for. */
export function checkContract<S extends z.ZodObject>(schema: S, raw: unknown): Checked<z.output<S>> {
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  const known = fieldNames(schema);
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, known));
  return { ok: false, problems: worstFirst(withoutEchoes(problems)) };
}

const ORDER = ['LLM_UNKNOWN_FIELD', 'LLM_MISSING_FIELD', 'LLM_SYMBOL_NOT_ALLOWED', 'LLM_ENUM', 'LLM_NOT_A_NUMBER'];
const rank = ({ code }: Problem): number => (ORDER.includes(code) ? ORDER.indexOf(code) : ORDER.length);

const worstFirst = (problems: readonly Problem[]): Problem[] => [...problems].sort((a, b) => rank(a) - rank(b));

/** A field under a wrong name is that one mistake, not a missing field beside an unknown one. */
function withoutEchoes(problems: readonly Problem[]): Problem[] {
  const meant = new Set(problems.filter(({ code }) => code === 'LLM_UNKNOWN_FIELD').map(({ hint }) => hint));
  return problems.filter(
    ({ code, path }) => code !== 'LLM_MISSING_FIELD' || !meant.has(renameHint(path.split('.').at(-1) ?? '')),
  );
}

function problemsOf(issue: Issue, known: readonly string[]): Problem[] {
  const at = pathText(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField([...issue.path, key], known));
    case 'invalid_type':
      return [typeProblem(issue, at)];
    case 'invalid_value':
      return [enumProblem(issue, at)];
    case 'too_small':
    case 'too_big':
      return [boundProblem(issue, at)];
    case 'invalid_format':
      return [problem('LLM_SYMBOL_NOT_ALLOWED', at, issue.input, 'one of the symbols that were shown')];
    default:
      return [problem('LLM_TYPE', at, issue.input, issue.message)];
  }
}

/** Names that models like to use for fields of ours. */
const ALIASES: Readonly<Record<string, string>> = {
  decision: 'action',
  signal: 'action',
  reasoning: 'rationale',
  reason: 'rationale',
  explanation: 'rationale',
  risks: 'keyRisks',
  ticker: 'symbol',
  stop_loss: 'stopLossPrice',
  take_profit: 'takeProfitPrice',
  position_size: 'sizeFraction',
  position_size_suggestion: 'sizeFraction',
};

const KEY_LENGTH_MAX = 100;
const renameHint = (name: string): string => `the field is called ${name}`;

/** @param path the key last; also used for keys that no object may have, such as __proto__ */
export function unknownField(path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  const at = pathText([...path.slice(0, -1), cutText(key, KEY_LENGTH_MAX)]);
  const alias = ALIASES[key.toLowerCase()] ?? '';
  const meant = Object.hasOwn(ALIASES, key.toLowerCase()) && known.includes(alias) ? alias : nearestName(key, known);
  const hint = meant === null || meant === key ? 'leave it out' : renameHint(meant);
  return problem('LLM_UNKNOWN_FIELD', at, key, 'a field of the contract', hint, `${at}: unknown field`);
}

const isProbability = (at: string): boolean => /confidence|probabilit/i.test(at);
const isSize = (at: string): boolean => /(size|position)Fraction$/i.test(at);

function typeProblem(issue: Extract<Issue, { code: 'invalid_type' }>, at: string): Problem {
  const numeric = issue.expected === 'number' || issue.expected === 'int';
  const expected = numeric ? 'a number' : `a value of type ${issue.expected}`;
  if (issue.input === undefined) return missing(at, expected);
  if (!numeric) return problem('LLM_TYPE', at, issue.input, expected);
  if (isProbability(at)) return problem('LLM_RANGE', at, issue.input, UNIT_INTERVAL);
  return problem('LLM_NOT_A_NUMBER', at, issue.input, issue.expected === 'int' ? 'a whole number' : expected);
}

const missing = (at: string, expected: string): Problem =>
  problem('LLM_MISSING_FIELD', at, undefined, expected, 'every field must be there; null where nothing is to be said');

function enumProblem(issue: Extract<Issue, { code: 'invalid_value' }>, at: string): Problem {
  const expected = `one of ${issue.values.map(String).join(', ')}`;
  return issue.input === undefined ? missing(at, expected) : problem('LLM_ENUM', at, issue.input, expected);
}

const UNIT_INTERVAL = 'a number from 0 to 1';

function boundProblem(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, at: string): Problem {
  const small = issue.code === 'too_small';
  const limit = String(small ? issue.minimum : issue.maximum);
  const expected = `${small ? 'at least' : 'at most'} ${limit}${issue.origin === 'array' ? ' items' : ''}`;
  if (issue.origin === 'array')
    return problem('LLM_RANGE', at, `a list that is ${small ? 'shorter' : 'longer'}`, expected);
  if (isProbability(at)) return problem('LLM_RANGE', at, issue.input, UNIT_INTERVAL, 'a fraction, never percent');
  return problem(isSize(at) ? 'GATE_SIZE' : 'LLM_RANGE', at, issue.input, expected);
}

/** Every field name of a contract, those of the objects inside it included. */
export function fieldNames(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodNullable) return fieldNames(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return fieldNames(schema.element as z.ZodType);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, inner]) => [name, ...fieldNames(inner as z.ZodType)]);
}
