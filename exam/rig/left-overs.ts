/** Homes of exams that were killed and could not tidy up: each names its process; those whose process is gone are ended. */
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readJson } from '../../scripts/lib/files.ts';
import { stopPostgres } from '../../scripts/lib/postgres.ts';
import { isRunning, processRefSchema } from '../../scripts/lib/processes.ts';
import { stopTemporal } from '../../scripts/lib/temporal.ts';

export const HOME_PREFIX = 'quarterdeck-exam-';
/** Removed from a home that is kept on purpose. */
export const OWNER_FILE = 'owner.json';

export async function removeLeftOvers(): Promise<void> {
  const homes = readdirSync(tmpdir()).filter((name) => name.startsWith(HOME_PREFIX));
  for (const home of homes.map((name) => path.join(tmpdir(), name))) {
    const owner = readJson(path.join(home, OWNER_FILE), processRefSchema);
    if (owner === null || isRunning(owner)) continue;
    await Promise.allSettled([stopPostgres(home), stopTemporal(home)]);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
