/** The folder an exam lives in, and what has to be closed at its end: by itself, when it fails, and at Ctrl-C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stopPostgres } from '../../scripts/lib/postgres.ts';
import { referTo } from '../../scripts/lib/processes.ts';
import { say } from '../../scripts/lib/progress.ts';
import { stopTemporal } from '../../scripts/lib/temporal.ts';
import { HOME_PREFIX, OWNER_FILE, removeLeftOvers } from './left-overs.ts';

/** In the order they are called; what is started later stands in front. Both servers are in it from the beginning. */
export type Closers = (() => Promise<unknown>)[];
/** `keep` leaves the folder with all logs and data for a look. */
export type Closeable = { readonly close: (keep: boolean) => Promise<void> };

const open = new Set<Closers>();

/** A new folder that names this process; those of exams that were killed are removed first. */
export async function makeHome(): Promise<string> {
  await removeLeftOvers();
  const home = mkdtempSync(path.join(tmpdir(), HOME_PREFIX));
  writeFileSync(path.join(home, OWNER_FILE), JSON.stringify(referTo(process.pid)));
  return home;
}

/** Builds a rig in a folder of its own. Where that fails, what it has started is ended and its folder is kept. */
export async function openHome<T>(assemble: (home: string, closers: Closers) => Promise<T>): Promise<T & Closeable> {
  const home = await makeHome();
  say(`rig in ${home}`);
  const closers: Closers = [() => stopPostgres(home), () => stopTemporal(home)];
  open.add(closers);
  const close = async (keep: boolean): Promise<void> => {
    await takeDown(closers);
    rmSync(keep ? path.join(home, OWNER_FILE) : home, { recursive: true, force: true, maxRetries: 5 });
    if (keep) say(`kept for a look: ${home}`);
  };
  try {
    return { ...(await assemble(home, closers)), close };
  } catch (error) {
    await close(true);
    throw error;
  }
}

/** For Ctrl-C: nothing is left running; the folders go with the next exam. */
export async function closeOpenHomes(): Promise<void> {
  await Promise.all([...open].map(takeDown));
}

async function takeDown(closers: Closers): Promise<void> {
  open.delete(closers);
  for (const close of closers) await close().catch((error: unknown) => say(`while closing: ${String(error)}`));
}
