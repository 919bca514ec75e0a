/**
 * Values of single flags of `npm run backtest`: each gives its value, or adds what is wrong to `problems`.
 */
import { parseInstant } from '../../../domain/market/parse-instant.ts';
import { checkSymbol } from '../../../domain/market/symbol.ts';
import { parseInterval } from '../../../schemas/interval.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { parameterProblems } from '../../../schemas/session-input.ts';
import { STRATEGY_TYPES, type StrategyType } from '../../../schemas/signals.ts';
import { MONEY_PATTERN } from '../../../schemas/strategy-session.ts';

export type Problems = Problem[];

const BASIS_POINTS = /^bps:(\d{1,4}(?:\.\d{1,6})?)$/;
const BASIS_POINTS_MAX = 1_000;

/** `bps:5` as 5. */
export function basisPoints(flag: string, text: string, problems: Problems): number {
  const value = Number(BASIS_POINTS.exec(text)?.[1] ?? Number.NaN);
  if (value <= BASIS_POINTS_MAX) return value;
  problems.push(problem('ARGUMENT_VALUE', flag, text, `bps:N, N from 0 to ${BASIS_POINTS_MAX}`));
  return 0;
}

/** A text in one of the forms that `read` knows; `fallback` beside a problem where it is none. */
export function inForm<T>(
  flag: string,
  text: string,
  read: (text: string) => T | null,
  forms: string,
  fallback: T,
  problems: Problems,
): T {
  const value = read(text);
  if (value === null) problems.push(problem('ARGUMENT_VALUE', flag, text, forms));
  return value ?? fallback;
}

/** A number within bounds; null when not given. */
export function numberWithin(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
  problems: Problems,
): number | null {
  if (text === undefined) return null;
  const value = /^-?\d{1,9}(?:\.\d{1,12})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  problems.push(problem('ARGUMENT_VALUE', flag, text, `a number from ${least} to ${most}`));
  return null;
}

/** Whether `--strategy` names a file. */
export const isStrategyFile = (text: string): boolean => /\.[cm]?[jt]s$/.test(text);

/** A built-in strategy by name. */
export function strategyType(text: string, problems: Problems): StrategyType | null {
  const found = STRATEGY_TYPES.find((one) => one === text);
  if (found !== undefined) return found;
  const near = nearestName(text, STRATEGY_TYPES);
  const hint = near === null ? 'or a file that ends in .ts or .js' : `did you mean ${near}?`;
  problems.push(problem('ARGUMENT_VALUE', '--strategy', text, `one of ${STRATEGY_TYPES.join(', ')}`, hint));
  return null;
}

/** `lookback=20,threshold=0.02` as an object, checked against the strategy's own parameters. */
export function strategyParameters(
  text: string,
  type: StrategyType | null,
  problems: Problems,
): Record<string, number | string> {
  const parameters: Record<string, number | string> = {};
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const [name = '', value, ...rest] = pair.split('=').map((part) => part.trim());
    if (name === '' || value === undefined || value === '' || rest.length > 0) {
      problems.push(problem('ARGUMENT_VALUE', '--params', pair, 'name=value, such as lookback=20,threshold=0.02'));
    } else if (Object.hasOwn(parameters, name)) {
      problems.push(problem('ARGUMENT_VALUE', '--params', pair, `${name} once`));
    } else parameters[name] = /^-?\d+(\.\d+)?([eE]-?\d+)?$/.test(value) ? Number(value) : value;
  }
  if (type !== null) problems.push(...parameterProblems(type, parameters, ['--params']));
  return parameters;
}

export function symbolList(text: string, problems: Problems): string[] {
  const symbols = text.split(',').map((one) => one.trim());
  for (const symbol of symbols) {
    const wrong = checkSymbol(symbol, '--symbol');
    if (wrong !== null) problems.push(wrong);
  }
  const twice = symbols.find((one, index) => symbols.indexOf(one) !== index);
  if (twice !== undefined) problems.push(problem('ARGUMENT_VALUE', '--symbol', twice, 'each symbol once'));
  return symbols;
}

export function intervalMsOf(text: string, problems: Problems): number {
  try {
    return parseInterval(text, '--interval');
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems);
    return 0;
  }
}

/** ISO text of an instant, a date alone being midnight UTC; undefined when not given. */
export function instantText(flag: string, text: string | undefined, problems: Problems): string | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text, { dateOnly: true });
  if (instant.ok) return new Date(instant.ms).toISOString();
  problems.push(problem('ARGUMENT_VALUE', flag, text, instant.expected, instant.hint));
  return undefined;
}

export function cashText(text: string, problems: Problems): string {
  if (!MONEY_PATTERN.test(text) || !(Number(text) > 0)) {
    problems.push(problem('ARGUMENT_VALUE', '--cash', text, 'an amount above 0 with at most two decimals'));
  }
  return text;
}

/** One of a few words; `hints` says why a word of the public page is not among them. */
export function oneOf<const W extends string>(
  flag: string,
  text: string,
  words: readonly W[],
  problems: Problems,
  hint = '',
): W | null {
  const found = words.find((word) => word === text);
  if (found === undefined) problems.push(problem('ARGUMENT_VALUE', flag, text, `one of ${words.join(', ')}`, hint));
  return found ?? null;
}
