/** A fingerprint of everything the workers run, so that a start notices workers of an older state of the code. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './paths.ts';

const FOLDERS = ['schemas', 'domain', 'workflows', 'activities', 'adapters', 'db', 'config', 'workers'];

/** Hex digest over the names and contents of all files of the worker's layers and the package lock. */
export function sourcesHash(project: string = projectFolder): string {
  const hash = createHash('sha256');
  const files = [
    ...FOLDERS.flatMap((folder) => filesUnder(path.join(project, folder))),
    path.join(project, 'package-lock.json'),
  ];
  for (const file of files.filter((one) => existsSync(one))) {
    hash
      .update(`${path.relative(project, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.flatMap((one) => (one.isFile() ? [path.join(one.parentPath, one.name)] : [])).sort();
}
