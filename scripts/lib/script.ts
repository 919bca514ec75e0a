/**
 * How every script ends: 0 done, 1 the answer is no, 2 bad configuration or arguments, 3 a needed process is not up,
 * 4 refused by a safety rule, 130 interrupted. With `--json` a refusal is one document on stdout, else lines on stderr.
 */
import { describeProblems, InvalidInput, type Problem, problem } from '../../schemas/problem.ts';
import { say } from './progress.ts';

const EXIT = { no: 1, interrupted: 130, terminated: 143 } as const;

type Interrupt = (signal: 'SIGINT' | 'SIGTERM') => void;
let interrupt: Interrupt = (signal) => process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);

/** Replaces what Ctrl-C does. The handler decides when the process ends. */
export function onInterrupt(handler: Interrupt): void {
  interrupt = handler;
}

export const wantsJson = (): boolean => process.argv.includes('--json');

/** Writes the one JSON document of a script. */
export const printJson = (document: unknown): void => {
  process.stdout.write(`${JSON.stringify(document)}\n`);
};

/** The answer of a script: the document with `--json`, else the lines. */
export function printAnswer(document: object, lines: readonly string[]): void {
  if (wantsJson()) printJson(document);
  else process.stdout.write(`${lines.join('\n')}\n`);
}

/** Runs a script's main function and ends the process with its exit code, whatever is still open. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  process.on('SIGINT', () => interrupt('SIGINT'));
  process.on('SIGTERM', () => interrupt('SIGTERM'));
  const exitCode = await main().catch(explain);
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(exitCode);
}

/** A pipe takes long output in pieces: ending before the last one would cut a document off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}

function explain(error: unknown): number {
  const problems = error instanceof InvalidInput ? error.problems : [unexpected(error)];
  if (wantsJson()) printJson({ ok: false, problems });
  else say(describeProblems(problems));
  if (!(error instanceof InvalidInput) && error instanceof Error) say(error.stack ?? error.message);
  return error instanceof InvalidInput ? error.exitCode : EXIT.no;
}

const unexpected = (error: unknown): Problem =>
  problem(
    'UNEXPECTED',
    '',
    error instanceof Error ? error.message : String(error),
    'no error',
    'this is a defect of ours',
  );
