/**
 * `npm run calc -- NAME --input FILE|- | --example | --schema`: asks the domain function the product calls.
 * One JSON document on stdout in any case; a refusal is also told in lines on stderr. Nothing has to be up.
 */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Command } from '@commander-js/extra-typings';
import { z } from 'zod';
import { describeProblems, InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import type { Calculation } from './lib/calc/calculation.ts';
import { CALCULATIONS, calculationNamed } from './lib/calc/catalogue.ts';
import { parseFlags } from './lib/flags.ts';
import { parseJsonBytes } from './lib/json-bytes.ts';
import { say } from './lib/progress.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';

const BYTES_MAX = 256 * 1024 * 1024;

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const at = words.findIndex((word, index) => !word.startsWith('-') && words[index - 1] !== '--input');
  const name = words[at];
  const flags = readFlags(
    words.filter((_, index) => index !== at),
    name,
  );
  if (name === undefined) return flags.chosen === null ? listNames() : refuse([nameMissing()]);
  const calculation = calculationNamed(name);
  if (flags.chosen === null) throw new InvalidInput([choiceMissing()]);
  if (flags.chosen === 'example') printPretty(calculation.example);
  else if (flags.chosen === 'schema') printPretty(schemaOf(calculation));
  else printJson({ ok: true, result: calculation.run(await readDocument(flags.input)) });
  return 0;
}

type Flags = { readonly chosen: 'example' | 'schema' | 'input' | null; readonly input: string };

/** @throws InvalidInput with every mistake of the flags, and of the name */
function readFlags(words: readonly string[], name: string | undefined): Flags {
  const command = new Command('calc')
    .usage('NAME --input FILE|- | --example | --schema')
    .description(`Names:\n${nameLines().join('\n')}`)
    .option('--input <file>', 'a JSON document; - reads it from stdin')
    .option('--example', 'print a valid input document')
    .option('--schema', 'print the JSON Schema of the input')
    .option('--json', 'one JSON document on stdout (it is always one)');
  const chosen = (): readonly ('input' | 'example' | 'schema')[] => {
    const given = command.opts();
    return (['input', 'example', 'schema'] as const).filter((flag) => given[flag] !== undefined);
  };
  const check = () => [...(chosen().length > 1 ? [tooManyChoices(chosen())] : []), ...nameProblems(name)];
  parseFlags(command, check, words);
  return { chosen: chosen()[0] ?? null, input: command.opts().input ?? '-' };
}

const CHOICE = 'one of --input FILE|-, --example, --schema';
const choiceMissing = (): Problem => problem('ARGUMENT_MISSING', '--input', undefined, CHOICE, 'see --help');
const tooManyChoices = (flags: readonly string[]): Problem =>
  problem('ARGUMENT_VALUE', `--${flags[1]}`, flags.map((flag) => `--${flag}`).join(' '), CHOICE);
const nameMissing = (): Problem =>
  problem('ARGUMENT_MISSING', 'name', undefined, `one of ${CALCULATIONS.map((one) => one.name).join(', ')}`);

function nameProblems(name: string | undefined): readonly Problem[] {
  try {
    if (name !== undefined) calculationNamed(name);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

const nameLines = (): string[] => CALCULATIONS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`);

function listNames(): number {
  if (wantsJson()) printJson({ ok: true, names: CALCULATIONS.map(({ name, about }) => ({ name, about })) });
  else process.stdout.write(`${nameLines().join('\n')}\n`);
  return 0;
}

const schemaOf = ({ schema }: Calculation): unknown => z.toJSONSchema(schema, { io: 'input' });

/** For reading and editing; whoever parses it does not mind. */
const printPretty = (document: unknown): void => {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
};

async function readDocument(from: string): Promise<unknown> {
  const bytes = await (from === '-' ? buffer(process.stdin) : readFile(from)).catch((error: unknown) => {
    const got = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('ARGUMENT_VALUE', '--input', got, 'a file that can be read')]);
  });
  if (bytes.length > BYTES_MAX) {
    throw new InvalidInput([problem('INPUT_TOO_LARGE', '', `${bytes.length} bytes`, `at most ${BYTES_MAX} bytes`)]);
  }
  try {
    return parseJsonBytes(bytes);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('JSON_INVALID', '', got, 'one JSON document')]);
  }
}

/** Both a document and lines: the caller may be a program or a person. */
function refuse(problems: readonly Problem[], exitCode = 2): number {
  printJson({ ok: false, problems });
  if (!wantsJson()) say(describeProblems(problems));
  return exitCode;
}

await runScript(() =>
  main().catch((error: unknown) => {
    if (error instanceof InvalidInput) return refuse(error.problems, error.exitCode);
    throw error;
  }),
);
