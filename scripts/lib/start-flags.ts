/** The flags of `npm start`, checked before anything is started; all mistakes at once. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { parseInterval } from '../../schemas/interval.ts';
import { symbolSchema } from '../../schemas/market.ts';
import { nearestName } from '../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { SINGLE_STRATEGY_TYPES } from '../../schemas/signals.ts';
import { parseFlags, wholeNumber } from './flags.ts';

export type StartFlags = {
  /** End with the report; services stay up. */
  readonly once: boolean;
  /** Absolute path of a CSV file, plain or gz. */
  readonly bars?: string;
  readonly symbol?: string;
  /** Such as 1h. */
  readonly interval?: string;
  /** Synthetic bars to make. */
  readonly count: number;
  readonly seed: number;
  readonly strategy: string;
  readonly json: boolean;
  /** False with --no-officers. */
  readonly officers: boolean;
};

const COUNT_MAX = 1_000_000;
const SEED_MAX = 4_294_967_295;
const DEFAULT_COUNT = '2000';

/** @throws InvalidInput (exit code 2) with every mistake */
export function readStartFlags(argv: readonly string[] = process.argv.slice(2)): StartFlags {
  const program = new Command('start')
    .description('Brings the desk up, runs the main job and keeps the desk up until Ctrl-C.')
    .option('--once', 'end with the report; the services stay up')
    .option('--bars <file>', 'walk the bars of this CSV file (plain or gz); needs --symbol and --interval')
    .option('--symbol <symbol>', 'such as BTC/USDT')
    .option('--interval <interval>', 'time between two bars, such as 1h')
    .option('--count <number>', 'synthetic bars to walk when there is no --bars (default 2000)')
    .option('--seed <number>', 'seed of the synthetic bars', '1')
    .option('--strategy <name>', `one of ${SINGLE_STRATEGY_TYPES.join(', ')}`, 'momentum')
    .option('--no-officers', 'start no officers')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  parseFlags(
    program,
    () => {
      const given = program.opts();
      problems.push(...checkFile(given), ...checkWords(given));
      wholeNumber('--count', given.count ?? DEFAULT_COUNT, 1, COUNT_MAX, problems);
      wholeNumber('--seed', given.seed, 0, SEED_MAX, problems);
      return problems;
    },
    argv,
  );
  const { once, bars, symbol, interval, count, seed, strategy, json, officers } = program.opts();
  return {
    once: once === true,
    ...(bars === undefined ? {} : { bars: path.resolve(bars) }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(interval === undefined ? {} : { interval }),
    count: Number(count ?? DEFAULT_COUNT),
    seed: Number(seed),
    strategy,
    json: json === true,
    officers,
  };
}

type Given = { bars?: string; symbol?: string; interval?: string; count?: string; strategy: string };

function checkFile({ bars, symbol, interval, count }: Given): Problem[] {
  if (bars === undefined) return [];
  const problems: Problem[] = [];
  if (!existsSync(bars)) problems.push(problem('ARGUMENT_VALUE', '--bars', bars, 'a file that exists'));
  if (symbol === undefined)
    problems.push(problem('ARGUMENT_MISSING', '--symbol', undefined, 'the symbol of --bars', 'such as BTC/USDT'));
  if (interval === undefined)
    problems.push(problem('ARGUMENT_MISSING', '--interval', undefined, 'the interval of --bars', 'such as 1h'));
  if (count !== undefined)
    problems.push(problem('ARGUMENT_VALUE', '--count', count, 'no --count beside --bars', 'leave one of both out'));
  return problems;
}

function checkWords({ symbol, interval, strategy }: Given): Problem[] {
  const problems: Problem[] = [];
  if (symbol !== undefined && !symbolSchema.safeParse(symbol).success) {
    problems.push(problem('SYMBOL_INVALID', '--symbol', symbol, 'a symbol such as BTC/USDT'));
  }
  if (!SINGLE_STRATEGY_TYPES.some((name) => name === strategy)) {
    const near = nearestName(strategy, SINGLE_STRATEGY_TYPES);
    const hint = near === null ? '' : `did you mean ${near}`;
    problems.push(
      problem('ARGUMENT_VALUE', '--strategy', strategy, `one of ${SINGLE_STRATEGY_TYPES.join(', ')}`, hint),
    );
  }
  return [...problems, ...intervalProblems(interval)];
}

function intervalProblems(interval: string | undefined): readonly Problem[] {
  try {
    if (interval !== undefined) parseInterval(interval, '--interval');
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}
