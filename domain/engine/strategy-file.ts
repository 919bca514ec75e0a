/**
 * A strategy that somebody wrote as a module: data and pure functions. It decides at the close of bar i and may look at
 * bars up to i only, which nothing here can enforce: `look-ahead.ts` finds those that do not.
 */
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { type Kernels, kernels } from '../features/kernels.ts';
import type { BarSeries } from '../market/bar-series.ts';
import type { EngineMarket } from './market.ts';
import type { HeldView, Voice, Wish } from './signals.ts';

export type FileParameters = Readonly<Record<string, number | string>>;
type FileColumns = Readonly<Record<string, ArrayLike<number>>>;

export type FileDecision = {
  readonly action: 'buy' | 'sell' | 'hold' | 'close';
  readonly sizeFraction?: number;
  readonly stopPrice?: number;
  readonly targetPrice?: number;
  readonly reason?: string;
};

export type FileContext = {
  readonly i: number;
  readonly bars: BarSeries;
  readonly columns: FileColumns;
  readonly position: HeldView;
  readonly p: FileParameters;
};

/** The default export of a strategy file. */
export type StrategyFile = {
  readonly name: string;
  readonly parameters?: FileParameters;
  readonly warmupBars?: (p: FileParameters) => number;
  readonly prepare?: (bars: BarSeries, p: FileParameters, ta: Kernels) => FileColumns;
  readonly decide: (context: FileContext) => FileDecision | null | undefined;
};

/** What a module exports, checked. @throws InvalidInput STRATEGY_FILE_INVALID with every mistake */
export function strategyFileOf(exported: unknown, path: string): StrategyFile {
  const given: Record<string, unknown> = typeof exported === 'object' && exported !== null ? { ...exported } : {};
  const problems: Problem[] = [];
  const check = (field: string, isRight: boolean, expected: string): void => {
    if (!isRight) problems.push(problem('STRATEGY_FILE_INVALID', `${path}:${field}`, typeof given[field], expected));
  };
  const absent = (field: string): boolean => given[field] === undefined;
  check('name', typeof given.name === 'string' && given.name !== '', 'a name');
  check('decide', typeof given.decide === 'function', 'a function decide({ i, bars, columns, position, p })');
  check('prepare', absent('prepare') || typeof given.prepare === 'function', 'a function prepare(bars, p, ta)');
  check('warmupBars', absent('warmupBars') || typeof given.warmupBars === 'function', 'a function warmupBars(p)');
  const { parameters } = given;
  check('parameters', absent('parameters') || (typeof parameters === 'object' && parameters !== null), 'an object');
  if (problems.length > 0) throw new InvalidInput(problems);
  return given as StrategyFile;
}

/** Defaults overridden by what was given. @throws InvalidInput for names that the file does not know */
export function fileParameters(file: StrategyFile, given: FileParameters): FileParameters {
  const known = Object.keys(file.parameters ?? {});
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return { ...file.parameters, ...given };
  const expected = known.length === 0 ? 'no parameters' : `one of ${known.join(', ')}`;
  throw new InvalidInput(
    unknown.map((name) => problem('INPUT_UNKNOWN_FIELD', `--params.${name}`, given[name], expected)),
  );
}

/** The file's voice over one symbol's bars: columns once, then a decision a bar. */
export function fileVoice(file: StrategyFile, { bars, seed }: EngineMarket, p: FileParameters): Voice {
  const columns = asked('prepare', () => file.prepare?.(bars, p, kernels(seed))) ?? {};
  const short = Object.entries(columns).find(([, one]) => ArrayBuffer.isView(one) && one.length !== bars.close.length);
  if (short !== undefined) {
    const got = `${short[1].length} values`;
    throw new InvalidInput([
      problem('STRATEGY_FILE_INVALID', `columns.${short[0]}`, got, `${bars.close.length} values`),
    ]);
  }
  const warmup = asked('warmupBars', () => file.warmupBars?.(p)) ?? 0;
  const context = { i: 0, bars, columns, position: FLAT, p };
  const decide = () => file.decide(context);
  return {
    kind: 'asked',
    firstBar: Number.isFinite(warmup) ? Math.max(0, Math.ceil(warmup) - 1) : 0,
    ask: (i, held) => {
      context.i = i;
      context.position = held;
      return wishOf(asked('decide', decide, i), held, i);
    },
  };
}

/** What a file throws is a mistake of the file, not of the desk. @throws InvalidInput STRATEGY_FILE_INVALID */
function asked<T>(name: string, ask: () => T, i?: number): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    const got = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const place = i === undefined ? name : `${name}[${i}]`;
    throw new InvalidInput([problem('STRATEGY_FILE_INVALID', place, got, 'an answer')]);
  }
}

const FLAT: HeldView = { quantity: 0, entryPrice: Number.NaN, barsHeld: 0 };
const NOTHING: Wish = { side: 0, close: false };

/** buy and sell want that side (and so end the other); close ends what is held; hold may still move the levels. */
function wishOf(decision: FileDecision | null | undefined, held: HeldView, i: number): Wish {
  if (decision === null || decision === undefined) return NOTHING;
  const { action } = decision;
  if (action === 'hold' && decision.stopPrice === undefined && decision.targetPrice === undefined) return NOTHING;
  const problems = decisionProblems(decision, i);
  if (problems.length > 0) throw new InvalidInput(problems);
  const side = action === 'buy' ? 1 : action === 'sell' ? -1 : 0;
  return { ...levelsOf(decision), side, close: action === 'close' && held.quantity !== 0 };
}

const levelsOf = ({ sizeFraction, stopPrice, targetPrice }: FileDecision): Partial<Wish> => ({
  ...(sizeFraction === undefined ? {} : { sizeFraction }),
  ...(stopPrice === undefined ? {} : { stopPrice }),
  ...(targetPrice === undefined ? {} : { targetPrice }),
});

const ACTIONS = ['buy', 'sell', 'hold', 'close'];

function decisionProblems({ action, sizeFraction, stopPrice, targetPrice }: FileDecision, i: number): Problem[] {
  const wrong = (field: string, got: unknown, expected: string): Problem =>
    problem('STRATEGY_FILE_INVALID', `decide[${i}].${field}`, got, expected);
  const problems: Problem[] = [];
  if (!ACTIONS.includes(action)) problems.push(wrong('action', action, ACTIONS.join(' | ')));
  if (sizeFraction !== undefined && !(sizeFraction > 0 && sizeFraction <= 10))
    problems.push(wrong('sizeFraction', sizeFraction, 'a share above 0 and at most 10'));
  for (const [field, price] of Object.entries({ stopPrice, targetPrice })) {
    if (price !== undefined && !(Number.isFinite(price) && price > 0)) problems.push(wrong(field, price, 'a price'));
  }
  return problems;
}
