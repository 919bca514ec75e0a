/** One process at a time: a lock file that names its holder, and frees itself when that process is gone. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, processRefSchema, referTo } from './processes.ts';

const POLL_MS = 100;
/** A lock that cannot be read is being written just now, unless it has been so for this long. */
const UNREADABLE_AFTER_MS = 5_000;

/** Runs `work` while holding the lock `file`. @param onWait is told every `POLL_MS` how long it has waited, in ms */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (waitedMs: number) => void = () => undefined,
): Promise<T> {
  const startedAtMs = Date.now();
  mkdirSync(path.dirname(file), { recursive: true });
  while (!tryLock(file)) {
    if (isAbandoned(file)) setAside(file);
    else await sleep(POLL_MS);
    onWait(Date.now() - startedAtMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(referTo(process.pid)), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(file: string): boolean {
  try {
    const ageMs = Date.now() - statSync(file).mtimeMs;
    const holder = processRefSchema.safeParse(parse(readFileSync(file, 'utf8')));
    return holder.success ? !isRunning(holder.data) : ageMs > UNREADABLE_AFTER_MS;
  } catch {
    return false;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Renames before removing: of two waiters that both see an abandoned lock only one succeeds. */
function setAside(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch {
    // The other waiter was first.
  }
}
