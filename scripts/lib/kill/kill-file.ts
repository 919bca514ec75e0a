/**
 * `<home>/KILL`: the half of the kill switch that needs nothing but a disk. Its presence blocks every order of this
 * desk; the first line is the reason. Written whole and forced to the disk before anybody is told that it stands.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { ensureFolder } from '../paths.ts';

/** `text` is null when there is no file; a file that cannot be read is there all the same. */
export type KillFile = { readonly path: string; readonly text: string | null };
export type KillFileWrite = { readonly path: string; readonly present: boolean; readonly message: string | null };

const NO_REASON = 'the kill file is present';

export const killFilePath = (home: string): string => path.join(home, 'KILL');

export function readKillFile(home: string): KillFile {
  const file = killFilePath(home);
  if (!existsSync(file)) return { path: file, text: null };
  try {
    return { path: file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { path: file, text: `unreadable: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** What the gate tells of the file; null without a file. */
export const reasonOf = ({ text }: KillFile): string | null =>
  text === null ? null : text.split('\n')[0] || NO_REASON;

/** The text of the file: the reason on one line, then when and by whom. */
export const killFileText = (reason: string, setBy: string, atMs: number): string =>
  `${reason}\nset ${new Date(atMs).toISOString()} by ${setBy}\n`;

/** Never throws: on a full disk an empty file still blocks, and what cannot be done at all is told. */
export function writeKillFile(home: string, text: string): KillFileWrite {
  const file = killFilePath(home);
  try {
    ensureFolder(home);
    writeDurably(file, text);
    return { path: file, present: true, message: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { path: file, present: touch(file), message };
  }
}

/** @throws Error when the file cannot be removed */
export function removeKillFile(home: string): void {
  rmSync(killFilePath(home), { force: true });
  syncFolder(home);
}

function writeDurably(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    const handle = openSync(draft, 'w', 0o644);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Without it a power cut could take the name of the file away again. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function touch(file: string): boolean {
  try {
    writeFileSync(file, '', { flag: 'a' });
  } catch {
    // Told by the answer below.
  }
  return existsSync(file);
}
