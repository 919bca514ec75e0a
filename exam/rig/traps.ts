/**
 * Traps for workers: at the next boundary of this kind the worker that reaches it ends or stops itself, exactly there.
 * One trap is set at a time, as a file that the worker takes away.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { EffectHook, EffectName } from '../../adapters/effect.ts';
import { writeWhole } from '../../scripts/lib/files.ts';
import { ensureFolder } from '../../scripts/lib/paths.ts';
import { frozenFolderOf, type WorkerOrders } from './worker-orders.ts';

export type Trap = {
  readonly effect: EffectName;
  readonly moment: 'before' | 'after';
  /** SIGKILL: the process is gone. SIGSTOP: it stands still until it is woken. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
};

const TRAP_FILE = 'trap.json';
const SPRUNG = /^sprung-(\d+)$/;

const trapsFolderOf = (home: string): string => ensureFolder(besides(frozenFolderOf(home)));
const besides = (frozenFolder: string): string => path.join(path.dirname(frozenFolder), 'traps');

/** In the worker: the process that takes the trap away is the one that is caught. */
export function springTraps({ frozenFolder }: WorkerOrders): EffectHook {
  const folder = besides(frozenFolder);
  const spring = (effect: EffectName, moment: Trap['moment']): void => {
    const file = path.join(folder, TRAP_FILE);
    if (!existsSync(file)) return;
    try {
      const trap: Trap = JSON.parse(readFileSync(file, 'utf8'));
      if (trap.effect !== effect || trap.moment !== moment) return;
      renameSync(file, path.join(folder, `sprung-${process.pid}`));
      process.kill(process.pid, trap.signal);
    } catch {
      // The other worker has taken it away at the same moment.
    }
  };
  return { before: (name) => spring(name, 'before'), after: (name) => spring(name, 'after') };
}

export function setTrap(home: string, trap: Trap): void {
  writeWhole(path.join(trapsFolderOf(home), TRAP_FILE), JSON.stringify(trap));
}

/** The process that was caught, once; null while the trap is still set. */
export function takeSprung(home: string): number | null {
  const name = readdirSync(trapsFolderOf(home)).find((one) => SPRUNG.test(one));
  if (name === undefined) return null;
  rmSync(path.join(trapsFolderOf(home), name), { force: true });
  return Number(SPRUNG.exec(name)?.[1]);
}

export const removeTrap = (home: string): void => rmSync(path.join(trapsFolderOf(home), TRAP_FILE), { force: true });
