/** The command line of `npm run exam`; all mistakes at once. */
import { Command } from '@commander-js/extra-typings';
import { nearestName } from '../schemas/nearest-name.ts';
import { type Problem, problem } from '../schemas/problem.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import type { ExamOptions } from './exam.ts';
import { EXPERIMENT_NAMES, EXPERIMENTS, type ExperimentName } from './experiments/catalogue.ts';

export type ExamCommand =
  | { readonly kind: 'report' }
  | {
      readonly kind: 'take';
      readonly names: readonly ExperimentName[];
      readonly options: ExamOptions;
      /** Keeps the result for docs/exam.md. */
      readonly save: boolean;
    };

const WORDS = [...EXPERIMENT_NAMES, 'all', 'report'];
const JSON_HELP = 'one JSON document on stdout';
const SEED_MAX = 4_294_967_295;
const SIZE_MAX = 100_000_000;

/** @throws InvalidInput with every mistake */
export async function readExamCommand(argv: readonly string[]): Promise<ExamCommand> {
  const [word = '', ...rest] = argv;
  if (word === 'report') return reportFlags(rest);
  const isName = !word.startsWith('-');
  const command = examCommand();
  const problems: Problem[] = isName && WORDS.includes(word) ? [] : [unknownWord(isName ? word : undefined)];
  const names = word === 'all' ? EXPERIMENT_NAMES : EXPERIMENT_NAMES.filter((name) => name === word);
  const known = await controlsOf(names);
  let options: ExamOptions = { seed: 1, control: null, size: null };
  const check = (): readonly Problem[] => {
    const { seed, control, size, seeds } = command.opts();
    const most = seeds ?? size;
    if (size !== undefined && seeds !== undefined) problems.push(oneOfBoth(seeds));
    if (control !== undefined && !known.includes(control)) problems.push(unknownControl(control, known));
    options = {
      seed: wholeNumber('--seed', seed, 0, SEED_MAX, problems),
      control: control ?? null,
      size:
        most === undefined
          ? null
          : wholeNumber(seeds === undefined ? '--size' : '--seeds', most, 1, SIZE_MAX, problems),
    };
    return problems;
  };
  parseFlags(command, check, isName ? rest : argv);
  return { kind: 'take', names, options, save: command.opts().save ?? false };
}

function reportFlags(argv: string[]): ExamCommand {
  const about = 'Writes docs/exam.md from the results that were saved.';
  parseFlags(new Command('exam').usage('report').description(about).option('--json', JSON_HELP), () => [], argv);
  return { kind: 'report' };
}

const examCommand = () =>
  new Command('exam')
    .usage(`${WORDS.join('|')} [options]`)
    .description('Takes an exam of the desk under faults; exit code 0 passed, 1 failed or void.')
    .option('--seed <number>', 'of schedule and faults', '1')
    .option('--control <name>', 'takes one safeguard away: the exam must then fail')
    .option('--size <number>', "how much of it, in the experiment's own unit; too little makes a run void")
    .option('--seeds <number>', 'the same, for simulation')
    .option('--save', 'keeps the result for the report in docs/exam.md')
    .option('--json', JSON_HELP);

async function controlsOf(names: readonly ExperimentName[]): Promise<string[]> {
  const loaded = await Promise.all(names.map((name) => EXPERIMENTS[name]()));
  return loaded.length === 1 ? loaded.flatMap(({ experiment }) => Object.keys(experiment.controls)) : [];
}

function unknownWord(word: string | undefined): Problem {
  const near = word === undefined ? null : nearestName(word, WORDS);
  return problem('ARGUMENT_UNKNOWN', 'name', word, WORDS.join(' | '), near === null ? '' : `did you mean ${near}`);
}

const oneOfBoth = (seeds: string): Problem =>
  problem('ARGUMENT_VALUE', '--seeds', seeds, 'no --seeds beside --size', 'they are the same: leave one out');

const unknownControl = (got: string, known: readonly string[]): Problem =>
  problem('ARGUMENT_VALUE', '--control', got, known.length === 0 ? 'none, there is no control' : known.join(' | '));
