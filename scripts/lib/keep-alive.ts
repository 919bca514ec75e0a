/**
 * Keeps one program of the desk running: starts it, and starts it again when it dies, within half a second,
 * more slowly when it dies at once again and again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { rotateLog } from './files.ts';
import { programRunner, projectFolder } from './paths.ts';
import { endProcess, type ProcessRef, referTo } from './processes.ts';

const RESPAWN_MS = 200;
const RESPAWN_MS_MAX = 15_000;
/** A program that lived this long was not part of a crash loop; one that was killed from outside is given less. */
const HEALTHY_AFTER_MS = 5_000;
const HEALTHY_AFTER_MS_KILLED = 1_000;
const GRACE_MS = 15_000;

export type KeptState = {
  /** Null between two lives. */
  readonly process: ProcessRef | null;
  readonly startedAtMs: number;
  readonly restartCount: number;
  /** How the last life ended, in words; null when none has. */
  readonly lastExit: string | null;
};

export type Kept = { readonly start: () => void; readonly stop: () => Promise<void> };

export type Program = {
  /** Such as `worker`; for messages. */
  readonly name: string;
  /** Path of its entry in the project. */
  readonly entry: string;
  /** Absolute path of the file that takes its output. */
  readonly log: string;
  readonly onChange: (state: KeptState) => void;
};

export function keepAlive({ name, entry, log, onChange }: Program): Kept {
  let state: KeptState = { process: null, startedAtMs: Date.now(), restartCount: 0, lastExit: null };
  let isStopping = false;
  let respawnMs = RESPAWN_MS;
  const change = (changes: Partial<KeptState>) => {
    state = { ...state, ...changes };
    onChange(state);
  };
  const start = () => {
    const child = spawnProgram(entry, log);
    child.once('exit', (code, signal) => onExit(child, code, signal));
    change({ process: referTo(child.pid), startedAtMs: Date.now() });
  };
  const onExit = (child: ChildProcess, code: number | null, signal: NodeJS.Signals | null) => {
    const livedMs = Date.now() - state.startedAtMs;
    const lastExit = `${name} ${child.pid} ended after ${livedMs} ms with ${signal ?? `exit code ${code}`}`;
    console.error(JSON.stringify({ at: Date.now(), message: lastExit }));
    change({ process: null, lastExit });
    if (isStopping) return;
    const isHealthy = livedMs >= (signal === null ? HEALTHY_AFTER_MS : HEALTHY_AFTER_MS_KILLED);
    respawnMs = isHealthy ? RESPAWN_MS : Math.min(respawnMs * 2, RESPAWN_MS_MAX);
    setTimeout(respawn, respawnMs);
  };
  const respawn = () => {
    if (isStopping) return;
    change({ restartCount: state.restartCount + 1 });
    start();
  };
  const stop = async () => {
    isStopping = true;
    await endProcess(state.process, GRACE_MS);
  };
  return { start, stop };
}

/** Output goes straight to a file: a pipe that nobody reads would stop the program. */
function spawnProgram(entry: string, log: string): ChildProcess {
  rotateLog(log);
  const output = openSync(log, 'a');
  const args = [programRunner, path.join(projectFolder, entry)];
  const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: ['ignore', output, output] });
  closeSync(output);
  child.once('error', (error) => console.error(error.message));
  return child;
}
