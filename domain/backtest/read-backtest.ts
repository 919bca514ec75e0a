/**
 * The input of a backtest by workflow, read as a whole: fields, texts and the session made of them, with all mistakes
 * at once, each under the input's own field name.
 */
import { type BacktestRunInput, backtestRunInputSchema } from '../../schemas/backtest-run.ts';
import type { IndicatorSeed } from '../../schemas/features.ts';
import { InvalidInput, type Problem } from '../../schemas/problem.ts';
import { parseRunInput } from '../../schemas/research-input.ts';
import { type ParsedSession, parseSessionInput } from '../../schemas/session-input.ts';
import type { ResearchFields } from '../engine/research-plan.ts';
import { NO_STRATEGY } from './asked-strategy.ts';
import { requestOf } from './backtest-request.ts';

export type ReadBacktest = {
  readonly session: ParsedSession;
  readonly engine: ResearchFields;
  readonly seedIndicators: IndicatorSeed;
  /** Tests of a walk-forward; null where none was asked for. */
  readonly walkForward: number | null;
};

type Run = { readonly prefix: string; readonly workflowId: string; readonly nowMs: number };

/** @throws InvalidInput with every problem of fields, texts and session, each once */
export function readBacktest(raw: unknown, run: Run): ReadBacktest {
  const problems: Problem[] = [];
  const input = noted(problems, () => parseRunInput(backtestRunInputSchema, raw, run)) ?? rightFields(raw);
  const { session, engine } = requestOf(input, problems);
  const found: Problem[] = [];
  const parsed = noted(found, () => parseSessionInput(session, SESSION, run.nowMs));
  const own = found.map((one) => inOwnWords(one, input));
  problems.push(...own.filter((one) => !problems.some(({ code, path }) => code === one.code && path === one.path)));
  if (parsed === undefined || problems.length > 0) throw new InvalidInput(problems);
  const { seedIndicators, walkForward = null } = input;
  return { session: parsed, engine, seedIndicators, walkForward };
}

/** A session must have an id; this one is never read. */
const SESSION = 'strategy-session:backtest';

function noted<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** Stand-ins that cause no further problem for fields that are left out or wrong themselves. */
const NOTHING_ASKED = { strategy: NO_STRATEGY, symbol: 'BTC/USDT', interval: '1h' };

/** The fields that are right by themselves, so that what else is wrong with them shows. */
function rightFields(raw: unknown): BacktestRunInput {
  const fields: Readonly<Record<string, { safeParse: (value: unknown) => { success: boolean } }>> =
    backtestRunInputSchema.shape;
  const right = Object.entries(raw ?? {}).filter(([name, value]) => fields[name]?.safeParse(value).success === true);
  return backtestRunInputSchema.parse({ ...NOTHING_ASKED, ...Object.fromEntries(right) });
}

/** A field of the session, the name it came under, and what to do where the session's own hint names other fields. */
const OWN_NAMES: readonly (readonly [RegExp, string, hint?: string])[] = [
  [/^strategy\.parameters/, 'params'],
  [/^symbols/, 'symbol'],
  [/^startingCash/, 'cash'],
  [/^barIntervalMs/, 'interval'],
  [/^market\.(from|to)/, '$1'],
  [/^market\.count/, 'synthetic'],
  [/^market\.file/, 'bars'],
  [/^leverage/, 'targetVolatility', 'set leverage above 1, or leave targetVolatility out'],
];

/** A problem of the session, under the name of the field that caused it. */
function inOwnWords(one: Problem, { symbol }: BacktestRunInput): Problem {
  const [from, to, hint = one.hint] = OWN_NAMES.find(([name]) => name.test(one.path)) ?? [/^/, ''];
  const renamed = one.path.replace(from, to);
  const path = typeof symbol === 'string' ? renamed.replace(/^symbol\[\d+\]/, 'symbol') : renamed;
  return { ...one, path, hint, message: one.message.replace(one.path, path) };
}
