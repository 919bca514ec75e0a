/** What a process of this machine has used: time of its cores, memory that is resident. Linux only, from /proc. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const TICKS_PER_SECOND = 100;
const KIB_PER_MIB = 1_024;
const BYTES_PER_MIB = 1_048_576;

/** Fields after the name of the program: its parent; user and system time in ticks, its own and of children that ended. */
const PARENT_FIELD = 1;
const TIME_FIELDS = [11, 12, 13, 14];

/** Seconds of processor time so far of a process and all that it has started; 0 for one that is gone. */
export function cpuSeconds(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const fields = statOf(pid);
  const ticks = TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
  const children = processes().filter((one) => statOf(one)[PARENT_FIELD] === String(pid));
  return children.reduce((sum, child) => sum + cpuSeconds(child), ticks / TICKS_PER_SECOND);
}

const processes = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

function statOf(pid: number): string[] {
  const stat = read(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** MiB that are resident now, shared memory included; 0 for a process that is gone. */
export function residentMib(pid: number | undefined): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1] ?? '0';
  return Math.round(Number(kib) / KIB_PER_MIB);
}

function read(pid: number | undefined, name: string): string {
  try {
    return pid === undefined ? '' : readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** MiB of all files below a folder; files that go while it looks count nothing. */
export function folderMib(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const bytes = files.map((one) => statSync(path.join(one.parentPath, one.name), { throwIfNoEntry: false })?.size ?? 0);
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / BYTES_PER_MIB);
}
