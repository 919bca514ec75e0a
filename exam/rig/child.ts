/**
 * A program of the rig as a child process with a log of its own. It can be killed, frozen and woken by signal. Nothing
 * else is ever signalled: a child is known by its own handle, not by a name.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { appendFileSync, closeSync, createWriteStream, openSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { referTo } from '../../scripts/lib/processes.ts';

export type Child = {
  readonly name: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly isRunning: () => boolean;
  /** Writes a line to its stdin, where it listens. */
  readonly tell: (line: string) => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends it and waits until it is gone. A frozen one is killed all the same. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>;
};

export type ChildRequest = {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly logFolder: string;
};

const GRACE_MS = 15_000;
/** In the folder of logs: every child there was, so that those of a killed exam can be ended. */
export const CHILDREN_FILE = 'children.jsonl';

export function startChild(request: ChildRequest): Child {
  const log = openSync(path.join(request.logFolder, `${request.name}.log`), 'a');
  const child = spawn(request.program, request.args, optionsOf(request, ['pipe', log, log]));
  closeSync(log);
  return childOf(request, child);
}

/** Starts a program that says on its first line of stdout, as JSON, that it is ready. */
export async function startTelling(request: ChildRequest): Promise<{ child: Child; told: unknown }> {
  const log = createWriteStream(path.join(request.logFolder, `${request.name}.log`), { flags: 'a' });
  const process = spawn(request.program, request.args, optionsOf(request, ['ignore', 'pipe', 'pipe']));
  const child = childOf(request, process);
  process.stderr?.pipe(log, { end: false });
  const lines = createInterface({ input: outputOf(process) });
  const first = new Promise<string>((resolve) => lines.once('line', resolve));
  lines.on('line', (line) => log.write(`${line}\n`));
  const died = child.ended.then((how) => Promise.reject(new Error(`${request.name} ${how}: see its log ${log.path}`)));
  return { child, told: JSON.parse(await Promise.race([first, died])) };
}

function outputOf({ stdout }: ChildProcess): Readable {
  if (stdout === null) throw new Error('a child without output');
  return stdout;
}

const optionsOf = ({ env }: ChildRequest, stdio: NonNullable<SpawnOptions['stdio']>): SpawnOptions => ({
  cwd: projectFolder,
  env,
  stdio,
});

function childOf({ name, logFolder }: ChildRequest, child: ChildProcess): Child {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  appendFileSync(path.join(logFolder, CHILDREN_FILE), `${JSON.stringify(referTo(pid))}\n`);
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid,
    startedAtMs: Date.now(),
    isRunning,
    ended,
    tell: (line) => void child.stdin?.write(`${line}\n`),
    signal: (signal) => {
      child.kill(signal);
    },
    async end(signal) {
      if (!isRunning()) return;
      child.kill(signal);
      const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}
