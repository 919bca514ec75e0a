/** One mistake that zod found, as a problem: what was expected, and a hint where the value tells what was meant. */
import type { z } from 'zod';
import { cutText } from './cut-text.ts';
import { nearestName } from './nearest-name.ts';
import { type Path, pathText } from './path-text.ts';
import { type Problem, problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

const KEY_LENGTH_MAX = 100;

export function unknownField(key: string, path: Path): Problem {
  const at = pathText([...path, cutText(key, KEY_LENGTH_MAX + 1, '…')]);
  return problem(
    'INPUT_UNKNOWN_FIELD',
    at,
    key,
    'a known field',
    'remove it or correct its name',
    `${at}: unknown field`,
  );
}

export function typeProblem(issue: Extract<Issue, { code: 'invalid_type' }>, path: Path): Problem {
  const at = pathText(path);
  if (issue.input === undefined) return problem('INPUT_REQUIRED', at, undefined, issue.expected, 'add this field');
  const name = String(path.at(-1) ?? '');
  if (name.endsWith('Ms'))
    return problem('INPUT_RANGE', at, issue.input, 'a whole number of milliseconds', unitHint(name));
  if (isMoney(name)) return problem('INPUT_MONEY', at, issue.input, MONEY_EXPECTED, quoteHint(issue.input));
  if (typeof issue.input === 'number' && (issue.expected === 'int' || issue.expected === 'number')) {
    return problem('INPUT_RANGE', at, issue.input, issue.expected === 'int' ? 'a whole number' : 'a finite number');
  }
  return problem('INPUT_TYPE', at, issue.input, issue.expected);
}

export function enumProblem(issue: Extract<Issue, { code: 'invalid_value' }>, path: Path): Problem {
  const at = pathText(path);
  const values = issue.values.map(String);
  const expected = `one of ${values.join(', ')}`;
  if (issue.input === undefined) return problem('INPUT_REQUIRED', at, undefined, expected, 'add this field');
  if (at === 'currency') return problem('INPUT_MONEY', at, issue.input, expected);
  const near = typeof issue.input === 'string' ? nearestName(issue.input, values) : null;
  return problem('INPUT_ENUM', at, issue.input, expected, near === null ? '' : `did you mean ${near}`);
}

export function boundProblem(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, path: Path): Problem {
  const at = pathText(path);
  const inclusive = issue.inclusive === false ? '' : 'or equal to ';
  const bound =
    issue.code === 'too_small' ? `above ${inclusive}${issue.minimum}` : `below ${inclusive}${issue.maximum}`;
  if (issue.origin === 'array') return problem('INPUT_ITEMS', at, countOf(issue.input), `a list with a count ${bound}`);
  if (issue.origin === 'string') return problem('INPUT_TYPE', at, issue.input, `text of a length ${bound}`);
  return problem(
    'INPUT_RANGE',
    at,
    issue.input,
    `a number ${bound}`,
    rangeHint(String(path.at(-1) ?? ''), issue.input),
  );
}

const countOf = (input: unknown): unknown => (Array.isArray(input) ? `${input.length} items` : input);

const unitHint = (name: string): string => (name.endsWith('Ms') ? 'one minute is 60000, one hour is 3600000' : '');

function rangeHint(name: string, input: unknown): string {
  if (typeof input !== 'number') return '';
  if (input < 0 && name.toLowerCase().includes('loss')) return `limits are positive: write ${-input}`;
  if (input > 1 && input <= 100 && /confidence|fraction/i.test(name))
    return `a fraction from 0 to 1: write ${input / 100}`;
  return unitHint(name);
}

const quoteHint = (input: unknown): string => (typeof input === 'number' ? `write "${input}"` : '');

const MONEY_EXPECTED = 'a decimal string above 0 with at most two decimals, such as "100000" or "2500.50"';
const isMoney = (name: string): boolean => /cash|capital/i.test(name);

export function formatProblem(path: Path, input: unknown): Problem {
  const at = pathText(path);
  const name = String(
    path.find((key) => typeof key === 'string' && /symbol|sessionId|accountId/i.test(key)) ?? path.at(-1) ?? '',
  );
  if (isMoney(name)) return problem('INPUT_MONEY', at, input, MONEY_EXPECTED);
  if (name === 'symbols') return problem('INPUT_ITEMS', at, input, 'a symbol such as BTC/USDT', upperHint(input));
  if (name === 'symbol') return problem('SYMBOL_INVALID', at, input, 'a symbol such as BTC/USDT', upperHint(input));
  if (name === 'strategy') return problem('INPUT_ID', at, input, 'a strategy id or the name of a built-in strategy');
  if (name === 'file') return problem('INPUT_TYPE', at, input, 'a path that ends in .csv or .csv.gz');
  if (/id$/i.test(name))
    return problem('INPUT_ID', at, input, 'small letters, digits and dashes, at most 64 characters');
  if (name === 'from' || name === 'to' || name === 'asOf') {
    return problem('INPUT_RANGE', at, input, 'an ISO-8601 instant with a zone, such as 2024-01-01T00:00:00Z');
  }
  return problem('INPUT_TYPE', at, input, 'a decimal string');
}

function upperHint(input: unknown): string {
  return typeof input === 'string' && input !== input.toUpperCase() ? `write ${input.toUpperCase()}` : '';
}
