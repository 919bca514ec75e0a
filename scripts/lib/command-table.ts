/**
 * Scripts with commands (`npm run X -- command …`): finds the command,
 * prints its answer, lists them all for a wrong one.
 */
import { Command } from '@commander-js/extra-typings';
import { nearestName } from '../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import type { Answer } from './bars/answer.ts';
import { parseFlags } from './flags.ts';
import { printAnswer } from './script.ts';

export type CommandTable = Readonly<Record<string, (words: readonly string[]) => Promise<Answer>>>;

/** Runs the command that the first word names. @returns the exit code */
export async function runCommand(script: string, commands: CommandTable, words: readonly string[]): Promise<number> {
  const [name = '', ...rest] = words;
  if (name === '--help' || name === '-h') {
    process.stdout.write(`Usage: ${script} ${Object.keys(commands).join('|')} [options]; each has its own --help\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(script, name, Object.keys(commands));
  const { document, lines, exitCode } = await command(rest);
  printAnswer(document, lines);
  return exitCode;
}

function unknownCommand(script: string, name: string, names: readonly string[]): InvalidInput {
  const near = nearestName(name, names);
  const hint = near === null ? `npm run ${script} -- --help` : `did you mean ${near}?`;
  return new InvalidInput([problem('ARGUMENT_UNKNOWN', 'command', name, names.join(' | '), hint)]);
}

export const named = (script: string, name: string, usage = '') => namedScript(`${script} ${name}`, usage);

/** A script that has no commands. */
export const namedScript = (script: string, usage = '') =>
  new Command(script).usage(`${usage} [options]`.trim()).option('--json', 'one JSON document on stdout');
type Named = ReturnType<typeof named>;

/** Parses flags; `check` adds what is wrong with their values. @throws InvalidInput with every mistake */
export const parseWords = (
  command: Named,
  words: readonly string[],
  check: () => readonly Problem[] = () => [],
): void => parseFlags(command, check, words);

/** Takes the one word that belongs to no flag, such as a file or a question. @throws InvalidInput with every mistake */
export function parseWithWord(
  command: Named,
  words: readonly string[],
  what: string,
  check: () => readonly Problem[] = () => [],
): string {
  const takesValue = (word: string | undefined): boolean =>
    command.options.some((option) => option.long === word && (option.required || option.optional));
  const at = words.findIndex((word, i) => !word.startsWith('-') && !takesValue(words[i - 1]));
  const rest = words.filter((_, i) => i !== at);
  const missing = (): readonly Problem[] =>
    (words[at] ?? '') !== '' ? [] : [problem('ARGUMENT_MISSING', what, undefined, `a word for ${what}`, 'see --help')];
  parseFlags(command, () => [...missing(), ...check()], rest);
  return words[at] ?? '';
}
