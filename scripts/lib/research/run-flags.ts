/** The flags of `npm run evolve` and `npm run search`: a file with the input, and whether to wait for the end. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { z } from 'zod';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { parseRunInput } from '../../../schemas/research-input.ts';
import { parseFlags } from '../flags.ts';
import { parseJsonBytes } from '../json-bytes.ts';
import { pageProblems } from '../whole-file.ts';

export type RunFlags<Input> = {
  readonly id: string;
  /** As it stands in the file: the workflow fills in what is left out. */
  readonly raw: unknown;
  readonly input: Input;
  readonly follow: boolean;
  readonly html: string | null;
};

const ID_PATTERN = /^[a-z0-9-]{1,64}$/;

/** @throws InvalidInput (exit code 2) with every mistake of the flags, else with every mistake of the file */
export function readRunFlags<S extends z.ZodType>(
  name: string,
  description: string,
  schema: S,
  argv: readonly string[] = process.argv.slice(2),
): RunFlags<z.output<S>> {
  const command = new Command(name)
    .description(description)
    .option('--input <file>', 'the input of the run as JSON')
    .option('--id <id>', 'the id of the run; a new one when left out')
    .option('--follow', 'wait for the end and print the result')
    .option('--html <file>', 'write the run as a page when it has ended (with --follow)')
    .option('--json', 'one JSON document on stdout');
  parseFlags(command, () => flagProblems(command.opts()), argv);
  const { input: file = '', id = newId(name), follow = false, html } = command.opts();
  const raw = readInput(file);
  const input = parseRunInput(schema, raw, { prefix: name, workflowId: `${name}:${id}`, nowMs: Date.now() });
  return { id, raw, input, follow, html: html === undefined ? null : path.resolve(html) };
}

const newId = (name: string): string => `${name}-${Date.now().toString(36)}-${randomUUID().slice(0, 6)}`;

type Given = { input?: string; id?: string; follow?: true; html?: string };

function flagProblems({ input, id, follow, html }: Given): Problem[] {
  const problems: Problem[] = [];
  if (input === undefined)
    problems.push(problem('ARGUMENT_MISSING', '--input', undefined, 'a JSON file', 'see examples/'));
  if (id !== undefined && !ID_PATTERN.test(id)) {
    problems.push(problem('ARGUMENT_VALUE', '--id', id, 'small letters, digits and dashes, at most 64'));
  }
  if (html !== undefined && follow !== true)
    problems.push(problem('ARGUMENT_VALUE', '--html', html, '--follow beside it'));
  return [...problems, ...pageProblems(html)];
}

function readInput(file: string): unknown {
  try {
    return parseJsonBytes(readFileSync(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([problem('ARGUMENT_VALUE', '--input', why, 'a file with a JSON object')]);
  }
}
