/**
 * Command lines, parsed with commander, but with ALL mistakes listed at once in the one shape of a problem
 * (commander itself stops at the first). `--help` prints the help and ends with 0.
 */
import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { nearestName } from '../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';

const REASON_LENGTH_MAX = 500;

/**
 * Parses `argv` into the options of `program` (read them with `program.opts()`), words that belong to no option are
 * mistakes. `check` adds what is wrong with the values.
 * @throws InvalidInput (exit code 2) with every mistake
 */
export function parseFlags(
  program: CommandUnknownOpts,
  check: () => readonly Problem[] = () => [],
  argv: readonly string[] = process.argv.slice(2),
): void {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(program.helpInformation());
    process.exit(0);
  }
  const twice = givenTwice(program);
  const problems = [...readOptions(program, [...argv]), ...twice(), ...check()];
  if (problems.length > 0) throw new InvalidInput(problems);
}

/** A whole number within bounds; a mistake goes to `problems` and gives NaN. */
export function wholeNumber(flag: string, text: string, least: number, most: number, problems: Problem[]): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  problems.push(problem('ARGUMENT_VALUE', flag, text, `a whole number from ${least} to ${most}`));
  return Number.NaN;
}

/** A reason is told on one line, in messages and as the first line of a file. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** What is wrong with a reason that was made one line. */
export function reasonProblems(flag: string, reason: string): Problem[] {
  if (reason !== '' && reason.length <= REASON_LENGTH_MAX) return [];
  return [
    problem('ARGUMENT_VALUE', flag, reason, `1 to ${REASON_LENGTH_MAX} characters`, 'say why, for the next person'),
  ];
}

/** Of two values commander takes the last and says nothing: nobody knows which was meant. A flag that collects is free. */
function givenTwice(program: CommandUnknownOpts): () => Problem[] {
  const given = new Map<string, Set<unknown>>();
  for (const option of program.options) {
    if (!option.required || option.variadic || option.parseArg !== undefined) continue;
    const values = new Set<unknown>();
    given.set(option.long ?? option.flags, values);
    program.on(`option:${option.name()}`, (value: unknown) => void values.add(value));
  }
  return () =>
    [...given].flatMap(([flag, values]) =>
      values.size > 1 ? [problem('ARGUMENT_CONFLICT', flag, [...values].join(' and '), 'one value')] : [],
    );
}

function readOptions(program: CommandUnknownOpts, argv: string[]): Problem[] {
  program.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    const { operands, unknown } = program.parseOptions(argv);
    return [...unknownFlags(program, unknown), ...operands.map(strayWord)];
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const flag = /'(?:-\w, )?(--?[\w-]+)/.exec(error.message)?.[1] ?? '';
    const rest = argv.filter((word) => word !== flag);
    const missing = problem('ARGUMENT_MISSING', flag, undefined, `a value after ${flag}`, `see --help`);
    return [missing, ...(rest.length < argv.length ? readOptions(program, rest) : [])];
  }
}

/** Commander hands back an unknown flag and the words after it; such a word is taken for the flag's value. */
function unknownFlags(program: CommandUnknownOpts, words: readonly string[]): Problem[] {
  const known = program.options.flatMap((option) =>
    option.long === undefined || option.long === null ? [] : [option.long],
  );
  return words.flatMap((word) => (word.startsWith('-') ? [unknownFlag(word, known)] : []));
}

function unknownFlag(word: string, known: readonly string[]): Problem {
  const name = word.split('=')[0] ?? word;
  const near = nearestName(name, known);
  return problem('ARGUMENT_UNKNOWN', name, word, 'a known flag', near === null ? 'see --help' : `did you mean ${near}`);
}

const strayWord = (word: string): Problem =>
  problem('ARGUMENT_UNKNOWN', 'argument', word, 'no further words', 'see --help; a flag begins with --');
