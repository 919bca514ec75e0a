/** Homes of exams that were killed and could not tidy up: each names its process; those whose process is gone are ended. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readJson } from '../../scripts/lib/files.ts';
import { deskFiles } from '../../scripts/lib/paths.ts';
import { stopPostgres } from '../../scripts/lib/postgres.ts';
import { endProcess, isRunning, processRefSchema } from '../../scripts/lib/processes.ts';
import { stopTemporal } from '../../scripts/lib/temporal.ts';
import { CHILDREN_FILE } from './child.ts';

export const HOME_PREFIX = 'quarterdeck-exam-';
/** Removed from a home that is kept on purpose. */
export const OWNER_FILE = 'owner.json';

export async function removeLeftOvers(): Promise<void> {
  const homes = readdirSync(tmpdir()).filter((name) => name.startsWith(HOME_PREFIX));
  for (const home of homes.map((name) => path.join(tmpdir(), name))) {
    const owner = readJson(path.join(home, OWNER_FILE), processRefSchema);
    if (owner === null || isRunning(owner)) continue;
    await Promise.allSettled([endChildren(home), stopPostgres(home), stopTemporal(home)]);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function endChildren(home: string): Promise<void> {
  const file = path.join(deskFiles(home).logs, CHILDREN_FILE);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const refs = lines.map((line) => processRefSchema.nullable().parse(JSON.parse(line)));
  await Promise.all(refs.map((ref) => endProcess(ref, 0)));
}
