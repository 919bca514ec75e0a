/**
 * Processes that outlive the one that started them: named by pid AND a mark of their birth, because a pid is
 * reused. Nothing is ever signalled before its mark was compared.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export const processRefSchema = z.object({ pid: z.number().int().positive(), mark: z.string().min(1) });
export type ProcessRef = z.infer<typeof processRefSchema>;

const STATE_FIELD = 0;
const START_FIELD = 19;

/** When the process was born, in the system's own words; null when there is none (a zombie counts as none). */
export function processMark(pid: number): string | null {
  return process.platform === 'linux' ? linuxMark(pid) : psMark(pid);
}

function linuxMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[STATE_FIELD] === 'Z' || fields[STATE_FIELD] === 'X' ? null : (fields[START_FIELD] ?? null);
  } catch {
    return null;
  }
}

function psMark(pid: number): string | null {
  const line = ps(pid, 'stat=,lstart=');
  return line === null || line.startsWith('Z') ? null : line.slice(line.indexOf(' ')).trim();
}

function ps(pid: number, columns: string): string | null {
  try {
    const line = execFileSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
    return line === '' ? null : line;
  } catch {
    return null;
  }
}

/** The command line of a process, words joined by spaces; null when there is none. */
export function processCommand(pid: number): string | null {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return command === '' ? null : command;
  } catch {
    return null;
  }
}

/** Names a living process so that it can be recognised later; null when it is already gone. */
export function referTo(pid: number | undefined): ProcessRef | null {
  const mark = pid === undefined ? null : processMark(pid);
  return pid === undefined || mark === null ? null : { pid, mark };
}

export const isRunning = (ref: ProcessRef | null): ref is ProcessRef =>
  ref !== null && processMark(ref.pid) === ref.mark;

/** Sends a signal to exactly this process; false when it is gone. */
export function signalProcess(ref: ProcessRef, signal: NodeJS.Signals): boolean {
  if (!isRunning(ref)) return false;
  try {
    return process.kill(ref.pid, signal);
  } catch {
    return false;
  }
}

/** Asks a process to end, waits, and ends it by force after `graceMs`. @returns whether it was running at all */
export async function endProcess(ref: ProcessRef | null, graceMs: number): Promise<boolean> {
  if (ref === null || !signalProcess(ref, 'SIGTERM')) return false;
  if (!(await waitUntilGone(ref, graceMs))) {
    signalProcess(ref, 'SIGKILL');
    await waitUntilGone(ref, 5_000);
  }
  return true;
}

async function waitUntilGone(ref: ProcessRef, withinMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + withinMs;
  while (Date.now() < deadlineMs) {
    if (!isRunning(ref)) return true;
    await sleep(25);
  }
  return !isRunning(ref);
}
